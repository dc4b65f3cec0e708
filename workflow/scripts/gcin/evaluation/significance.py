"""Tests of the differences between designs, corrected for how many designs there are."""

import logging
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from gcin.evaluation.comparison import Estimates, measure, shared_metrics
from gcin.evaluation.delong import delong
from gcin.evaluation.intervals import bca_p, least_p

KEYS = ["design", "reference", "endpoint", "metric", "test"]
FAMILY = ["endpoint", "metric", "test"]  # Holm's correction runs over the pairs within these
AREA = "roc_auc"

logger = logging.getLogger(__name__)


def significance_table(
    pooled: pd.DataFrame, draws: Estimates, pairs: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """Test every difference that `difference_table` lists.

    `delong` tests the ROC area and `bootstrap` the other metrics, on all patients together; where
    there are several folds, `corrected_t` tests each metric over folds and repeats as well.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        draws: As `metric_draws` gives them for the same predictions.
        pairs: Design and reference.

    Returns:
        `design reference endpoint metric test difference statistic p p_least p_holm n`: the
        statistic is standard normal (`delong`), Student's t (`corrected_t`) or empty (`bootstrap`).
        A test that cannot be made has an empty p, and the log says so. `p_least` is the least that
        resamples can tell: where `p` is no larger, that and `p_holm` are upper bounds.
    """
    owned = dict(list(pooled.groupby(["design", "endpoint"])))
    folds = {key: _measured_by_fold(rows) for key, rows in owned.items()}
    rows = []
    for design, reference in pairs:
        for endpoint, metric in shared_metrics(draws, design, reference):
            first, second = (design, endpoint), (reference, endpoint)
            gap = draws[*first, metric] - draws[*second, metric]
            found = {"bootstrap": (gap.whole, np.nan, bca_p(gap), least_p(gap))}
            if metric == AREA:
                test = delong(owned[first], owned[second], gap.whole)
                found = {"delong": (gap.whole, *test, np.nan)}
            if len(folds[first]) > 1:
                gaps = folds[first][metric] - folds[second][metric]
                share = folds[first]["share"].mean()
                found["corrected_t"] = (*corrected_t(gaps.to_numpy(), share), np.nan)
            n = owned[first]["patient"].nunique()
            rows += [(design, *second, metric, name, *test, n) for name, test in found.items()]
    table = pd.DataFrame(rows, columns=[*KEYS, "difference", "statistic", "p", "p_least", "n"])
    for row in table[table["p"].isna()].itertuples():
        logger.warning(
            "no %s of %s against %s in %s of %s: nothing varies, or too few folds have it",
            row.test, row.design, row.reference, row.metric, row.endpoint,
        )  # fmt: skip
    table.insert(table.columns.get_loc("n"), "p_holm", _holm_over_pairs(table))
    return table


def _measured_by_fold(rows: pd.DataFrame) -> pd.DataFrame:
    """Measure one design and endpoint in each fold by itself.

    Returns:
        One row per repeat and fold: each metric, and `share`, the patients tested over those of
        the repeat's other folds, whom the fold's models were fitted on.
    """
    sizes = rows.groupby("repeat")["patient"].transform("size")
    measured = []
    for _, fold in rows.assign(of=sizes).groupby(["repeat", "fold"]):
        alone = fold.assign(column=range(len(fold)))
        values = measure(alone, np.ones((1, len(fold))))
        others = fold["of"].iloc[0] - len(fold)
        share = len(fold) / others if others else np.nan
        measured.append({name: value[0] for name, value in values.items()} | {"share": share})
    return pd.DataFrame(measured)


def corrected_t(gaps: np.ndarray, share: float) -> tuple[float, float, float]:
    """Test whether the mean of differences over folds is zero (Nadeau and Bengio 2003).

    Folds share training patients, so their differences are no independent sample: the variance is
    multiplied by `1/J + tested/trained` instead of `1/J` (Machine Learning 52:239).

    Args:
        gaps: The difference in each fold of each repeat; NaN where a fold lacks the metric, and
            such folds are left out.
        share: Patients tested over patients trained on.

    Returns:
        Mean difference, Student's t with `J - 1` degrees of freedom, and the two-sided p value;
        both NaN where fewer than two folds have the metric or all differ alike.
    """
    known = gaps[np.isfinite(gaps)]
    mean = float(known.mean()) if len(known) else np.nan
    spread = known.var(ddof=1) if len(known) > 1 else 0.0
    if spread <= np.finfo(float).eps ** 2 or not np.isfinite(share):
        return mean, np.nan, np.nan
    statistic = mean / np.sqrt((1 / len(known) + share) * spread)
    return mean, float(statistic), float(2 * stats.t.sf(abs(statistic), len(known) - 1))


def holm(p: np.ndarray) -> np.ndarray:
    """Correct p values for their number (Holm 1979, Scandinavian Journal of Statistics 6:65).

    Args:
        p: P values; NaN where a test could not be made, which then counts for nothing.

    Returns:
        Corrected p values in the same order, none below its own.
    """
    order = np.argsort(p)
    tests = int(np.isfinite(p).sum())
    steps = p[order] * np.maximum(tests - np.arange(len(p)), 1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return corrected


def _holm_over_pairs(table: pd.DataFrame) -> pd.Series:
    """Correct within `FAMILY`; a pair listed both ways round is one comparison."""
    ends = np.sort(table[["design", "reference"]].to_numpy(str), axis=1)
    paired = table.assign(one=ends[:, 0], other=ends[:, 1])
    once = paired.drop_duplicates([*FAMILY, "one", "other"])
    corrected = once.groupby(FAMILY)["p"].transform(lambda p: holm(p.to_numpy()))
    keys = [*FAMILY, "one", "other"]
    return paired.merge(once[keys].assign(p_holm=corrected), how="left", on=keys)["p_holm"]
