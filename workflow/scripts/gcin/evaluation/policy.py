"""What would be gained by giving each patient the arm that a design predicts to be best.

Doubly robust estimates (AIPW of Robins et al. 1994; of survival with inverse weights for those who
left before): a design's own predictions by arm, made without the patient, are corrected by the
outcomes of patients who received the arm that it recommends, weighted by the inverse chance that
they would. Where that chance is too small there is no recommendation, and care stays as given.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from gcin.evaluation.intervals import units_of
from gcin.evaluation.metrics import ratio

NOBODY = -1  # in the place of an arm: no recommendation


@dataclass(frozen=True)
class Treated:
    """Patients of one endpoint and repeat; arrays with a row per patient, and a column per arm.

    Attributes:
        received: Place of the arm received, `(patients,)`.
        outcome: What became of them, more is better, `(patients,)`.
        weight: For those who left before, `(patients,)`; 0 where the outcome is not known.
        propensity: Chance of each arm, `(patients, arms)`.
        expected: Outcome predicted under each arm, `(patients, arms)`.
    """

    received: np.ndarray
    outcome: np.ndarray
    weight: np.ndarray
    propensity: np.ndarray
    expected: np.ndarray


def recommended(benefit: np.ndarray) -> np.ndarray:
    """Name the arm of most predicted benefit.

    Args:
        benefit: `(patients, arms)`.

    Returns:
        Place of the arm; `NOBODY` where two are best, or where an arm has no prediction.
    """
    best = benefit.max(axis=1, keepdims=True)
    is_clear = (benefit == best).sum(axis=1) == 1
    return np.where(is_clear, np.argmax(benefit == best, axis=1), NOBODY)


def with_overlap(choice: np.ndarray, propensity: np.ndarray, floor: float) -> np.ndarray:
    """Take back recommendations of an arm that such patients hardly ever received."""
    return np.where(at_choice(propensity, choice) >= floor, choice, NOBODY)


def at_choice(values: np.ndarray, choice: np.ndarray) -> np.ndarray:
    """Take each patient's value in the arm chosen; of `NOBODY`, in the first arm."""
    return np.take_along_axis(values, np.maximum(choice, 0)[:, None], axis=1)[:, 0]


def scores_of_care(treated: Treated) -> np.ndarray:
    """Score each patient under the care given; the mean of scores is its value."""
    expected = at_choice(treated.expected, treated.received)
    return expected + treated.weight * (treated.outcome - expected)


def scores_of_policy(treated: Treated, choice: np.ndarray) -> np.ndarray:
    """Score each patient under a policy; the mean of scores is its doubly robust value.

    Args:
        treated: The patients.
        choice: Arm recommended to each; where nobody's, the care given counts.
    """
    expected = at_choice(treated.expected, choice)
    error = weights_of(treated, choice) * (treated.outcome - expected)
    return np.where(choice == NOBODY, scores_of_care(treated), expected + error)


def weights_of(treated: Treated, choice: np.ndarray) -> np.ndarray:
    """Weigh patients who received the arm recommended, for all to whom it is; others weigh 0."""
    follows = (treated.received == choice) & (choice != NOBODY)
    return np.where(follows, treated.weight / at_choice(treated.propensity, choice), 0.0)


def effective_number(weights: np.ndarray) -> float:
    """As how many equally weighted patients some weighted ones are (Kish)."""
    return float(ratio(np.square(weights.sum()), np.square(weights).sum()))


def concordance_gap(treated: Treated, choice: np.ndarray) -> float:
    """Mean outcome of those who received the arm recommended, less that of those who did not.

    It is no effect of the policy: who received which arm had reasons.
    """
    follows = treated.weight * (treated.received == choice)
    others = treated.weight * ((treated.received != choice) & (choice != NOBODY))
    means = [ratio(side @ treated.outcome, side.sum()) for side in (follows, others)]
    return float(means[0] - means[1])


def imbalances(matrix: np.ndarray, weights: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """How unlike weighted patients are to all whom they stand for, column by column.

    Args:
        matrix: `(patients, columns)`.
        weights: Of the patients.
        asked: Whether a patient has a recommendation.

    Returns:
        Standardised mean differences; NaN of a column that is the same for all asked, or where
        nobody has a weight.
    """
    means = ratio(weights @ matrix, np.full(matrix.shape[1], weights.sum()))
    target = matrix[asked]
    if not len(target):
        return np.full(matrix.shape[1], np.nan)
    # The spread of equal numbers is not always nought: their mean is rounded.
    spread = np.where(np.ptp(target, axis=0) > 0, target.std(axis=0), 0.0)
    return ratio(means - target.mean(axis=0), spread)


def influence_interval(
    scores: np.ndarray, families: pd.Series, confidence: float
) -> tuple[float, float]:
    """Interval of the mean of scores, by their spread between families.

    Args:
        scores: One a patient.
        families: Of the patients; missing where a patient has none here.
        confidence: Share of such intervals that hold the truth.
    """
    codes, units = units_of(families)
    sums = np.bincount(codes, scores - scores.mean(), minlength=units)
    error = np.sqrt(np.square(sums).sum() * ratio(np.float64(units), np.float64(units - 1)))
    reach = stats.norm.ppf((1 + confidence) / 2) * error / len(scores)
    return float(scores.mean() - reach), float(scores.mean() + reach)


def e_value(risk_ratio: float) -> float:
    """How strong unmeasured confounding would have to be to explain an effect away.

    VanderWeele & Ding (2017, Annals of Internal Medicine 167:268): the risk ratio that the hidden
    fact would need with both the arm and the outcome, beyond what is adjusted for.

    Args:
        risk_ratio: Of the outcome; 1 and less is no gain.
    """
    above = max(risk_ratio, 1.0)
    return float(above + np.sqrt(above * (above - 1)))


def risk_ratio_of(gain: float, given: float, spread: float | None) -> float:
    """Express a gain as a risk ratio.

    Args:
        gain: Value of the policy less that of the care given.
        given: Value of the care given.
        spread: Standard deviation of the outcome where it is a time, whose ratio is approximated
            as `exp(0.91 gain / spread)` (the same paper); None of a yes or no.

    Returns:
        The ratio; NaN where nobody had the outcome under the care given.
    """
    if spread is None:
        return float(ratio(np.float64(given + gain), np.float64(given)))
    return float(np.exp(0.91 * ratio(np.float64(gain), np.float64(spread))))
