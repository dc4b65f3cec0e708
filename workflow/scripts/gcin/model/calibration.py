"""Calibration of response probabilities on the inner split (Platt's scaling), then frozen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

SMALLEST = 1e-6
# Worth of the belief that the model is calibrated already, in standard normal units: a slope or an
# intercept is not moved far by a few dozen patients.
PRIOR_WEIGHT = 1.0
LOWEST_SLOPE = 0.01


@dataclass(frozen=True)
class Calibration:
    """A straight line on the scale of log odds; its slope is above zero, so ranks stay."""

    slope: float
    intercept: float

    def apply(self, probability: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of the same shape."""
        odds = logit(np.clip(probability, SMALLEST, 1 - SMALLEST))
        return expit(self.slope * odds + self.intercept)


UNCHANGED = Calibration(1.0, 0.0)


def from_lines(plain: Mapping[str, Mapping[str, float]]) -> dict[str, Calibration]:
    """Make calibrations of their plain slopes and intercepts."""
    return {name: Calibration(**line) for name, line in plain.items()}


def fit_calibration(probability: np.ndarray, response: np.ndarray) -> Calibration:
    """Fit slope and intercept to patients that the model was not fitted on.

    The likelihood is joined with a standard normal belief around slope 1 and intercept 0, so that
    without patients nothing is changed.

    Args:
        probability: Predicted for the arm received, 0 to 1.
        response: 1 or 0; NaN rows are left out.
    """
    known = ~np.isnan(response)
    answer = response[known]
    odds = logit(np.clip(probability[known], SMALLEST, 1 - SMALLEST))

    def cost(line: np.ndarray) -> tuple[float, np.ndarray]:
        score = line[0] * odds + line[1]
        excess = expit(score) - answer
        belief = line - np.array([1.0, 0.0])
        value = np.sum(np.logaddexp(0, score) - answer * score)
        gradient = np.array([np.sum(excess * odds), np.sum(excess)])
        return value + PRIOR_WEIGHT * belief @ belief / 2, gradient + PRIOR_WEIGHT * belief

    found = minimize(
        cost, [1.0, 0.0], jac=True, bounds=[(LOWEST_SLOPE, None), (None, None)], method="L-BFGS-B"
    )
    return Calibration(float(found.x[0]), float(found.x[1]))
