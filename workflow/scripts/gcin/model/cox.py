"""Cox's proportional hazards model with a ridge penalty."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.curves import cumulative_hazard, step_at

logger = logging.getLogger(__name__)

TIME, EVENT = "months", "event"


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox model.

    Attributes:
        weights: Log hazard ratio of each column.
        arm: Log hazard ratio of each arm against the first.
        months: Months of the training patients' events.
        hazard: Cumulative hazard at risk zero by each of them (Breslow).
    """

    weights: np.ndarray
    arm: np.ndarray
    months: np.ndarray
    hazard: np.ndarray

    def risks(self, columns: np.ndarray) -> np.ndarray:
        """Log hazard ratios, `(patients, arms)`; higher means sooner events."""
        return (columns @ self.weights)[:, None] + self.arm

    def survival(self, columns: np.ndarray, months: np.ndarray) -> np.ndarray:
        """Chance of no event by each of some months, `(patients, arms, months)`."""
        by_then = step_at(self.months, self.hazard, months)
        return np.exp(-np.exp(self.risks(columns))[..., None] * by_then)


@dataclass(frozen=True)
class Followed:
    """Patients with columns, arm and follow-up.

    Attributes:
        columns: `(patients, columns)`, standardised, nothing missing.
        arm: Number of the arm received, -1 where unknown.
        months: Time to the event or the end of watching; NaN where unknown.
        event: 1 where the event was seen.
    """

    columns: np.ndarray
    arm: np.ndarray
    months: np.ndarray
    event: np.ndarray

    def frame(self, arms: int) -> pd.DataFrame:
        """Rows of the patients whose arm and follow-up are known."""
        known = (self.arm >= 0) & ~np.isnan(self.months) & ~np.isnan(self.event)
        levels = np.eye(arms)[self.arm[known]][:, 1:]
        table = pd.DataFrame(np.hstack([self.columns[known], levels]).astype("float64"))
        table.columns = [f"column {number}" for number in range(table.shape[1])]
        return table.assign(**{TIME: self.months[known], EVENT: self.event[known]})


def fit_cox(train: Followed, held: Followed, arms: int, settings: Mapping) -> CoxFit:
    """Fit a Cox model whose penalty is chosen by the partial likelihood of the inner split.

    Of penalties that are equally likely there the heaviest is taken.

    Args:
        train: Part train.
        held: Part validation.
        arms: Number of treatment arms.
        settings: `penalties` to try (lifelines' `penalizer`).
    """
    # Slow to import, and the jobs of the other designs have no use for it.
    from lifelines import CoxPHFitter

    rows, inner = train.frame(arms), held.frame(arms)
    columns = rows.columns.drop([TIME, EVENT])
    # Of whose follow-up is known, all may be alike in a column; lifelines would divide by nought.
    alike = columns[rows[columns].nunique() < 2]
    logger.info("%d of %d columns are the same for all who were followed", len(alike), len(columns))
    told, outside = (table.drop(columns=alike) for table in (rows, inner))
    tried = [
        CoxPHFitter(penalizer=penalty).fit(told, TIME, EVENT) for penalty in settings["penalties"]
    ]
    scores = [model.score(outside, scoring_method="log_likelihood") for model in tried]
    # Without an event among them the inner split has no opinion: the heaviest penalty says least.
    best = max(range(len(tried)), key=lambda one: (scores[one], settings["penalties"][one]))
    logger.info("chose penalty %g of %s", settings["penalties"][best], settings["penalties"])
    weights = tried[best].params_.reindex(columns, fill_value=0.0).to_numpy()
    return with_baseline(weights, train.columns.shape[1], rows)


def with_baseline(weights: np.ndarray, columns: int, rows: pd.DataFrame) -> CoxFit:
    """Put the baseline hazard of the patients learnt from beside weights.

    Args:
        weights: Log hazard ratios of columns, then of every arm but the first.
        columns: How many of them are columns'.
        rows: From `Followed.frame`.
    """
    risk = rows.drop(columns=[TIME, EVENT]).to_numpy() @ weights
    baseline = cumulative_hazard(rows[TIME].to_numpy(), rows[EVENT].to_numpy(), risk)
    return CoxFit(weights[:columns], np.concatenate([[0.0], weights[columns:]]), *baseline)
