"""Frozen models on patients whom no model was fitted on."""

from collections.abc import Callable, Mapping, Sequence

import joblib
import pandas as pd

from gcin.model.calibration import Calibration, from_lines
from gcin.model.inputs import Patients
from gcin.model.predictions import prediction_table, taught_rows
from gcin.model.preparation import Preparation, from_plain
from gcin.model.study import Cohorts, read_patients

UNSEEN_ROLES = ("external", "new")
COLUMNS = ["cohort", "role", "run", "patient", "endpoint", "arm", "raw", "value", "models"]


def unseen_patients(patients: pd.DataFrame) -> pd.DataFrame:
    """Keep the patients of external cohorts and those without an outcome, indexed by `patient`."""
    return patients[patients["role"].isin(UNSEEN_ROLES)].set_index("patient")


def apply_each(
    saved: Sequence[str],
    table: pd.DataFrame,
    cohorts: Cohorts,
    predict: Callable[[int, dict, Patients, Preparation], dict],
    variants: int | None = None,
) -> pd.DataFrame:
    """Let every frozen model of a design predict.

    Args:
        saved: What was saved of each, with `preparation` and `calibrations` among it.
        table: Patients, indexed by `patient`, with `cohort`, `role`, `arm`.
        cohorts: Stores and clinical columns of their cohorts.
        predict: Told the number of the model, what was saved of it, the patients and its
            preparation, gives endpoint to `(patients, arms)`.
        variants: Most variants of a patient to read; None for as many as the preparation says.

    Returns:
        `cohort role run patient endpoint arm raw value models`: no row of an arm in which nobody
        taught the model the endpoint's outcome.

    Raises:
        ValueError: A model has no number for somebody; it is named.
    """
    if table.empty:
        return pd.DataFrame(columns=COLUMNS)
    blocks = []
    for run, path in enumerate(saved):
        frozen = joblib.load(path)
        preparation = from_plain(frozen["preparation"])
        most = preparation.variants if variants is None else variants
        patients = read_patients(table, cohorts, preparation.genes, most)
        predicted = predict(run, frozen, patients, preparation)
        calibrations = from_lines(frozen["calibrations"])
        rows = run_rows(table, predicted, preparation.arms, calibrations, run)
        blocks.append(taught_rows(rows, preparation.endpoints))
    rows = pd.concat(blocks, ignore_index=True)
    lost = rows[rows["value"].isna()]
    if len(lost):
        # A mean over the models would pass over them, and rest on fewer without a word.
        raise ValueError(
            f"{saved[lost['run'].iloc[0]]} has no number for {lost['endpoint'].iloc[0]} of "
            f"{lost['patient'].nunique()} patient(s): its training failed to converge."
        )
    return rows


def run_rows(
    table: pd.DataFrame,
    predicted: dict,
    arms: list[str],
    calibrations: Mapping[str, Calibration],
    run: int,
) -> pd.DataFrame:
    """Rows of one frozen model; `run` numbers the model.

    Returns:
        `cohort role run patient endpoint arm raw value models`, models being 1; empty where there
        are no patients, or nothing is predicted.
    """
    rows = prediction_table(table.index, predicted, arms, calibrations)
    places = table[["cohort", "role"]].loc[table.index.repeat(len(arms))]
    repeated = pd.concat([places] * len(predicted) or [places.iloc[:0]], ignore_index=True)
    rows = rows.assign(cohort=repeated["cohort"], role=repeated["role"])
    return rows.assign(run=run, models=1)[COLUMNS]
