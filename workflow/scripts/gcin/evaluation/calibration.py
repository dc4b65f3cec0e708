"""Whether predicted probabilities mean what they say, in every resample at once.

The slope, and observed over expected, are the summaries that Van Calster et al. (2019,
BMC Medicine 17:230) and TRIPOD+AI ask for beside discrimination.
"""

import numpy as np
from scipy.special import expit, logit

from gcin.evaluation.metrics import ratio

SMALLEST = 1e-6  # probabilities are kept this far from 0 and 1 on the scale of log odds
STEPS = 30
SETTLED = 1e-8
STEEPEST = 100.0  # a slope beyond it means that the classes are parted completely


def calibration_metrics(
    drawn: np.ndarray, value: np.ndarray, response: np.ndarray
) -> dict[str, np.ndarray]:
    """Hold predicted probabilities against what came to pass.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        value: Predicted probability of each patient.
        response: 1 or 0.

    Returns:
        `log_loss`; `observed_expected`, responders over the sum of probabilities (1 is right, more
        means that predictions are too low); `calibration_slope` (1 is right, less means that
        predictions are too extreme). NaN where a measure is not defined: the slope of one
        probability for everybody, of one class, or of classes parted completely.
    """
    kept = np.clip(value, SMALLEST, 1 - SMALLEST)
    losses = -(response * np.log(kept) + (1 - response) * np.log1p(-kept))
    return {
        "log_loss": ratio(drawn @ losses, drawn.sum(axis=1)),
        "observed_expected": ratio(drawn @ response, drawn @ value),
        "calibration_slope": calibration_slope(drawn, logit(kept), response),
    }


def calibration_slope(drawn: np.ndarray, odds: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Fit a logistic line of the outcome on predicted log odds; its slope, by Newton's steps.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        odds: Predicted log odds.
        response: 1 or 0.
    """
    spread = drawn @ np.square(odds) * drawn.sum(axis=1) - np.square(drawn @ odds)
    # From a flat line Newton's steps do not overshoot, as they do from a line that is too steep.
    line = np.zeros((len(drawn), 2))
    moved = np.full(len(drawn), np.inf)
    for _ in range(STEPS):
        step = _newton_step(drawn, odds, response, line)
        line = line + step
        moved = np.abs(step).max(axis=1)
        if not (moved > SETTLED).any():
            break
    sound = (moved <= SETTLED) & (np.abs(line[:, 1]) < STEEPEST) & (spread > SETTLED)
    return np.where(sound, line[:, 1], np.nan)


def _newton_step(
    drawn: np.ndarray, odds: np.ndarray, response: np.ndarray, line: np.ndarray
) -> np.ndarray:
    """The step of intercept and slope in each resample; NaN where the outcome has one class."""
    chance = expit(line[:, :1] + line[:, 1:] * odds)
    excess = drawn * (response - chance)
    weight = drawn * chance * (1 - chance)
    level, tilt = excess.sum(axis=1), excess @ odds
    here, cross, wide = weight.sum(axis=1), weight @ odds, weight @ np.square(odds)
    size = here * wide - np.square(cross)
    return np.column_stack(
        [ratio(wide * level - cross * tilt, size), ratio(here * tilt - cross * level, size)]
    )
