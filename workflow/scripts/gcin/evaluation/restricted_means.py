"""Mean time without the event of predicted risk groups, up to a month, and how far they differ.

A difference of restricted means (Royston and Parmar 2013, BMC Medical Research Methodology 13:152)
is in months, and true whether or not hazards are proportional, which a hazard ratio is not.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.comparison import estimate_of, resampled
from gcin.evaluation.horizons import AT_RISK, still_followed
from gcin.evaluation.intervals import Estimate, bca_interval, measure_interval
from gcin.evaluation.logrank import strata_of
from gcin.evaluation.metrics import ratio, tied_sums
from gcin.evaluation.survival import risk_groups

COLUMNS = ["design", "endpoint", "months", "group", "mean", "low", "high"]
COLUMNS += ["difference", "difference_low", "difference_high", "n", "events"]
FEWEST = 10  # patients of a cohort, for a curve of its own


def restricted_mean_table(pooled: pd.DataFrame, settings: Mapping) -> pd.DataFrame:
    """Estimate the mean time without the event in groups of out-of-fold risk.

    Groups are those of the Kaplan-Meier curves and hazard ratios, and stay as they are in every
    resample. Where patients are of several cohorts, the curve is taken within each, and means count
    by patients: cohorts are closed on different days, and who leaves one early is not like those
    of another who stay. Cohorts of fewer than FEWEST patients in a group are taken as one.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        settings: `evaluation` of the configuration: `risk_groups horizons_months bootstrap_draws
            seed confidence`.

    Returns:
        `design endpoint months group mean low high difference difference_low difference_high n
        events`: one row per design, survival endpoint, month asked and group; the area under the
        group's Kaplan-Meier curve up to the month, and how many months more or less that is than
        in the group of lowest risk, with BCa intervals, families whole. Empty where fewer than a
        tenth of those without the event would be followed so far (Kaplan-Meier of censoring), in
        a cohort of the group or of that of lowest risk.
    """
    rows = []
    timed = pooled[pooled["time"].notna()]
    for (design, endpoint), own in timed.groupby(["design", "endpoint"]):
        patients = risk_groups(own, settings["risk_groups"])
        placed, weights = resampled(patients, settings["bootstrap_draws"], settings["seed"])
        for months in settings["horizons_months"]:
            named = {"design": design, "endpoint": endpoint, "months": months}
            rows += [named | row for row in _groups_at(placed, weights, months, settings)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _groups_at(
    patients: pd.DataFrame, weights: np.ndarray, months: float, settings: Mapping
) -> Iterator[dict]:
    """Means of the groups up to a month, each less that of the first."""
    draws, confidence, first = settings["bootstrap_draws"], settings["confidence"], None
    for group, members in patients.groupby("group"):
        mean = estimate_of(_mean_of(members, weights, months), draws)
        first = mean if first is None else first
        size = {"n": len(members), "events": int(members["event"].sum())}
        row = {"group": group, "mean": mean.whole} | size
        row["low"], row["high"] = measure_interval(mean, confidence)
        yield row | (_difference(mean - first, confidence) if mean is not first else {})


def _mean_of(members: pd.DataFrame, weights: np.ndarray, months: float) -> np.ndarray:
    """Mean time of a group up to a month, in every resample; NaN where few are followed so far."""
    strata = strata_of(members)
    small = np.bincount(strata)[strata] < FEWEST
    parts = [own for _, own in members.groupby(np.where(small, -1, strata))]
    sums = total = np.zeros(len(weights))
    for own in parts:
        time, event = own["time"].to_numpy(float), own["event"].to_numpy(float)
        # Not by who is there still: a group of whom all have had the event is known to its end.
        if still_followed(np.array([months]), time, event, before=True)[0] < AT_RISK:
            return np.full(len(weights), np.nan)
        drawn = weights[:, own["column"]]
        means, size = restricted_means(drawn, time, event, months), drawn.sum(axis=1)
        if len(parts) == 1:
            return means
        # A resample may hold nobody of a cohort, who then counts for nothing.
        sums = sums + np.where(size > 0, np.nan_to_num(means) * size, 0.0)
        total = total + size
    return ratio(sums, total)


def _difference(gap: Estimate, confidence: float) -> dict[str, float]:
    low, high = bca_interval(gap, confidence)
    return {"difference": gap.whole, "difference_low": low, "difference_high": high}


def restricted_means(
    drawn: np.ndarray, time: np.ndarray, event: np.ndarray, months: float
) -> np.ndarray:
    """Area under the Kaplan-Meier curve from 0 to a month, in every resample.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        months: The month; a curve whose last patient leaves before it stays where it is.

    Returns:
        Months, `(draws,)`; NaN where a resample holds nobody, or is none.
    """
    known = np.isfinite(drawn).all(axis=1) & (drawn.sum(axis=1) > 0)
    counts = np.where(known[:, None], drawn, 1.0)
    events, censored = tied_sums(counts, -time, event, 1 - event)
    at_risk = (events + censored)[:, ::-1].cumsum(axis=1)[:, ::-1]
    hazard = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
    survival = np.cumprod(1 - hazard, axis=1)
    steps = np.minimum(np.unique(time), months)
    lengths = np.diff(steps, prepend=0.0, append=months)
    areas = lengths[0] + survival @ lengths[1:]
    return np.where(known, areas, np.nan)
