"""Curves of a prediction: ROC, precision-recall, calibration and survival by risk group."""

import logging

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.special import expit, logit

from gcin.evaluation.calibration import SMALLEST, calibration_slope
from gcin.evaluation.intervals import units_of
from gcin.evaluation.logrank import logrank
from gcin.evaluation.metrics import equal_groups
from gcin.evaluation.survival import kaplan_meier, risk_groups

GRID = np.linspace(0, 1, 101)
BINS = 10

logger = logging.getLogger(__name__)


def roc_table(pooled: pd.DataFrame) -> pd.DataFrame:
    """Trace true against false positives, averaged over folds at equal false positives.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.

    Returns:
        `design endpoint false_positive_rate true_positive_rate`; folds of one class are left out.
    """
    return _averaged(pooled, _roc, "false_positive_rate", "true_positive_rate")


def pr_table(pooled: pd.DataFrame) -> pd.DataFrame:
    """Trace precision against recall, averaged over folds at equal recall.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.

    Returns:
        `design endpoint recall precision prevalence`; the last is averaged over folds as precision
        is, and folds of one class are left out.
    """
    keys = ["design", "endpoint", "recall"]
    table = _averaged(pooled, _precision_recall, "recall", "precision")
    ignorant = _averaged(pooled, _prevalence, "recall", "prevalence")
    return table.merge(ignorant, on=keys)


def _responses(pooled: pd.DataFrame) -> pd.DataFrame:
    return pooled[pooled["response"].notna()]


def _averaged(pooled: pd.DataFrame, trace: callable, x: str, y: str) -> pd.DataFrame:
    """Average the curves of all folds on a common grid, weighted by their comparisons."""
    tables = []
    for (design, endpoint), rows in _responses(pooled).groupby(["design", "endpoint"]):
        curves, weights = [], []
        for _, fold in rows.groupby(["repeat", "fold"]):
            positives = fold["response"].sum()
            if 0 < positives < len(fold):
                curves.append(trace(fold["value"].to_numpy(), fold["response"].to_numpy()))
                weights.append(positives * (len(fold) - positives))
        if not curves:
            logger.warning("no curve of %s for %s: one class only", design, endpoint)
            continue
        curve = {x: GRID, y: np.average(curves, axis=0, weights=weights)}
        tables.append(pd.DataFrame({"design": design, "endpoint": endpoint} | curve))
    return pd.concat(tables) if tables else pd.DataFrame(columns=["design", "endpoint", x, y])


def _hits(value: np.ndarray, response: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Responders and others named at each distinct threshold, highest first."""
    order = np.argsort(-value, kind="stable")
    last = np.flatnonzero(np.diff(value[order], append=-np.inf))
    return response[order].cumsum()[last], (1 - response[order]).cumsum()[last]


def _roc(value: np.ndarray, response: np.ndarray) -> np.ndarray:
    hits, false = _hits(value, response)
    return np.interp(GRID, [0, *(false / false[-1])], [0, *(hits / hits[-1])])


def _precision_recall(value: np.ndarray, response: np.ndarray) -> np.ndarray:
    hits, false = _hits(value, response)
    first = np.searchsorted(hits / hits[-1], GRID)
    return (hits / (hits + false))[first]


def _prevalence(value: np.ndarray, response: np.ndarray) -> np.ndarray:
    return np.full(len(GRID), response.mean())


def calibration_table(pooled: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Compare predicted with observed response, in bins of equal size.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        confidence: Of Wilson's interval of each observed share, for which a family counts as one
            patient.

    Returns:
        `design endpoint bin predicted observed low high n intercept slope`. Intercept (0 is right)
        is the shift of the log odds that would make the mean right, slope (1 is right) their
        stretch; both empty where they do not exist, the slope also where each fold's predictions
        are all alike. Repeats are stacked, `n` counts patients.
    """
    tables = []
    for (design, endpoint), rows in _responses(pooled).groupby(["design", "endpoint"]):
        intercept, slope = recalibration(rows["value"].to_numpy(), rows["response"].to_numpy())
        if rows.groupby("fold")["value"].nunique().max() == 1:
            slope = np.nan
        table = _bins(rows, confidence).assign(intercept=intercept, slope=slope)
        table.insert(0, "endpoint", endpoint)
        table.insert(0, "design", design)
        tables.append(table)
    columns = ["design", "endpoint", "bin", "predicted", "observed", "low", "high", "n"]
    empty = pd.DataFrame(columns=[*columns, "intercept", "slope"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _bins(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Bins of equal size; equal predictions stay together."""
    people = rows.drop_duplicates("patient")
    family = pd.Series(units_of(people["family"])[0], people["patient"])
    placed = rows.assign(bin=equal_groups(rows["value"], BINS), family=rows["patient"].map(family))
    table = placed.groupby("bin").agg(
        predicted=("value", "mean"), observed=("response", "mean"), n=("value", "size")
    )
    once = placed.drop_duplicates(["bin", "repeat", "family"])
    sizes = pd.DataFrame({"n": table["n"], "families": once.groupby("bin").size()})
    sizes = (sizes / rows["repeat"].nunique()).round().astype(int).clip(1)
    limits = wilson_interval(table["observed"], sizes["families"], confidence)
    table["n"], table["low"], table["high"] = sizes["n"], *limits
    return table.reset_index()[["bin", "predicted", "observed", "low", "high", "n"]]


def wilson_interval(
    share: pd.Series, n: pd.Series, confidence: float
) -> tuple[pd.Series, pd.Series]:
    """Wilson's score interval of a share of `n`."""
    z = stats.norm.ppf((1 + confidence) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


def recalibration(value: np.ndarray, response: np.ndarray) -> tuple[float, float]:
    """Fit the log odds of response to the predicted log odds.

    Args:
        value: Predicted probabilities.
        response: 0 or 1.

    Returns:
        Intercept at slope one, and slope. Intercept is NaN where there is one class only; slope
        also where all predictions are equal or they separate the classes.
    """
    odds = logit(np.clip(value, SMALLEST, 1 - SMALLEST))
    slope = calibration_slope(np.ones((1, len(odds))), odds, response)[0]
    return _level_shift(odds, response), float(slope)


def _level_shift(odds: np.ndarray, response: np.ndarray) -> float:
    """Shift all log odds until their mean chance is the observed share; NaN for one class."""
    if response.min() == response.max():
        return np.nan
    # One beyond the furthest shift possible, so that rounding cannot put it outside.
    furthest = np.abs(odds).max() + np.abs(logit(response.mean())) + 1
    return float(
        optimize.brentq(lambda shift: np.mean(expit(odds + shift) - response), -furthest, furthest)
    )


def survival_tables(
    pooled: pd.DataFrame, groups: int, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate survival by predicted risk group for every design and survival endpoint.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        groups: Groups of predicted risk.
        confidence: Of the curves' intervals.

    Returns:
        `design endpoint group n time at_risk events survival low high`, and `design endpoint
        groups statistic degrees p n strata`.
    """
    curves, tests = [], []
    for (design, endpoint), rows in pooled[pooled["time"].notna()].groupby(["design", "endpoint"]):
        patients = risk_groups(rows, groups)
        name = {"design": design, "endpoint": endpoint}
        curve = kaplan_meier(patients, confidence)
        curves.append(pd.DataFrame(name, index=curve.index).join(curve))
        tests.append(name | logrank(patients))
    columns = ["design", "endpoint", "group", "n", "time", "at_risk", "events", "survival"]
    first = (
        pd.concat(curves, ignore_index=True)
        if curves
        else pd.DataFrame(columns=[*columns, "low", "high"])
    )
    names = ["design", "endpoint", "groups", "statistic", "degrees", "p", "n", "strata"]
    return first, pd.DataFrame(tests, columns=names)
