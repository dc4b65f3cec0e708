"""Whom figures leave out, or rest on fewer models for: arms that some models never learnt."""

from collections.abc import Mapping

import pandas as pd

from gcin.evaluation.pooling import with_outcomes

KEYS = ["endpoint", "patient", "arm"]
COLUMNS = ["cohort", "endpoint", "arm", "patients", "left_out", "by_fewer"]


def answered_table(
    runs: pd.DataFrame, patients: pd.DataFrame, folds: Mapping[int, pd.DataFrame]
) -> pd.DataFrame:
    """Count the test patients of whom a fold's models, or some of its seeds, say nothing.

    Args:
        runs: As `gcin.evaluation.pooling.read_runs` gives them.
        patients: The study's patients, as `gcin.evaluation.pooling.with_outcomes` needs them, with
            `cohort`.
        folds: `patient part` of each fold.

    Returns:
        `cohort endpoint arm patients left_out by_fewer`: patients tested with arm and outcome
        known; those whom figures leave out in a repeat at least; and those of whom fewer seeds of
        a design speak there than elsewhere.
    """
    parts = [fold.assign(fold=number) for number, fold in folds.items()]
    tested = pd.concat(parts).query("part == 'test'")[["fold", "patient"]]
    said = runs.groupby(["design", "fold", *KEYS]).size().rename("models").reset_index()
    said["of"] = said["design"].map(runs.groupby("design")["seed"].nunique())
    return _counted(_asked(runs, patients).merge(tested, on="patient"), said, "fold")


def external_answered_table(predictions: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Count the external patients of whom the frozen models, or some of them, say nothing.

    Args:
        predictions: `design patient cohort endpoint arm models of`.
        patients: The study's patients, with `role`.

    Returns:
        As `answered_table`.
    """
    external = patients[patients["role"] == "external"]
    return _counted(_asked(predictions, external), predictions, "cohort")


def _asked(said: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Patients with arm and outcome of each endpoint that anything is said of."""
    known = patients[patients["arm"].notna()]
    names = said[["endpoint"]].drop_duplicates()
    wanted = known[["patient", "cohort", "arm"]].merge(names, how="cross")
    return with_outcomes(wanted, known)[["cohort", *KEYS]]


def _counted(asked: pd.DataFrame, said: pd.DataFrame, place: str) -> pd.DataFrame:
    """Count by cohort, endpoint and arm; a prediction is of a patient at a place."""
    share = (said["models"] / said["of"]).groupby([said[name] for name in (place, *KEYS)]).min()
    rows = asked.join(share.rename("share"), on=[place, *KEYS])
    rows = rows.assign(left_out=rows["share"].isna(), by_fewer=rows["share"] < 1)
    once = rows.groupby(["cohort", *KEYS], as_index=False)[["left_out", "by_fewer"]].any()
    counts = once.groupby(["cohort", "endpoint", "arm"]).agg(
        patients=("patient", "size"), left_out=("left_out", "sum"), by_fewer=("by_fewer", "sum")
    )
    return counts.reset_index()[COLUMNS]
