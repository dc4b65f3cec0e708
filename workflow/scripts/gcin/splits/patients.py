"""The patients of a study: who trains, who tests from outside, who is new, and their outcomes."""

import logging
from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.splits.groups import connected

DESCRIBED = ("cancer_type", "arm", "family", "site")
NOBODY = pd.DataFrame({"patient_1": [], "patient_2": []}, dtype=object)

logger = logging.getLogger(__name__)


def patients_of(
    clinical: Mapping[str, pd.DataFrame],
    genomes: Mapping[str, Iterable[str]],
    external: Iterable[str],
    endpoints: Mapping[str, str | Mapping[str, str]],
    relatives: pd.DataFrame = NOBODY,
    unfit: Collection[str] = (),
) -> pd.DataFrame:
    """List a study's patients.

    Args:
        clinical: Each cohort's `patient cancer_type arm family site` and a column per outcome.
        genomes: Patients of each cohort who have a genome.
        external: Cohorts that are not trained on.
        endpoints: Name of a binary outcome, of those with `months` and `event`, or of the one with
            the `amount` of a quantity.
        relatives: Pairs whose genotypes show that they are related, or one: `patient_1 patient_2`.
        unfit: Patients whose genotypes a check after the joint call excludes.

    Returns:
        One row per patient, sorted: `patient cohort role cancer_type arm family site has_genome`,
        each binary endpoint, `{endpoint}_time` (months) and `{endpoint}_event` of survival,
        `{endpoint}_amount` of a quantity; NaN where missing. Role `new`: of a training cohort,
        without any whole outcome (a time alone is none, nor are 0 months without an event, of which
        nothing is learnt); `related`: of an external cohort, but kin of a patient who trains;
        `excluded`: unfit. A family is the card's, and all whom found
        relatives tie to it.

    Raises:
        ValueError: A patient stands in two cohorts, none has an outcome to train on, all who have
            one are unfit, or nobody of an external cohort received an arm that anybody who trains
            did.
    """
    tables = [
        _of_cohort(cohort, table, set(genomes[cohort]), cohort in set(external), endpoints)
        for cohort, table in clinical.items()
    ]
    patients = pd.concat(tables, ignore_index=True).sort_values("patient", ignore_index=True)
    twice = int(patients["patient"].duplicated().sum())
    if twice:
        raise ValueError(
            f"{twice} patient(s) stand in several cohorts of the study ({', '.join(clinical)}), "
            "and each counts once. Name cohorts without common patients."
        )
    patients["family"] = united_families(patients, relatives)
    _require_trainable(patients, unfit)
    patients["role"] = _fit_roles(patients, unfit)
    patients["role"] = _independent_roles(patients)
    _require_known_arms(patients)
    return patients


def united_families(patients: pd.DataFrame, relatives: pd.DataFrame) -> pd.Series:
    """Name the family of each patient: the card's families, joined where relatives were found.

    Args:
        patients: `patient cohort family`, each patient once.
        relatives: `patient_1 patient_2`.

    Returns:
        Names that no two families share, of two cohorts neither; None for a patient alone.
    """
    place = pd.Series(np.arange(len(patients)), index=patients["patient"].to_numpy())
    named = patients["family"].notna().to_numpy()
    keys = [patients["cohort"][named], patients["family"][named]]
    own = pd.Series(np.flatnonzero(named), index=patients.index[named])
    found = relatives[relatives[["patient_1", "patient_2"]].isin(place.index).all(axis=1)]
    starts = np.concatenate([own, place[found["patient_1"]]])
    ends = np.concatenate([own.groupby(keys).transform("min"), place[found["patient_2"]]])
    group = connected(np.column_stack([starts, ends]), patients.index)

    first = patients.groupby(group)[["patient", "cohort", "family"]].transform("first")
    alone = group.groupby(group).transform("size") == 1
    name = first["family"].where(first["family"].notna() | alone, "kin of " + first["patient"])
    is_shared = group.groupby(name).transform("nunique") > 1
    name = name.where(~is_shared, first["cohort"] + "." + name.astype(str))
    joined = len(found) and int((name.notna() & (name != patients["family"])).sum())
    logger.info("%d pairs of found relatives put %d patients in another family", len(found), joined)
    return name.astype(object).where(name.notna(), None)


def _require_trainable(patients: pd.DataFrame, unfit: Collection[str]) -> None:
    """Refuse a study in which nobody is left to learn from."""
    able = patients["patient"][patients["role"] == "train"]
    if able.empty:
        raise ValueError(
            "No patient of the training cohorts has an outcome. Correct the study's endpoints, or "
            "the outcome mappings of the cards."
        )
    if able.isin(unfit).all():
        raise ValueError(
            f"Each of the {len(able)} patients of the training cohorts who have an outcome fails a "
            "check after the joint call whose action is exclude, so none is left to learn from. "
            "genotype_gate.tsv among the quality of each cohort says which. Change the limits or "
            "actions under quality: joint_checks and quality: relatedness: checks."
        )


def _fit_roles(patients: pd.DataFrame, unfit: Collection[str]) -> pd.Series:
    """Take out whose genotypes are not to be trusted: nothing is learnt from or said of them."""
    is_unfit = patients["patient"].isin(unfit)
    logger.info("%d patients are excluded by checks after the joint call", is_unfit.sum())
    return patients["role"].mask(is_unfit, "excluded")


def _independent_roles(patients: pd.DataFrame) -> pd.Series:
    """Take kin of patients who train out of the external cohorts: they are no independent test."""
    training = set(patients["family"][patients["role"] == "train"].dropna())
    is_kin = (patients["role"] == "external") & patients["family"].isin(training)
    if is_kin.any():
        logger.warning(
            "%d patient(s) of external cohorts are kin of training patients, or the same, and are "
            "not evaluated",
            is_kin.sum(),
        )
    return patients["role"].mask(is_kin, "related")


def _require_known_arms(patients: pd.DataFrame) -> None:
    """Refuse an external cohort of other arms; tell of patients of an arm that nobody learns."""
    learnt = sorted(set(patients["arm"][patients["role"] == "train"].dropna()))
    external = patients[(patients["role"] == "external") & patients["arm"].notna()]
    for cohort, rows in external.groupby("cohort"):
        other = rows["arm"][~rows["arm"].isin(learnt)]
        told = f"arm {', '.join(sorted(set(other)))}, and training patients {', '.join(learnt)}"
        if len(other) == len(rows):
            raise ValueError(
                f"All patients of external cohort {cohort} received {told}: no prediction of "
                "theirs can be held against an outcome. Give the same arm the same name by codes "
                "in the cards, or take the cohort out of external:."
            )
        if len(other):
            logger.warning("%d patients of %s received %s: not tested", len(other), cohort, told)


def _of_cohort(
    cohort: str, table: pd.DataFrame, genomes: set[str], external: bool, endpoints: Mapping
) -> pd.DataFrame:
    """Name the outcomes of one cohort's patients as the study does, and give each a role."""
    unlisted = sorted(genomes - set(table["patient"]))
    table = pd.concat([table, pd.DataFrame({"patient": unlisted}, dtype=object)], ignore_index=True)
    outcomes = pd.DataFrame(
        {
            name: pd.to_numeric(table[outcome]) if outcome in table else float("nan")
            for name, outcome in _columns(endpoints).items()
        },
        index=table.index,
        dtype=float,
    )
    whole = [_is_whole(outcomes[columns]) for columns in _parts(endpoints)]
    known = pd.concat(whole, axis=1).any(axis=1)
    role = "external" if external else known.map({True: "train", False: "new"})
    described = table[["patient", *DESCRIBED]].astype(object)
    described = described.where(described.notna(), None)
    described.insert(1, "cohort", cohort)
    described.insert(2, "role", role)
    described["has_genome"] = table["patient"].isin(genomes)
    return pd.concat([described, outcomes], axis=1)


def _is_whole(outcome: pd.DataFrame) -> pd.Series:
    """Tell of whom an endpoint is known; who was never watched is as one without it."""
    whole = outcome.notna().all(axis=1)
    # Of survival the columns are time and event.
    return whole & (outcome != 0).any(axis=1) if outcome.shape[1] > 1 else whole


def _parts(endpoints: Mapping) -> list[list[str]]:
    """Columns of the study's table that make up each endpoint."""
    return [list(_columns({name: outcome})) for name, outcome in endpoints.items()]


def _columns(endpoints: Mapping) -> dict[str, str]:
    """Map each column of the study's table to the outcome that fills it."""
    columns = {}
    for name, outcome in endpoints.items():
        if isinstance(outcome, str):
            columns[name] = outcome
        elif "amount" in outcome:
            columns[f"{name}_amount"] = outcome["amount"]
        else:
            columns |= {f"{name}_time": outcome["months"], f"{name}_event": outcome["event"]}
    return columns
