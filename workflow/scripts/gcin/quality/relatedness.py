"""Relatives and duplicates that genotypes show, beside what a cohort's card says."""

import logging
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from gcin.quality.gate import UNMEASURED
from gcin.quality.kinship import MIN_REFERENCE_SHARE, related_pairs
from gcin.quality.markers import PLACE, Markers

# Least kinship of each degree: halfway, on a scale of powers of 2, between the expected ones
# (manual of KING, kingrelatedness.com).
DEGREES = {
    "duplicate": 2**-1.5,
    "first degree": 2**-2.5,
    "second degree": 2**-3.5,
    "third degree": 2**-4.5,
}
# Of a sample that alone chose its markers, the only one of its cohort, only one genome can be told:
# beside genotypes that had no say in these, expected are 0.5 of it, up to 0.36 of siblings and 0.13
# of nobody, whatever the frequencies.
ONE_GENOME = 0.45
# Second degree, rounded as the limit of the check is by default.
RELATIVES = 0.0884
COLUMNS = [
    "sample_1", "patient_1", "sample_2", "patient_2", "markers", "kinship", "relation", "said",
    "verdict",
]  # fmt: skip

logger = logging.getLogger(__name__)


def kin_from(max_kinship: float) -> float:
    """Kinship from which on patients count as relatives, and share a fold.

    Where the gate heeds nearer ones alone, a sibling or parent would be tested on, too.

    Args:
        max_kinship: Limit of the check of that name.
    """
    return min(max_kinship, RELATIVES)


def relation_of(kinship: float) -> str:
    """Name a kinship; duplicates may be identical twins."""
    return next((name for name, least in DEGREES.items() if kinship >= least), "unrelated")


def relatedness(
    markers: Markers,
    patients: pd.Series,
    families: pd.Series,
    checks: Mapping[str, Mapping],
    min_markers: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List the related pairs of a cohort's samples, and every pair that is said to be one patient.

    Args:
        markers: Of the cohort.
        patients: By sample.
        families: The card's family by patient, missing where it has none.
        checks: `max_kinship` of patients who are not said to be a family, and
            `min_kinship_of_patient` of two samples that are said to be of one patient: each a
            `limit` and an `action` (`warn`, `exclude`, `stop`).
        min_markers: Fewest markers called in both samples.

    Returns:
        One row per pair, from `kin_from` on, by `COLUMNS`: `said` is `patient`, `family` or empty,
        the verdict `pass`, `not measured` or the action of a check; and by sample its `patient`,
        the number of its `markers`, and its `relatives`, the other patients who are, missing where
        kinship could be told with none of them.
    """
    own = patients.reindex(markers.samples)
    least = kin_from(checks["max_kinship"]["limit"])
    table, told = related_pairs(markers.dosages, None, min_markers, least, _same(own))
    for side, row in (("1", table["first"]), ("2", table["second"])):
        table[f"sample_{side}"] = np.array(markers.samples, object)[row]
        table[f"patient_{side}"] = own.to_numpy(object)[row]
    table["relation"] = table["kinship"].map(relation_of).where(table["kinship"].notna(), "")
    table["said"] = _said(table, families)
    table["verdict"] = _verdicts(table, checks)
    by_sample = pd.DataFrame(
        {
            "patient": own,
            "markers": (markers.dosages >= 0).sum(axis=1),
            "relatives": _relatives(table, told, least),
        },
        index=pd.Index(markers.samples, name="sample"),
    )
    _report(table, told)
    return table[COLUMNS], by_sample


def _same(patients: pd.Series) -> list[tuple[int, int]]:
    """Pairs of rows whose samples are of one patient, the smaller row first."""
    rows = patients.reset_index(drop=True)
    groups = [group.index for _, group in rows.groupby(rows) if len(group) > 1]
    return [(one, two) for group in groups for one in group for two in group if one < two]


def _relatives(table: pd.DataFrame, told: np.ndarray, least: float) -> np.ndarray:
    """Count the relatives of each row among other patients, however many samples these have."""
    sides = [("first", "patient_2"), ("second", "patient_1")]
    is_own = table["said"] == "patient"
    own = table.loc[is_own & table["kinship"].notna(), ["first", "second"]].to_numpy().ravel()
    related = table[~is_own & (table["kinship"] >= least)]
    kin = pd.concat([related[list(side)].set_axis(["row", "patient"], axis=1) for side in sides])
    found = np.bincount(kin.drop_duplicates()["row"], minlength=len(told))
    is_told = told > np.bincount(own, minlength=len(told))
    return np.where(is_told, found, np.nan)


def _said(table: pd.DataFrame, families: pd.Series) -> np.ndarray:
    """Tell what the sheet and the card say of each pair."""
    one, two = (table[f"patient_{side}"].map(families) for side in "12")
    same_family = (one == two) & one.notna()
    same_patient = table["patient_1"] == table["patient_2"]
    return np.select([same_patient, same_family], ["patient", "family"], "")


def _verdicts(table: pd.DataFrame, checks: Mapping[str, Mapping]) -> np.ndarray:
    least, most = checks["min_kinship_of_patient"], checks["max_kinship"]
    is_patient = table["said"] == "patient"
    others = is_patient & (table["kinship"] < least["limit"])
    unsaid = (table["said"] == "") & (table["kinship"] >= most["limit"])
    cases = [table["kinship"].isna(), others, unsaid]
    return np.select(cases, [UNMEASURED, least["action"], most["action"]], "pass")


def _report(table: pd.DataFrame, told: np.ndarray) -> None:
    """Log how many samples could be compared, and each pair that fails."""
    logger.info("kinship can be told for %d of %d samples", (told > 0).sum(), len(told))
    for row in table[~table["verdict"].isin(["pass"])].itertuples():
        logger.warning(
            "%s and %s: kinship %.3f of %d markers (%s), by sheet and card %s: %s",
            row.sample_1, row.sample_2, row.kinship, row.markers, row.relation or "not told",
            f"one {row.said}" if row.said else "unrelated", row.verdict,
        )  # fmt: skip


def require_expected(table: pd.DataFrame, cohort: str) -> None:
    """Refuse a cohort of which a pair is stopped.

    Raises:
        ValueError: Names the samples, their kinship and the remedy.
    """
    stops = table[table["verdict"] == "stop"]
    if len(stops):
        said = "; ".join(
            f"samples {row.sample_1} and {row.sample_2} have kinship {row.kinship:.3f} and are "
            f"said to be of {'one ' + row.said if row.said else 'two families'}"
            for row in stops.head(20).itertuples()
        )
        raise ValueError(
            f"cohort {cohort} is stopped by its relatedness: {said}. Look for exchanged samples; "
            "correct the patient in the sheet or the family in the card's table, or set the "
            "action under quality: relatedness to warn or exclude."
        )


def relatives_of(
    cohorts: Mapping[str, Markers],
    samples: Mapping[str, pd.DataFrame],
    pairs: Mapping[str, pd.DataFrame],
    min_markers: int,
    min_kinship: float,
) -> pd.DataFrame:
    """List the relatives among a study's patients, within its cohorts and across them.

    Args:
        cohorts: Markers of each cohort.
        samples: Each cohort's samples, indexed by sample, with `patient`.
        pairs: Each cohort's pairs, as by `relatedness`.
        min_markers: Fewest markers called in both samples.
        min_kinship: Least kinship of relatives.

    Returns:
        `patient_1 patient_2 markers kinship`, one row per pair of samples of two patients.
    """
    columns = ["patient_1", "patient_2", "markers", "kinship"]
    tables = [pd.DataFrame(columns=columns), *(table[columns] for table in pairs.values())]
    for one, two in combinations(cohorts, 2):
        found = _across(cohorts[one], cohorts[two], min_markers, min_kinship)
        for side, cohort in (("1", one), ("2", two)):
            found[f"patient_{side}"] = found[f"sample_{side}"].map(samples[cohort]["patient"])
        logger.info("%s and %s: %d related pairs", one, two, len(found))
        tables.append(found[columns])
    listed = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    is_pair = listed["patient_1"] != listed["patient_2"]
    return listed[is_pair & (listed["kinship"] >= min_kinship)].reset_index(drop=True)


def _across(one: Markers, two: Markers, min_markers: int, min_kinship: float) -> pd.DataFrame:
    """List related pairs of samples of two cohorts, at the markers that both have.

    Whoever has too few that others of the cohort chose is asked for the same genome alone.
    """
    common = one.sites.merge(two.sites, on=PLACE)[PLACE]
    fair = one.chosen_by_others(), two.chosen_by_others()
    table, told = _compared(fair, common, min_markers, min_kinship)
    if (told < len(two.samples)).any():
        least = max(min_kinship, ONE_GENOME)
        pairs = [((one, two), False), ((_with_references(fair[0]), two), True)]
        pairs += [((one, _with_references(fair[1])), True)]
        found = [_compared(pair, common, min_markers, least, is_list)[0] for pair, is_list in pairs]
        tables = [part for part in (table, *found) if len(part)] or [table]
        table = pd.concat(tables, ignore_index=True).drop_duplicates(["first", "second"])
    measured = "kinship is told" if told.any() else "kinship is not measured, but of one genome"
    logger.info("%d common markers: %s", len(common), measured)
    table["sample_1"] = np.array(one.samples, object)[table["first"]]
    table["sample_2"] = np.array(two.samples, object)[table["second"]]
    return table


def _compared(
    pair: tuple[Markers, Markers],
    common: pd.DataFrame,
    min_markers: int,
    min_kinship: float,
    is_list: bool = False,
) -> tuple[pd.DataFrame, np.ndarray]:
    one, two = (side.at(common) for side in pair)
    own = pair[0].called(), pair[1].called()
    return related_pairs(one, two, min_markers, min_kinship, own=own, is_list=is_list)


def _with_references(markers: Markers) -> Markers:
    """Leave out samples that list only where they differ."""
    share = (markers.dosages == 0).sum(axis=1) / np.maximum(markers.called(), 1)
    kept = markers.dosages.copy()
    kept[share < MIN_REFERENCE_SHARE] = -1
    return Markers(markers.samples, markers.sites, kept)
