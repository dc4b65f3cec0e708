"""Whether predicted probabilities mean what they say, in every resample at once.

The slope, and observed over expected, are the summaries that Van Calster et al. (2019,
BMC Medicine 17:230) and TRIPOD+AI ask for beside discrimination.
"""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from gcin.evaluation.metrics import equal_groups, ratio
from gcin.evaluation.smooth_calibration import smooth_error

SMALLEST = 1e-6  # probabilities are kept this far from 0 and 1 on the scale of log odds
STEPS = 30
SETTLED = 1e-8
BINS = 10  # of equal size, in which predicted and observed shares are compared
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
        means that predictions are too low); `calibration_intercept`, the shift of the log odds that
        would make their mean right (0 is); `calibration_slope` (1 is right, less means that
        predictions are too extreme); `ece`, the expected calibration error: how far predicted and
        observed shares are apart in tenths of the patients, on average; `smooth_ece`, the same
        without tenths, by `gcin.evaluation.smooth_calibration.smooth_error`, of the first draw
        alone. NaN where a measure is not defined: the intercept of one class, the slope also of one
        probability for everybody or of classes parted completely.
    """
    kept = np.clip(value, SMALLEST, 1 - SMALLEST)
    losses = -(response * np.log(kept) + (1 - response) * np.log1p(-kept))
    return {
        "log_loss": ratio(drawn @ losses, drawn.sum(axis=1)),
        "observed_expected": ratio(drawn @ response, drawn @ value),
        "calibration_intercept": calibration_intercept(drawn, logit(kept), response),
        "calibration_slope": calibration_slope(drawn, logit(kept), response),
        "ece": _expected_error(drawn, value, response),
        "smooth_ece": _of_the_cohort(smooth_error(drawn[:1], value, response), len(drawn)),
    }


def _of_the_cohort(error: np.ndarray, draws: int) -> np.ndarray:
    """Place an error of the cohort as it is, the first of the draws; it has no interval."""
    return np.append(error, np.full(draws - 1, np.nan))


def _expected_error(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Mean distance of predicted and observed shares over tenths of the patients."""
    place = equal_groups(pd.Series(value), BINS).to_numpy()
    members = (place[:, None] == np.unique(place)).astype(float)
    return ratio(np.abs(drawn @ (members * (response - value)[:, None])).sum(axis=1),
                 drawn.sum(axis=1))  # fmt: skip


def calibration_intercept(drawn: np.ndarray, odds: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Shift all log odds until their mean chance is the observed share.

    Newton's steps, halved between the limits so far where one would leave these.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        odds: Predicted log odds.
        response: 1 or 0.
    """
    share = ratio(drawn @ response, drawn.sum(axis=1))
    mixed = (share > 0) & (share < 1)
    # One beyond the furthest shift possible, so that rounding cannot put it outside.
    high = np.abs(odds).max() + np.abs(logit(np.where(mixed, share, 0.5))) + 1
    low, shift = -high, np.zeros(len(drawn))
    for _ in range(STEPS):
        chance = expit(odds + shift[:, None])
        excess = (drawn * (response - chance)).sum(axis=1)
        low, high = np.where(excess > 0, shift, low), np.where(excess > 0, high, shift)
        moved = shift + ratio(excess, (drawn * chance * (1 - chance)).sum(axis=1))
        inside = (moved > low) & (moved < high)
        before, shift = shift, np.where(inside, moved, (low + high) / 2)
        if not (np.abs(shift - before)[mixed] > SETTLED).any():
            break
    return np.where(mixed, shift, np.nan)


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
