"""Who is left out for kinship that neither sheet nor card explains."""

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import chain

import pandas as pd

from gcin.quality.gate import COLUMNS, UNMEASURED

# Each check of pairs with what is said of the pairs that it looks at, and their worst kinship.
CHECKS = {"max_kinship": ("", "max"), "min_kinship_of_patient": ("patient", "min")}
ACTIONS = ("warn", "exclude", "stop")


def judged_pairs(
    pairs: pd.DataFrame,
    markers: pd.Series,
    checks: Mapping[str, Mapping],
    unfit: Collection[str] = (),
) -> pd.DataFrame:
    """Say what follows for the samples of pairs whose kinship is not as expected.

    Args:
        pairs: As by `relatedness`, with the verdict of each pair.
        markers: Markers of each sample, by sample.
        checks: The settings `quality: relatedness: checks`.
        unfit: Patients whom another check excludes: nobody leaves for their sake.

    Returns:
        Rows of a gate, `sample check value limit verdict`, sorted; one per check and sample that
        stands in a pair which fails it, with its worst kinship. Of relatives, the sample that
        stays for the others has the verdict `warn`.
    """
    fails = pairs[pairs["verdict"].isin(ACTIONS)]
    leave = _left_out(fails[fails["verdict"] == "exclude"], markers, checks, set(unfit))
    tables = [pd.DataFrame(columns=COLUMNS)]
    for check, (said, worst) in CHECKS.items():
        own = fails[fails["said"] == said]
        kinship = _by_sample(own, "kinship").groupby("sample")["kinship"].agg(worst)
        table = kinship.rename("value").rename_axis("sample").reset_index()
        action = checks[check]["action"]
        stays = (action == "exclude") & ~table["sample"].isin(leave)
        verdict = stays.map({True: "warn", False: action})
        tables.append(table.assign(check=check, limit=checks[check]["limit"], verdict=verdict))
    listed = pd.concat([table for table in tables if len(table)] or tables[:1])
    return listed.sort_values(["sample", "check"], ignore_index=True)[COLUMNS]


def untold_pairs(
    pairs: pd.DataFrame, samples: pd.DataFrame, checks: Mapping[str, Mapping]
) -> pd.DataFrame:
    """Say of whom kinship is not known, as too few markers were called.

    Args:
        pairs: As by `relatedness`, with the verdict of each pair.
        samples: Indexed by sample: `patient relatives`, the latter missing where kinship could be
            told with no sample of another patient.
        checks: The settings `quality: relatedness: checks`.

    Returns:
        Rows of a gate as by `judged_pairs`, with the verdict `not measured`: of `max_kinship` where
        there are other patients, and of `min_kinship_of_patient` where the patient has a sample
        that the sample could not be compared with.
    """
    has_others = len(set(samples["patient"])) > 1
    alone = samples.index[samples["relatives"].isna()] if has_others else []
    own = pairs[(pairs["said"] == "patient") & (pairs["verdict"] == UNMEASURED)]
    untold = {
        "max_kinship": alone,
        "min_kinship_of_patient": _by_sample(own, "patient")["sample"].unique(),
    }
    rows = [
        (sample, check, float("nan"), checks[check]["limit"], UNMEASURED)
        for check, names in untold.items()
        for sample in names
    ]
    return pd.DataFrame(sorted(rows), columns=COLUMNS)


def _left_out(
    pairs: pd.DataFrame, markers: pd.Series, checks: Mapping[str, Mapping], unfit: set[str]
) -> set[str]:
    """Choose samples so that no pair of two patients is left, and no patient of two genomes.

    One genome under two names leaves under both, and two genomes under one name: nobody knows
    whose they are. Of relatives, whole patients leave, first who has the most relatives left, then
    who has the fewest markers.
    """
    is_patient = pairs["said"] == "patient"
    is_one = pairs["kinship"] >= checks["min_kinship_of_patient"]["limit"]
    whose = _by_sample(pairs, "patient").drop_duplicates()
    fewest = markers.reindex(whose["sample"]).groupby(whose["patient"].to_numpy()).min()
    gone = unfit | set(_by_sample(pairs[is_patient | is_one], "patient")["patient"])
    related = set(map(frozenset, pairs.loc[~is_patient, ["patient_1", "patient_2"]].to_numpy()))
    gone |= leavers({pair for pair in related if pair.isdisjoint(gone)}, fewest)
    return set(whose["sample"][whose["patient"].isin(gone)])


def leavers(related: Collection[frozenset[str]], markers: pd.Series) -> set[str]:
    """Choose who leaves so that no related pair is left.

    Args:
        related: Pairs of names.
        markers: Markers of each name; of two alike, who has fewer leaves.
    """
    gone = set()
    while left := [pair for pair in related if pair.isdisjoint(gone)]:
        relatives = Counter(chain.from_iterable(left))
        gone.add(min(relatives, key=lambda name: (-relatives[name], markers[name], name)))
    return gone


def _by_sample(pairs: pd.DataFrame, column: str) -> pd.DataFrame:
    """One row per pair and side: `sample`, and a column of the pair or of the side."""
    sides = [
        pairs.rename(columns={f"sample_{side}": "sample", f"{column}_{side}": column})
        for side in "12"
    ]
    return pd.concat([table[["sample", column]] for table in sides], ignore_index=True)
