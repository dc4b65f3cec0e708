"""What the network must be better than: simpler models behind one interface."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from gcin.model.boosting import ArmwiseFit, TreesFit, fit_boosting, fit_by_arm, fit_forest
from gcin.model.cox import CoxFit, Followed, fit_cox
from gcin.model.curves import Clock, clocks_of, curve_table, survival_of
from gcin.model.inputs import (
    Patients,
    arm_numbers,
    clinical_columns,
    genomic_columns,
    linear_columns,
    tree_columns,
)
from gcin.model.linear import LinearFit, fit_linear, questions_of
from gcin.model.outcomes import RESPONSE, risk_of, targets_of
from gcin.model.preparation import Preparation

logger = logging.getLogger(__name__)

COLUMNS = {
    "majority": clinical_columns,
    "clinical_logistic": clinical_columns,
    "genomic_logistic": genomic_columns,
    "ridge": linear_columns,
    "lasso": linear_columns,
    "random_forest": tree_columns,
    "boosting": tree_columns,
    "boosting_per_arm": tree_columns,
    "cox": linear_columns,
}
TREES = {
    "random_forest": ("forest", fit_forest),
    "boosting": ("boosting", fit_boosting),
    "boosting_per_arm": ("boosting", fit_by_arm),
}
L1_RATIO = {"clinical_logistic": 0.0, "genomic_logistic": 0.0, "ridge": 0.0, "lasso": 1.0}


@dataclass(frozen=True)
class MajorityFit:
    """The same answer for everyone.

    Attributes:
        value: Share of responders among training patients; 0 for the risk of survival.
        arms: Number of treatment arms.
    """

    value: float
    arms: int


Fit = MajorityFit | LinearFit | TreesFit | ArmwiseFit | CoxFit


@dataclass(frozen=True)
class Lesson:
    """One endpoint of some patients, as the fits take it.

    Attributes:
        columns: `(patients, columns)`.
        arm: Number of the arm received, -1 where unknown.
        targets: `(patients, intervals, 2)`.
        table: Outcomes of the same patients.
    """

    columns: np.ndarray
    arm: np.ndarray
    targets: np.ndarray
    table: pd.DataFrame


def fit_baseline(
    kind: str, patients: Patients, preparation: Preparation, settings: Mapping, seed: int
) -> dict[str, Fit]:
    """Fit a baseline to part train; penalties and stopping look at part train or validation.

    Args:
        kind: Kind of the design.
        patients: Of parts train and validation; outcomes of others are not looked at.
        preparation: Fitted on part train.
        settings: `linear`, `forest`, `boosting` and `cox` of the model's configuration.
        seed: Of whatever chance there is.

    Returns:
        Endpoint to its model; a Cox model says nothing of response.
    """
    train, held = patients.part("train"), patients.part("validation")
    columns = [COLUMNS[kind](part, preparation).to_numpy("float64") for part in (train, held)]
    fits = {}
    for endpoint, cuts in preparation.endpoints.items():
        if kind == "cox" and endpoint == RESPONSE:
            continue
        lessons = [
            Lesson(
                values,
                arm_numbers(part.table, preparation.arms),
                targets_of(part.table, endpoint, cuts),
                part.table,
            )
            for values, part in zip(columns, (train, held), strict=True)
        ]
        logger.info("fitting %s to %s", kind, endpoint)
        fits[endpoint] = _fit(kind, endpoint, *lessons, len(preparation.arms), settings, seed)
    return fits


def predict_baseline(
    kind: str, fits: Mapping[str, Fit], patients: Patients, preparation: Preparation
) -> dict[str, np.ndarray]:
    """Predict every arm of every patient.

    Returns:
        Endpoint to `(patients, arms)`: probability of response, or risk (higher = sooner event).
    """
    columns = COLUMNS[kind](patients, preparation).to_numpy("float64")
    return {endpoint: _predict(fit, columns, endpoint) for endpoint, fit in fits.items()}


def baseline_curves(
    kind: str, fits: Mapping[str, Fit], patients: Patients, preparation: Preparation
) -> pd.DataFrame:
    """Predict the survival curves of part test under every arm.

    Args:
        kind: Kind of the design.
        fits: From `fit_baseline`.
        patients: Of all parts; the outcomes of part train alone are looked at.
        preparation: Fitted on part train.

    Returns:
        `patient endpoint arm time survival`.
    """
    clocks = clocks_of(patients.part("train").table, preparation.endpoints)
    test = patients.part("test")
    columns = COLUMNS[kind](test, preparation).to_numpy("float64")
    curves = {
        endpoint: _curves(fits[endpoint], columns, preparation.endpoints[endpoint], clock)
        for endpoint, clock in clocks.items()
    }
    return curve_table(test.table.index, curves, clocks, preparation.arms)


def _fit(
    kind: str,
    endpoint: str,
    train: Lesson,
    held: Lesson,
    arms: int,
    settings: Mapping,
    seed: int,
) -> Fit:
    if kind == "majority":
        return _majority(endpoint, train, arms)
    if kind in TREES:
        own, fit = TREES[kind]
        questions = [questions_of(x.columns, x.arm, x.targets) for x in (train, held)]
        return fit(*questions, arms, train.targets.shape[1], settings[own], seed)
    if kind == "cox":
        return fit_cox(_followed(endpoint, train), _followed(endpoint, held), arms, settings["cox"])
    ratio, linear = L1_RATIO[kind], settings["linear"]
    return fit_linear(train.columns, train.arm, train.targets, arms, ratio, linear)


def _majority(endpoint: str, train: Lesson, arms: int) -> MajorityFit:
    if endpoint != RESPONSE:
        return MajorityFit(0.0, arms)
    return MajorityFit(float(train.table[RESPONSE].mean()), arms)


def _followed(endpoint: str, lesson: Lesson) -> Followed:
    months, event = (
        lesson.table[f"{endpoint}_{part}"].to_numpy(dtype=float) for part in ("time", "event")
    )
    return Followed(lesson.columns, lesson.arm, months, event)


def _predict(fit: Fit, columns: np.ndarray, endpoint: str) -> np.ndarray:
    if isinstance(fit, MajorityFit):
        return np.full((len(columns), fit.arms), fit.value)
    if isinstance(fit, CoxFit):
        return fit.risks(columns)
    chances = _chances(fit, columns)
    return chances[..., 0] if endpoint == RESPONSE else risk_of(chances)


def _chances(fit: LinearFit | TreesFit | ArmwiseFit, columns: np.ndarray) -> np.ndarray:
    """Chance of the event in each interval, `(patients, arms, intervals)`."""
    return expit(fit.logits(columns)) if isinstance(fit, LinearFit) else fit.chances(columns)


def _curves(fit: Fit, columns: np.ndarray, cuts: list[float], clock: Clock) -> np.ndarray:
    if isinstance(fit, MajorityFit):
        return np.tile(np.exp(-clock.hazard), (len(columns), fit.arms, 1))
    if isinstance(fit, CoxFit):
        return fit.survival(columns, clock.months)
    return survival_of(_chances(fit, columns), cuts, clock)
