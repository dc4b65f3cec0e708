"""Cox's proportional hazards model with an elastic net: some weights are nought, others shrunk.

The penalised partial likelihood is minimised by accelerated proximal gradient steps (Beck and
Teboulle 2009, SIAM J. Imaging Sci. 2:183) along a path of penalties, each starting where the one
before ended. What arms add is drawn to nothing a little, whatever the penalty, since an arm of a
few patients without an event would have survival 1. Ties are Breslow's.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gcin.model.cox import EVENT, TIME, CoxFit, Followed, with_baseline
from gcin.model.ridge import ARM_SPREAD

logger = logging.getLogger(__name__)

CLOSE = 1e-10  # change of the objective, as a share of it, at which a fit has arrived
STEPS = 2000
SMALLEST_RATIO = 1e-3  # of l1: with none, no penalty is heavy enough to leave nothing


@dataclass(frozen=True)
class PartialLikelihood:
    """Patients in the order of their time, and whom each event was drawn from.

    Attributes:
        columns: `(patients, columns)`.
        event: 1 where the event was seen.
        first: Place of the first patient with the same time: the risk set starts there.
        last: Place of the last patient with the same time.
    """

    columns: np.ndarray
    event: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray, time: np.ndarray, event: np.ndarray) -> "PartialLikelihood":
        """Sort patients by time."""
        order = np.argsort(time, kind="stable")
        ordered = time[order]
        first = np.searchsorted(ordered, ordered, side="left")
        last = np.searchsorted(ordered, ordered, side="right") - 1
        return cls(columns[order], event[order], first, last)

    def loss(self, weights: np.ndarray) -> float:
        """Negative log partial likelihood by patient."""
        risk = self.columns @ weights
        return float(-(self.event @ (risk - self._log_at_risk(risk))) / len(risk))

    def slope(self, weights: np.ndarray) -> np.ndarray:
        """Slope of the loss in each weight."""
        risk = self.columns @ weights
        expected = np.cumsum(self.event * np.exp(-self._log_at_risk(risk)))[self.last]
        return self.columns.T @ (np.exp(risk) * expected - self.event) / len(risk)

    def _log_at_risk(self, risk: np.ndarray) -> np.ndarray:
        """Logarithm of the summed hazard ratios of those still watched at each patient's time."""
        return np.logaddexp.accumulate(risk[::-1])[::-1][self.first]


def fit_coxnet(train: Followed, held: Followed, arms: int, settings: Mapping) -> CoxFit:
    """Fit an elastic net whose penalty and mixture the inner split chooses.

    Args:
        train: Part train.
        held: Part validation.
        arms: Number of treatment arms.
        settings: `l1_ratios` (share of the absolute weights in the penalty), `penalties` (how many
            on a path) and `lightest` (of them, as a share of the heaviest).
    """
    rows, inner = train.frame(arms), held.frame(arms)
    likelihood, outside = (
        PartialLikelihood.of(table.drop(columns=[TIME, EVENT]).to_numpy(), table[TIME].to_numpy(),
                             table[EVENT].to_numpy())
        for table in (rows, inner)
    )  # fmt: skip
    columns = train.columns.shape[1]
    best, chosen, least = np.zeros(columns + arms - 1), (0.0, 0.0), np.inf
    for ratio in settings["l1_ratios"]:
        penalties = _path(likelihood, columns, ratio, settings)
        for penalty, weights in zip(
            penalties, fit_path(likelihood, columns, ratio, penalties), strict=True
        ):
            loss = outside.loss(weights)
            if loss < least:
                best, chosen, least = weights, (ratio, penalty), loss
    nought = int((best[:columns] == 0).sum())
    logger.info(
        "chose l1 ratio %g, penalty %.4g: %d of %d weights nought", *chosen, nought, columns
    )
    return with_baseline(best, columns, rows)


def fit_path(
    likelihood: PartialLikelihood, penalised: int, ratio: float, penalties: np.ndarray
) -> list[np.ndarray]:
    """Fit one penalty after the other.

    Args:
        likelihood: Of the training patients.
        penalised: How many of the columns, from the first, are penalised; the others are arms.
        ratio: Share of the absolute weights in the penalty, the rest half the squares.
        penalties: Heaviest first, by patient, as lifelines' `penalizer`.
    """
    weights, path = np.zeros(likelihood.columns.shape[1]), []
    for penalty in penalties:
        weights = _descend(likelihood, weights, *_drawn(likelihood, penalised, penalty, ratio))
        path.append(weights)
    return path


def _path(
    likelihood: PartialLikelihood, penalised: int, ratio: float, settings: Mapping
) -> np.ndarray:
    """From the penalty that leaves arms alone down to a share of it."""
    nothing = np.zeros(likelihood.columns.shape[1])
    arms_alone = _descend(likelihood, nothing, *_drawn(likelihood, penalised, np.inf, 1.0))
    pull = np.abs(likelihood.slope(arms_alone)[:penalised])
    heaviest = pull.max(initial=0.0) / max(ratio, SMALLEST_RATIO)
    return heaviest * np.geomspace(1, settings["lightest"], settings["penalties"])


def _drawn(
    likelihood: PartialLikelihood, penalised: int, penalty: float, ratio: float
) -> tuple[np.ndarray, np.ndarray]:
    """Say by column how heavy the penalty is, and the share of the absolute weights in it."""
    patients, columns = likelihood.columns.shape
    is_penalised = np.arange(columns) < penalised
    of_arms = 1 / (patients * ARM_SPREAD**2)
    return np.where(is_penalised, penalty, of_arms), np.where(is_penalised, ratio, 0.0)


def _descend(
    likelihood: PartialLikelihood, start: np.ndarray, penalty: np.ndarray, ratio: np.ndarray
) -> np.ndarray:
    """Walk downhill with momentum; a step that leads uphill is halved, or taken without it."""
    weights = ahead = start
    step, momentum, value = 1.0, 1.0, np.inf
    for _ in range(STEPS):
        slope, here = likelihood.slope(ahead), likelihood.loss(ahead)
        while True:
            moved = _shrunk(ahead - step * slope, step, penalty, ratio)
            way = moved - ahead
            loss = likelihood.loss(moved)
            if loss <= here + slope @ way + way @ way / (2 * step) + 1e-12 or step < 1e-12:
                break
            step /= 2
        now = loss + _cost(moved, penalty, ratio)
        if now > value:
            ahead, momentum = weights, 1.0
            if np.array_equal(moved, weights):
                break
            continue
        next_momentum = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + (momentum - 1) / next_momentum * (moved - weights)
        has_arrived = value - now <= CLOSE * abs(now)
        weights, momentum, value, step = moved, next_momentum, now, step * 1.1
        if has_arrived:
            break
    return weights


def _shrunk(weights: np.ndarray, step: float, penalty: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """The nearest weights once their penalty is paid; nought where it is infinite."""
    with np.errstate(invalid="ignore"):
        left = np.maximum(np.abs(weights) - step * penalty * ratio, 0)
        return np.sign(weights) * left / (1 + step * np.nan_to_num(penalty * (1 - ratio)))


def _cost(weights: np.ndarray, penalty: np.ndarray, ratio: np.ndarray) -> float:
    paid = np.where(weights == 0, 0.0, penalty)
    return float(paid @ (ratio * np.abs(weights) + (1 - ratio) / 2 * weights**2))
