"""A random survival forest: trees that split patients by the log-rank statistic.

Beside `random_forest`, whose trees answer one question for each patient and interval, each of these
trees keeps a patient whole, and its leaves hold the hazards of the patients in them (Ishwaran et
al. 2008, Annals of Applied Statistics 2:841).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gcin.model.boosting import loss_of
from gcin.model.calibration import UNCHANGED, Calibration, fit_calibration
from gcin.model.questions import Questions

if TYPE_CHECKING:
    from sksurv.ensemble import RandomSurvivalForest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SurvivalForestFit:
    """A survival forest of one endpoint.

    Attributes:
        model: Fitted on the columns and the arm; its times are numbers of intervals, from 1.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        calibration: Of the hazards.
    """

    model: "RandomSurvivalForest"
    arms: int
    intervals: int
    calibration: Calibration = UNCHANGED

    def told(self, columns: np.ndarray) -> np.ndarray:
        """Chance of the event in an interval once it is entered, `(patients, arms, intervals)`."""
        hazards = [self._hazards(columns, np.full(len(columns), arm)) for arm in range(self.arms)]
        return self.calibration.apply(np.stack(hazards, axis=1))

    def asked(self, questions: Questions) -> np.ndarray:
        """Chance of yes to each question."""
        patient, first, place = np.unique(questions.patient, return_index=True, return_inverse=True)
        hazards = self._hazards(questions.columns[patient], questions.arm[first])
        return self.calibration.apply(hazards[place, questions.interval])

    def _hazards(self, columns: np.ndarray, arm: np.ndarray) -> np.ndarray:
        rows = np.column_stack([columns, arm])
        summed = self._summed(rows)
        # The forest knows the intervals after which patients left; others add nothing.
        last = np.searchsorted(
            self.model.unique_times_, np.arange(1, self.intervals + 1), side="right"
        )
        summed = np.hstack([np.zeros((len(rows), 1)), summed])[:, last]
        # A leaf's increment is its share of events among those who entered the interval.
        return np.diff(summed, axis=1, prepend=0)

    def _summed(self, rows: np.ndarray) -> np.ndarray:
        """Cumulative hazards by each interval after which patients left, the mean of all trees."""
        if len(self.model.unique_times_) > 1:
            return self.model.predict_cumulative_hazard_function(rows, return_array=True)
        # Of a single one trees give no column, and scikit-survival's forest fails to add them up.
        told = [
            tree.predict_cumulative_hazard_function(rows, return_array=True)
            for tree in self.model.estimators_
        ]
        return np.mean(told, axis=0)[:, None]


def fit_survival_forest(
    train: Questions, held: Questions, arms: int, intervals: int, settings: Mapping, seed: int
) -> SurvivalForestFit:
    """Fit a survival forest; the inner split chooses the smallest leaf, and calibrates the hazards.

    Patients are watched to the last interval that they were asked about.

    Args:
        train: Questions of part train, missing values as NaN.
        held: Questions of part validation.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        settings: `trees` and `min_patients` to try.
        seed: Of the resampling.
    """
    # Slow to import, and the jobs of the other designs have no use for it.
    from sksurv.ensemble import RandomSurvivalForest

    rows, watched = _whole(train)
    tried = [
        SurvivalForestFit(
            RandomSurvivalForest(settings["trees"], min_samples_leaf=leaf, random_state=seed).fit(
                rows, watched
            ),
            arms,
            intervals,
        )
        for leaf in settings["min_patients"]
    ]
    losses = [loss_of(fit.asked(held), held) for fit in tried]
    best = tried[int(np.argmin(losses))]
    logger.info("chose %s of %d: loss %.4f", best.model, len(tried), min(losses))
    return replace(best, calibration=fit_calibration(best.asked(held), held.answer))


def _whole(questions: Questions) -> tuple[np.ndarray, np.ndarray]:
    """Put questions together again: each patient's columns and arm, and how the watching ended."""
    patient, first, place = np.unique(questions.patient, return_index=True, return_inverse=True)
    watched = np.zeros(len(patient), dtype=[("event", bool), ("time", float)])
    np.maximum.at(watched["time"], place, questions.interval + 1.0)
    np.logical_or.at(watched["event"], place, questions.answer > 0)
    return np.column_stack([questions.columns[patient], questions.arm[first]]), watched
