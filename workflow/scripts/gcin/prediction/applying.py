"""Frozen models on patients whom no model was fitted on."""

from collections.abc import Mapping

import pandas as pd

from gcin.model.calibration import Calibration
from gcin.model.predictions import prediction_table

UNSEEN_ROLES = ("external", "new")
COLUMNS = ["cohort", "role", "run", "patient", "endpoint", "arm", "raw", "value"]


def unseen_patients(patients: pd.DataFrame) -> pd.DataFrame:
    """Keep the patients of external cohorts and those without an outcome, indexed by `patient`."""
    return patients[patients["role"].isin(UNSEEN_ROLES)].set_index("patient")


def run_rows(
    table: pd.DataFrame,
    predicted: dict,
    arms: list[str],
    calibrations: Mapping[str, Calibration],
    run: int,
) -> pd.DataFrame:
    """Rows of one frozen model; `run` numbers the model.

    Returns:
        `cohort role run patient endpoint arm raw value`; empty where there are no patients.
    """
    rows = prediction_table(table.index, predicted, arms, calibrations)
    places = table[["cohort", "role"]].loc[table.index.repeat(len(arms))]
    repeated = pd.concat([places] * len(predicted), ignore_index=True)
    return rows.assign(cohort=repeated["cohort"], role=repeated["role"], run=run)[COLUMNS]
