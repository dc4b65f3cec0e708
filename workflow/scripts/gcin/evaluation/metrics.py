"""What a prediction is worth, in every resample at once.

Every function takes `weights`, `(draws, patients)`: how often a resample holds each patient. Sums
over patients become matrix products, so a thousand resamples cost little more than one.

Measures of order (ROC AUC, PR AUC, concordance) compare patients of the same fold only: two folds
have two models, whose scales need not agree, and a model that knows nothing but its training
prevalence would otherwise score below chance. Counts and squared errors are pooled.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

SPECIFICITY = 0.9  # at which sensitivity is told, free of any threshold that was chosen
# Where so few others leave no threshold nearer to it than this, that is another measure.
MOST_SPECIFIC = 0.95
ROUNDING = 1e-9  # by which sums of weights may miss a limit that they meet

Parts = tuple[np.ndarray, np.ndarray]


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide; NaN, never a made-up number, where the denominator is zero."""
    undefined = np.full(np.shape(numerator), np.nan)
    return np.divide(numerator, denominator, out=undefined, where=denominator > 0)


def response_metrics(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure predicted response probabilities of one repeat.

    Args:
        rows: One row per patient: `column` (the patient's column of `weights`), `fold`, `value`
            (probability), `threshold` (from which on it counts as a predicted response) and
            `response` (0 or 1).
        weights: Resamples by patients.

    Returns:
        Each metric in each resample. `majority` is the accuracy of always naming the commoner
        outcome of these patients, `prevalence` the share of responders, `pr_chance` the PR AUC that
        the same predictions would have on average if they were dealt to the patients of a fold at
        random (more than the prevalence, the more so the smaller folds are; folds of more
        responders count more): what accuracy and PR AUC have to
        be read against. `sensitivity_at_specificity` is the most responders that a threshold names
        which names at most a tenth of the others, of a fold; `specificity_reached` is what it
        names none of, more than 90 % where a tenth of the others is no whole number, or where
        patients are alike. Both are NaN where that would be more than 95 % whatever is predicted:
        of fewer than ten others in a fold a tenth is nobody. `scaled_brier` is the share of the
        Brier score of always saying the prevalence that is gone.
    """
    drawn = weights[:, rows["column"]]
    value, response = rows["value"].to_numpy(), rows["response"].to_numpy()
    squares = ratio(drawn @ np.square(value - response), drawn.sum(axis=1))
    order = {
        "roc_auc": within_folds(_roc_parts, rows, weights, "response"),
        "pr_auc": within_folds(_pr_parts, rows, weights, "response"),
        "pr_chance": within_folds(_chance_parts, rows, weights, "response"),
    }
    at = {
        "sensitivity_at_specificity": within_folds(_sensitive_parts, rows, weights, "response"),
        "specificity_reached": within_folds(_specific_parts, rows, weights, "response"),
    }
    if not _is_told(rows):
        at = {name: np.full(len(weights), np.nan) for name in at}
    named = value >= rows["threshold"].to_numpy(dtype=float)
    counted = _threshold_metrics(drawn, named, response)
    chance = counted["prevalence"] * (1 - counted["prevalence"])
    return counted | order | at | {"brier": squares, "scaled_brier": 1 - ratio(squares, chance)}


def _threshold_metrics(
    drawn: np.ndarray, named: np.ndarray, response: np.ndarray
) -> dict[str, np.ndarray]:
    """Count hits and misses of the responses that are predicted."""
    total, positives = drawn.sum(axis=1), drawn @ response
    hits, called = drawn @ (named * response), drawn @ named.astype(float)
    prevalence = ratio(positives, total)
    margins = positives * (total - positives) * called * (total - called)
    return {
        "accuracy": ratio(total - positives - called + 2 * hits, total),
        "majority": np.maximum(prevalence, 1 - prevalence),
        "precision": ratio(hits, called),
        "recall": ratio(hits, positives),
        "specificity": ratio(total - positives - called + hits, total - positives),
        "f1": ratio(2 * hits, called + positives),
        "mcc": ratio(total * hits - positives * called, np.sqrt(margins)),
        "prevalence": prevalence,
    }


def equal_groups(values: pd.Series, groups: int) -> pd.Series:
    """Number groups of equal size from 1, the lowest values first; equal values stay together."""
    place = (values.rank() - 0.5) / len(values)
    return np.ceil(place * groups).clip(1, groups).astype(int)


def within_folds(
    parts: Callable[..., Parts], rows: pd.DataFrame, weights: np.ndarray, *outcome: str
) -> np.ndarray:
    """Sum numerators and denominators over folds, then divide: each fold counts by its weight."""
    numerator = denominator = np.zeros(len(weights))
    for _, fold in rows.groupby("fold"):
        columns = [fold[name].to_numpy() for name in outcome]
        above, below = parts(weights[:, fold["column"]], fold["value"].to_numpy(), *columns)
        numerator, denominator = numerator + above, denominator + below
    return ratio(numerator, denominator)


def tied_sums(
    drawn: np.ndarray, value: np.ndarray, case: np.ndarray, control: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sum the weights of cases and controls at each distinct value, highest value first.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        value: Of each patient.
        case: Weight of each patient as a case.
        control: Weight of each patient as a control.

    Returns:
        Both, `(draws, distinct values)`.
    """
    order = np.argsort(-value, kind="stable")
    starts = np.flatnonzero(np.diff(value[order], prepend=np.inf))
    ordered = drawn[:, order]
    return (
        np.add.reduceat(ordered * case[order], starts, axis=1),
        np.add.reduceat(ordered * control[order], starts, axis=1),
    )


def ordered_pairs(
    drawn: np.ndarray, value: np.ndarray, case: np.ndarray, control: np.ndarray
) -> Parts:
    """Weigh pairs of a case and a control in every resample.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        value: Prediction of each patient, higher for cases.
        case: Weight of each patient as a case, 0 for others.
        control: Weight of each patient as a control.

    Returns:
        Weight of the pairs in the right order, ties half, and of all pairs.
    """
    positive, negative = tied_sums(drawn, value, case, control)
    lower = negative.sum(axis=1, keepdims=True) - negative.cumsum(axis=1)
    ordered = (positive * (lower + negative / 2)).sum(axis=1)
    return ordered, positive.sum(axis=1) * negative.sum(axis=1)


def _roc_parts(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> Parts:
    """Pairs of a responder and another: those in the right order (ties half), and all of them."""
    return ordered_pairs(drawn, value, response, 1 - response)


def _pr_parts(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> Parts:
    """Average precision times the responders, and the responders."""
    positive, negative = tied_sums(drawn, value, response, 1 - response)
    hits = positive.cumsum(axis=1)
    called = hits + negative.cumsum(axis=1)
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    return (precision * positive).sum(axis=1), positive.sum(axis=1)


def _is_told(rows: pd.DataFrame) -> bool:
    """Whether folds hold enough others for a specificity near the one that is asked for."""
    others = (1 - rows["response"]).groupby(rows["fold"]).sum()
    named = np.floor((1 - SPECIFICITY) * others + ROUNDING).sum()
    return bool(named >= (1 - MOST_SPECIFIC) * others.sum() > 0)


def _sensitive_parts(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> Parts:
    """Responders whom the lowest threshold of enough specificity names, and all of them."""
    positive, _, specific, known = _named_at(drawn, value, response)
    named = np.where(specific, positive.cumsum(axis=1), 0).max(axis=1)
    return named * known, positive.sum(axis=1) * known


def _specific_parts(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> Parts:
    """Others whom that threshold does not name, and all of them."""
    _, others, specific, _ = _named_at(drawn, value, response)
    named = np.where(specific, others.cumsum(axis=1), 0).max(axis=1)
    every = others.sum(axis=1)
    return every - named, every


def _named_at(
    drawn: np.ndarray, value: np.ndarray, response: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Responders and others at each value, where enough specificity is left, and if any is."""
    positive, others = tied_sums(drawn, value, response, 1 - response)
    every = others.sum(axis=1, keepdims=True)
    specific = others.cumsum(axis=1) <= (1 - SPECIFICITY) * every + ROUNDING
    # Without others there is no specificity to keep.
    return positive, others, specific, (every[:, 0] > 0).astype(float)


def _chance_parts(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> Parts:
    """Average precision, times the responders, that chance alone gives these values; and those.

    Were responders dealt at random, one of a group of equals whose last stands at place `c` would
    have the precision `[p + (c - 1) q] / c` where it is one: `p` is the chance of being one, and
    `q` that both of two are. Of one value for everybody that is the prevalence; the fewer stand
    together, and the fewer there are in all, the more.
    """
    size = tied_sums(drawn, value, np.ones(len(value)), np.zeros(len(value)))[0]
    place, total, positive = size.cumsum(axis=1), drawn.sum(axis=1), drawn @ response
    one = np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)
    both = one * np.divide(
        positive - 1, total - 1, out=np.zeros_like(positive), where=(total > 1) & (positive > 1)
    )
    hits = size * (one[:, None] + np.maximum(place - 1, 0) * both[:, None])
    return np.divide(hits, place, out=np.zeros_like(hits), where=place > 0).sum(axis=1), positive
