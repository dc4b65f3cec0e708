"""Frozen baselines on unseen patients."""

import joblib
import pandas as pd

from gcin.model.baselines import predict_baseline
from gcin.model.calibration import from_lines
from gcin.model.preparation import from_plain
from gcin.model.study import Cohorts, read_patients
from gcin.prediction.applying import COLUMNS, run_rows


def apply_baselines(models: list[str], table: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """Predict with the frozen models of a baseline.

    Args:
        models: Saved models, one per fold.
        table: Patients, indexed by `patient`, with `cohort`, `role`, `arm`.
        cohorts: Stores and clinical columns of their cohorts.

    Returns:
        `cohort role run patient endpoint arm raw value`.
    """
    if table.empty:
        return pd.DataFrame(columns=COLUMNS)
    blocks = []
    for run, path in enumerate(models):
        frozen = joblib.load(path)
        preparation = from_plain(frozen["preparation"])
        patients = read_patients(table, cohorts, preparation.genes, variants=1)
        predicted = predict_baseline(frozen["kind"], frozen["fits"], patients, preparation)
        calibrations = from_lines(frozen["calibrations"])
        blocks.append(run_rows(table, predicted, preparation.arms, calibrations, run))
    return pd.concat(blocks, ignore_index=True)
