"""From which probability on a response counts as predicted: fixed, or chosen inside each fold."""

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd

from gcin.evaluation.pooling import HALF, PREDICTION, with_outcomes

FOLD = ["design", "endpoint", "fold"]
COLUMNS = [*FOLD, "rule", "threshold", "n"]
ROUNDING = 1e-9  # by which scores that are equal may differ

logger = logging.getLogger(__name__)


def _youden(hits: np.ndarray, named: np.ndarray, positives: int, n: int) -> np.ndarray:
    return hits / positives - (named - hits) / (n - positives)


def _f1(hits: np.ndarray, named: np.ndarray, positives: int, n: int) -> np.ndarray:
    return 2 * hits / (named + positives)


# By responders among those named, those named, responders and patients.
RULES: dict[str, Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]] = {
    "youden": _youden,  # sensitivity and specificity, summed (Youden 1950, Cancer 3:32)
    "f1": _f1,
}


def calibration_rows(predictions: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Put outcomes beside what was said of patients whom a model was not taught by.

    Each is told of by the model, or the mean of the models, of the seeds for which it validates.

    Args:
        predictions: Of part validation, as `gcin.evaluation.pooling.read_runs` gives them.
        patients: The study's patients, as `gcin.evaluation.pooling.with_outcomes` needs them.

    Returns:
        `design fold endpoint patient value response` of those whose outcome is known, in the arm
        that they received.
    """
    means = predictions.groupby(PREDICTION, as_index=False)["value"].mean()
    return with_outcomes(means, patients)


def threshold_table(pooled: pd.DataFrame, held: pd.DataFrame, rule: str | float) -> pd.DataFrame:
    """Choose the threshold of each design, endpoint and fold by its calibration patients.

    Args:
        pooled: Predictions of test patients, whose outcomes are not looked at: which designs,
            endpoints and folds there are.
        held: From `calibration_rows`.
        rule: `half`, a number between 0 and 1, or a key of RULES.

    Returns:
        `design endpoint fold rule threshold n` of yes-or-no endpoints: `n` patients chose, none
        where the threshold is fixed. Where all of them had the same outcome nothing can be
        chosen: the rule is `half`, and the log says so.
    """
    known = pd.concat([pooled[[*FOLD, "response"]], held[[*FOLD, "response"]]])
    asked = known[known["response"].notna()][FOLD].drop_duplicates().sort_values(FOLD)
    past = dict(list(held.groupby(FOLD)))
    rows = []
    for place in asked.itertuples(index=False, name=None):
        own = past.get(place, held.iloc[:0])
        rows.append((*place, *_threshold(own, rule)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    if rule in RULES:
        for row in table[table["rule"] == "half"].itertuples():
            logger.warning("%s of %s in fold %s: %d calibration patients, none or all of whom "
                           "respond, choose no threshold: one half", row.endpoint, row.design,
                           row.fold, row.n)  # fmt: skip
    return table


def _threshold(held: pd.DataFrame, rule: str | float) -> tuple[str, float, int]:
    """Name the rule followed, its threshold, and the patients who chose it."""
    if rule not in RULES:
        return ("half", HALF, 0) if rule == "half" else ("fixed", float(rule), 0)
    value, response = held["value"].to_numpy(float), held["response"].to_numpy(float)
    if len(set(response)) < 2:
        return "half", HALF, len(held)
    return rule, chosen(value, response, rule), len(held)


def chosen(value: np.ndarray, response: np.ndarray, rule: str) -> float:
    """Choose the threshold with the best score, of several the one that is nearest one half.

    Tried are one half, 0 (which names everybody) and the middle between each two neighbours, so
    that the choice moves from one half only for a better score.

    Args:
        value: Probability of each patient.
        response: 1 for who responded, 0 for others; there are both.
        rule: A key of RULES.
    """
    order = np.argsort(value)
    ordered, above = value[order], np.append(np.cumsum(response[order][::-1])[::-1], 0)
    steps = np.unique(value)
    tried = np.concatenate([[HALF, 0.0], (steps[1:] + steps[:-1]) / 2])
    first = np.searchsorted(ordered, tried, side="left")
    scores = RULES[rule](above[first], len(value) - first, response.sum(), len(value))
    best = tried[scores >= scores.max() - ROUNDING]
    return float(best[np.argmin(np.abs(best - HALF))])


def with_thresholds(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Put each fold's threshold beside the predictions of its test patients.

    Args:
        rows: As `gcin.evaluation.pooling.pool` gives them.
        table: From `threshold_table`.

    Returns:
        With their own `threshold`, missing where the endpoint is no yes or no.

    Raises:
        ValueError: Predictions of an endpoint have no threshold.
    """
    return _with(rows, table.set_index(FOLD)["threshold"])


def with_mean_thresholds(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Put the mean threshold over folds beside predictions that average the models of all folds.

    Args:
        rows: As `gcin.evaluation.pooling.external_rows` gives them.
        table: From `threshold_table`.

    Returns:
        As from `with_thresholds`.

    Raises:
        ValueError: Predictions of an endpoint have no threshold.
    """
    return _with(rows, table.groupby(FOLD[:2])["threshold"].mean())


def _with(rows: pd.DataFrame, thresholds: pd.Series) -> pd.DataFrame:
    places = pd.MultiIndex.from_frame(rows[list(thresholds.index.names)])
    placed = rows.assign(threshold=thresholds.reindex(places).to_numpy())
    lost = placed[placed["threshold"].isna() & placed["response"].notna()]
    if len(lost):
        raise ValueError(
            f"thresholds.tsv has no threshold of {lost['endpoint'].iloc[0]} for design "
            f"{lost['design'].iloc[0]}: delete evaluation/thresholds.tsv and run again."
        )
    return placed
