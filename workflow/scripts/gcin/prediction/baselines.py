"""Frozen baselines on unseen patients."""

import pandas as pd

from gcin.model.baselines import predict_baseline
from gcin.model.inputs import Patients
from gcin.model.preparation import Preparation
from gcin.model.study import Cohorts
from gcin.prediction.applying import apply_each


def apply_baselines(models: list[str], table: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """Predict with the frozen models of a baseline, one per fold and seed; see `apply_each`."""

    def predict(run: int, frozen: dict, patients: Patients, preparation: Preparation) -> dict:
        return predict_baseline(frozen["kind"], frozen["fits"], patients, preparation)

    # Baselines read what genes add up to, and no variant by itself.
    return apply_each(models, table, cohorts, predict, variants=0)
