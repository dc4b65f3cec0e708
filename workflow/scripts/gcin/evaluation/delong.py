"""DeLong's test of two ROC areas in the same patients (DeLong et al. 1988, Biometrics 44:837).

A responder's placement is the share of the others that the prediction puts below, another's the
share of the responders that it puts above. How far placements lie from the area is what each
patient adds to its error.
"""

import numpy as np
import pandas as pd
from scipy import stats

from gcin.evaluation.intervals import units_of


def area_scores(rows: pd.DataFrame) -> pd.Series:
    """Say what each patient adds to the error of the ROC area that `response_metrics` measures.

    Pairs are taken within folds, each fold counts by its pairs, and the area is averaged over
    repeats; a patient's score is averaged likewise.

    Args:
        rows: One design and endpoint: `patient repeat fold value response`.

    Returns:
        One score per patient, adding up to zero in each repeat. The sum of the squares is DeLong's
        variance where there is one fold. Zero in folds of one class.
    """
    repeats = [_scores_of_repeat(repeat) for _, repeat in rows.groupby("repeat")]
    return pd.concat(repeats).groupby(level=0).sum() / len(repeats)


def _scores_of_repeat(rows: pd.DataFrame) -> pd.Series:
    """Scores of one repeat, by patient."""
    placed = pd.concat([_placements(fold) for _, fold in rows.groupby("fold")])
    responders = placed["response"] > 0
    pairs = placed.loc[responders, "opposite"].sum()
    if not pairs:
        return pd.Series(0.0, index=placed["patient"])
    area = placed.loc[responders, "concordant"].sum() / pairs
    size = responders.map(responders.value_counts())
    # As in a sample variance, one degree of each class is spent on the area itself.
    spent = np.sqrt(size / (size - 1).clip(lower=1))
    scores = (placed["concordant"] - area * placed["opposite"]) / pairs * spent
    return scores.set_axis(placed["patient"])


def _placements(fold: pd.DataFrame) -> pd.DataFrame:
    """Count each patient's pairs, and those in the right order, ties half."""
    value, hit = fold["value"].to_numpy(), fold["response"].to_numpy() > 0
    right = np.empty(len(fold))
    right[hit] = _below(value[hit], value[~hit])
    right[~hit] = hit.sum() - _below(value[~hit], value[hit])
    opposite = np.where(hit, (~hit).sum(), hit.sum())
    return fold[["patient", "response"]].assign(concordant=right, opposite=opposite)


def _below(value: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How many of the others lie below each value, equal ones counting half."""
    ordered = np.sort(others)
    left, right = (np.searchsorted(ordered, value, side) for side in ("left", "right"))
    return (left + right) / 2


def delong(first: pd.DataFrame, second: pd.DataFrame, difference: float) -> tuple[float, float]:
    """Test whether two designs have the same ROC area.

    Families are clusters: scores of relatives are added before they are squared (Obuchowski 1997,
    Biometrics 53:567).

    Args:
        first: One design's predictions of an endpoint: `patient family repeat fold value response`.
        second: Another's, of the same patients in the same folds.
        difference: Of their areas, first minus second.

    Returns:
        Standard normal statistic and two-sided p value. Where no patient moves the difference, p
        is 1 if the areas are equal and NaN if not, and the statistic is NaN.
    """
    scores = area_scores(first) - area_scores(second)
    family = first.drop_duplicates("patient").set_index("patient")["family"]
    codes, _ = units_of(family.reindex(scores.index))
    spread = np.sqrt(np.square(np.bincount(codes, weights=scores)).sum())
    if spread <= np.finfo(float).eps:
        return np.nan, 1.0 if difference == 0 else np.nan
    statistic = difference / spread
    return float(statistic), float(2 * stats.norm.sf(abs(statistic)))
