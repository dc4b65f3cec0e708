"""Histogram gradient boosting of response and of hazards, the treatment arm a column like others.

Survival is boosted in discrete time: one row per patient and interval entered, the number of the
interval a column, and the answer whether the event fell into it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import log_loss

from gcin.model.linear import Questions

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BoostedFit:
    """Boosted trees of one endpoint.

    Attributes:
        model: Fitted on the columns, the arm and the interval.
        arms: Number of treatment arms.
        intervals: Number of intervals.
    """

    model: "HistGradientBoostingClassifier"
    arms: int
    intervals: int

    def chances(self, columns: np.ndarray) -> np.ndarray:
        """Chance of the event, `(patients, arms, intervals)`."""
        patients = len(columns)
        arm, interval = np.divmod(np.arange(self.arms * self.intervals), self.intervals)
        rows = np.repeat(columns, len(arm), axis=0)
        place = np.tile(np.column_stack([arm, interval]), (patients, 1))
        chance = self.model.predict_proba(np.hstack([rows, place]))[:, 1]
        return chance.reshape(patients, self.arms, self.intervals)


def fit_boosting(
    train: Questions, held: Questions, arms: int, intervals: int, settings: Mapping, seed: int
) -> BoostedFit:
    """Fit boosted trees; the inner split stops them and chooses among the settings tried.

    Args:
        train: Questions of part train, missing values as NaN.
        held: Questions of part validation.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        settings: `learning_rates`, `leaves`, `min_patients`, `max_iterations` and `patience`.
        seed: Of the binning.
    """
    rows, inner = _rows(train), _rows(held)
    tried = [
        _fit(rows, train.answer, inner, held.answer, rate, leaves, settings, seed)
        for rate, leaves in product(settings["learning_rates"], settings["leaves"])
    ]
    losses = [
        log_loss(held.answer, model.predict_proba(inner)[:, 1], labels=[0, 1]) for model in tried
    ]
    best = int(np.argmin(losses))
    logger.info("chose %s of %d: log-loss %.4f", tried[best], len(tried), losses[best])
    return BoostedFit(tried[best], arms, intervals)


def _rows(questions: Questions) -> np.ndarray:
    return np.column_stack([questions.columns, questions.arm, questions.interval])


def _fit(
    rows: np.ndarray,
    answer: np.ndarray,
    inner: np.ndarray,
    inner_answer: np.ndarray,
    rate: float,
    leaves: int,
    settings: Mapping,
    seed: int,
) -> "HistGradientBoostingClassifier":
    # Slow to import, and the jobs of the other designs have no use for it.
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=rate,
        max_leaf_nodes=leaves,
        min_samples_leaf=settings["min_patients"],
        max_iter=settings["max_iterations"],
        early_stopping=True,
        n_iter_no_change=settings["patience"],
        random_state=seed,
    )
    return model.fit(rows, answer, X_val=inner, y_val=inner_answer)
