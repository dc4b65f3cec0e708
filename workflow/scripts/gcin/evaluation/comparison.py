"""Designs side by side: every metric with its interval, and paired differences between designs."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from gcin.evaluation.amounts import amount_metrics
from gcin.evaluation.calibration import calibration_metrics
from gcin.evaluation.intervals import (
    Estimate,
    bca_interval,
    leave_out,
    measure_interval,
    resample,
)
from gcin.evaluation.kinds import BINARY, QUANTITY, SURVIVAL, kind_of
from gcin.evaluation.metrics import response_metrics
from gcin.evaluation.survival import survival_metrics

METRICS = ["design", "endpoint", "metric", "value", "low", "high", "n"]
DIFFERENCES = ["design", "reference", "endpoint", "metric", "difference", "low", "high", "n"]
# Kinds of designs that are compared with all others: networks, and what is built on designs.
OURS = ("network", "boosting_on_network", "stack")
UNCOMPARED = (
    "majority",  # a property of the patients, alike in every design
    "prevalence",  # so is this
    "pr_chance",  # what chance alone reaches
    "specificity_reached",  # what is asked for, not what is good
    "observed_expected",  # best at one, not at an end
    "calibration_slope",  # so is this
    "calibration_intercept",  # best at zero
    "ece",  # grows with chance alone where it is small
    "smooth_ece",  # so does this
    "d_calibration",  # and this
    "bias",  # best at zero
)

# A distance is larger in every resample than in the cohort, so resamples say nothing of its error;
# the test of `d_calibration_table` does, and intercept and slope of the calibration do.
WITHOUT_INTERVAL = ("d_calibration", "ece", "smooth_ece")

# These hang on the first few of a fold. Patients drawn twice stand together there, which moves all
# resamples one way and not the cohort: corrected as a bias, equal designs differed in 13 of 100.
MOVED_BY_TIES = ("pr_auc", "pr_chance", "sensitivity_at_specificity", "specificity_reached")

Estimates = dict[tuple[str, str, str], Estimate]

logger = logging.getLogger(__name__)


def metric_draws(pooled: pd.DataFrame, draws: int, seed: int) -> Estimates:
    """Measure every design in the cohort, in every resample of it and without parts of it.

    With repeats, a metric is taken in each repeat and averaged; a resample holds the same patients
    in every repeat and for every design, which makes differences paired.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        draws: Resamples.
        seed: Of the resamples.

    Returns:
        Design, endpoint and metric to its estimate.
    """
    measured = {}
    for endpoint, rows in pooled.groupby("endpoint"):
        placed, weights = resampled(rows, draws, seed)
        for design, own in placed.groupby("design"):
            for metric, values in measure(own, weights).items():
                estimate = estimate_of(values, draws)
                is_moved = metric in MOVED_BY_TIES
                measured[design, endpoint, metric] = replace(estimate, is_moved=is_moved)
    return measured


def resampled(rows: pd.DataFrame, draws: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Redraw the patients of an endpoint, and leave out parts of them.

    Args:
        rows: `patient family` and more.
        draws: Resamples.
        seed: Of the resamples.

    Returns:
        The rows with `column`, the patient's column of the weights; and the weights: the cohort as
        it is, the resamples, and the cohort without each group of `leave_out`.
    """
    families = rows.drop_duplicates("patient").set_index("patient")["family"].sort_index()
    weights = np.vstack([resample(families, draws, seed), leave_out(families, seed)])
    return rows.assign(column=families.index.get_indexer(rows["patient"])), weights


def estimate_of(values: np.ndarray, draws: int) -> Estimate:
    """Sort a measure's values, one for each row of the weights of `resampled`."""
    whole, drawn, left_out = np.split(values, [1, draws + 1])
    return Estimate(float(whole[0]), drawn, left_out)


def measure(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure one design at one endpoint in each repeat and average.

    Args:
        rows: As `gcin.evaluation.pooling.pool` gives them, with `column`, the patient's column of
            `weights`.
        weights: Resamples by patients.

    Returns:
        Each metric of the endpoint in each resample.
    """
    metrics = MEASURES[kind_of(rows)]
    repeats = [metrics(repeat, weights) for _, repeat in rows.groupby("repeat")]
    return {
        metric: np.mean([repeat[metric] for repeat in repeats], axis=0) for metric in repeats[0]
    }


def _response_metrics(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Discrimination and calibration of one repeat."""
    drawn = weights[:, rows["column"]]
    value, response = rows["value"].to_numpy(), rows["response"].to_numpy()
    calibration = calibration_metrics(drawn, value, response)
    if rows.groupby("fold")["value"].nunique().max() == 1:
        # A line through one probability per fold shows how the folds were cut, nothing else.
        calibration["calibration_slope"] = np.full(len(weights), np.nan)
    return response_metrics(rows, weights) | calibration


MEASURES = {BINARY: _response_metrics, QUANTITY: amount_metrics, SURVIVAL: survival_metrics}


def metric_table(draws: Estimates, patients: Mapping[str, int], confidence: float) -> pd.DataFrame:
    """List every metric with its interval.

    Args:
        draws: As `metric_draws` gives them.
        patients: How many patients each endpoint was known of.
        confidence: Of the intervals.

    Returns:
        `design endpoint metric value low high n`; value and limits are empty where the metric is
        undefined (one class only, or too few of one, nobody named a responder, no comparable
        pair): the log says where. WITHOUT_INTERVAL have no limits, nor has what resamples do not
        move.
    """
    rows = []
    for (design, endpoint, metric), estimate in draws.items():
        has_interval = metric not in WITHOUT_INTERVAL
        limits = measure_interval(estimate, confidence) if has_interval else (np.nan, np.nan)
        if not np.isfinite(estimate.whole):
            logger.warning(
                "%s of %s for %s is undefined in these %d patients: one class only, or too few of "
                "one, nobody named a responder, or no comparable pair",
                metric, design, endpoint, patients[endpoint],
            )  # fmt: skip
        rows.append((design, endpoint, metric, estimate.whole, *limits, patients[endpoint]))
    return pd.DataFrame(rows, columns=METRICS)


def difference_table(
    draws: Estimates,
    patients: Mapping[str, int],
    pairs: Iterable[tuple[str, str]],
    confidence: float,
) -> pd.DataFrame:
    """Compare pairs of designs on the same resamples.

    Args:
        draws: As `metric_draws` gives them.
        patients: How many patients each endpoint was known of.
        pairs: Design and reference.
        confidence: Of the intervals.

    Returns:
        `design reference endpoint metric difference low high n`, design minus reference; a pair
        has a row where both have the metric.
    """
    rows = []
    for design, reference in pairs:
        for endpoint, metric in shared_metrics(draws, design, reference):
            gap = draws[design, endpoint, metric] - draws[reference, endpoint, metric]
            limits = bca_interval(gap, confidence)
            rows.append(
                (design, reference, endpoint, metric, gap.whole, *limits, patients[endpoint])
            )
    return pd.DataFrame(rows, columns=DIFFERENCES)


def shared_metrics(draws: Estimates, design: str, reference: str) -> list[tuple[str, str]]:
    """Name the endpoints and metrics that are compared, being defined for both designs."""
    return [
        (endpoint, metric)
        for name, endpoint, metric in draws
        if name == design
        and metric not in UNCOMPARED
        and (reference, endpoint, metric) in draws
        and np.isfinite(draws[design, endpoint, metric].whole)
        and np.isfinite(draws[reference, endpoint, metric].whole)
    ]


def design_pairs(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name the comparisons of a study: each design of `OURS` with every other design.

    Args:
        kinds: The kind of each design, in the study's order.

    Returns:
        Design and reference; without a network, each design with those before it.
    """
    names = list(kinds)
    ours = [name for name in names if kinds[name] in OURS]
    if ours:
        return [(name, other) for name in ours for other in names if other != name]
    return [(name, other) for place, name in enumerate(names) for other in names[:place]]


def patients_of(pooled: pd.DataFrame) -> dict[str, int]:
    """Count the patients of each endpoint."""
    return pooled.groupby("endpoint")["patient"].nunique().to_dict()


def external_table(rows: pd.DataFrame, draws: int, seed: int, confidence: float) -> pd.DataFrame:
    """Measure frozen designs on each external cohort by itself.

    Args:
        rows: As `gcin.evaluation.pooling.external_rows` gives them.
        draws: Resamples.
        seed: Of the resamples.
        confidence: Of the intervals.

    Returns:
        As `metric_table`, with `cohort` in front.
    """
    tables = []
    for name, cohort in rows.groupby("cohort"):
        measured = metric_draws(cohort, draws, seed)
        table = metric_table(measured, patients_of(cohort), confidence)
        table.insert(0, "cohort", name)
        tables.append(table)
    return (
        pd.concat(tables, ignore_index=True)
        if tables
        else pd.DataFrame(columns=["cohort", *METRICS])
    )
