"""Survival: concordance of predicted risk with what came to pass, and curves by risk group."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from scipy import stats

from gcin.evaluation.horizons import FOLLOWED, WITH, horizon_areas
from gcin.evaluation.intervals import units_of
from gcin.evaluation.metrics import Parts, equal_groups, ratio
from gcin.evaluation.survival_curves import curve_metrics

BLOCK = 2000  # patients, or families, whose table of all others is held in memory at once


def survival_metrics(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure predicted risk of one repeat by Harrell's and Uno's C, and by the AUC over time.

    A pair counts where the one with the event had it before the other's time, or at the same time
    when the other was censored; pairs of equal risk count half; pairs across folds do not count.

    Args:
        rows: One row per patient: `column` (the patient's column of `weights`), `fold`, `value`
            (risk, higher = sooner), `time` (months), `event` (0 or 1), `uno_weight` and, where
            patients are of several cohorts, the other columns of `weights_by_cohort`; the columns
            of `horizon_weights` and, where curves were predicted, of `score_curves`.
        weights: Resamples by patients.

    Returns:
        `harrell_c`, `uno_c` and `auc_{horizon}_months` in each resample, NaN where no pair counts;
        with curves also `integrated_brier` and `d_calibration`.
    """
    sums = np.zeros((4, len(weights)))
    for _, fold in rows.groupby("fold"):
        sums += np.stack(_concordance_parts(weights[:, fold["column"]], fold))
    concordance = {"harrell_c": ratio(sums[0], sums[1]), "uno_c": ratio(sums[2], sums[3])}
    curves = curve_metrics(rows, weights) if "own_survival" in rows else {}
    return concordance | horizon_areas(rows, weights) | curves


def _concordance_parts(drawn: np.ndarray, fold: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Ordered and all pairs of one fold, plain and with Uno's weights."""
    time, event = fold["time"].to_numpy(), fold["event"].to_numpy() > 0
    risk, partners = fold["value"].to_numpy(), list(_partners(fold))
    leaders = np.flatnonzero(event)
    sums = np.zeros((4, len(drawn)))
    for first in (leaders[start : start + BLOCK] for start in range(0, len(leaders), BLOCK)):
        ordered, comparable = _pairs(first, time, event, risk)
        lead = drawn[:, first]
        for other, weight in partners:
            told = drawn[:, other]
            right, every = (told @ pairs[:, other].T * lead for pairs in (ordered, comparable))
            sums += [right.sum(1), every.sum(1), right @ weight[first], every @ weight[first]]
    return tuple(sums)


def _partners(fold: pd.DataFrame) -> Iterator[tuple[np.ndarray | slice, np.ndarray]]:
    """Places of patients followed alike, and what each patient's pairs with these weigh."""
    cohorts = fold[FOLLOWED].unique() if FOLLOWED in fold else []
    if len(cohorts) < 2:
        yield slice(None), fold["uno_weight"].to_numpy()
        return
    for cohort in cohorts:
        weight = fold[f"{WITH}{cohort}"].fillna(fold["uno_weight"])
        yield np.flatnonzero(fold[FOLLOWED] == cohort), weight.to_numpy()


def _pairs(first: np.ndarray, time: np.ndarray, event: np.ndarray, risk: np.ndarray) -> Parts:
    """Pairs that each leader makes with every patient: in the right order, and at all."""
    start = time[first][:, None]
    comparable = (start < time) | ((start == time) & ~event)
    leader = risk[first][:, None]
    ordered = comparable * ((leader > risk) + 0.5 * (leader == risk))
    return ordered, comparable.astype(float)


def risk_groups(rows: pd.DataFrame, groups: int) -> pd.DataFrame:
    """Divide patients by their out-of-fold risk, without a look at any outcome.

    Risks of two folds come from two models, so a patient's risk is first ranked among the patients
    of the fold, then averaged over repeats, then cut into groups of equal size.

    Args:
        rows: One design and endpoint: `patient family repeat fold value time event`, and
            `followed_as`, the cohort, where it is known.
        groups: How many.

    Returns:
        One row per patient: `patient time event family cohort group`, group 1 having the lowest
        risk; patients of equal risk share a group, so there may be fewer groups than asked.
    """
    ranks = rows.groupby(["repeat", "fold"])["value"].rank()
    sizes = rows.groupby(["repeat", "fold"])["value"].transform("size")
    ranked = rows.assign(share=(ranks - 0.5) / sizes, cohort=rows.get(FOLLOWED))
    patients = ranked.groupby("patient").agg(
        share=("share", "mean"),
        time=("time", "first"),
        event=("event", "first"),
        family=("family", "first"),
        cohort=("cohort", "first"),
    )
    patients["group"] = equal_groups(patients["share"], groups)
    return patients.drop(columns="share").reset_index()


def kaplan_meier(patients: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Estimate the survival of each risk group.

    Args:
        patients: One row per patient: `group time event family`.
        confidence: Of the pointwise log-log interval. Greenwood's variance is the sum of the
            squares of what each patient adds to the curve; relatives add together before that.

    Returns:
        One row per group and time: `group n time at_risk events survival low high`; no limits
        where a last event takes survival to 0, of which there is no log-log interval, nor of a
        group of one family, which tells nothing of others.
    """
    curves = []
    for group, members in patients.groupby("group"):
        fit = KaplanMeierFitter(alpha=1 - confidence).fit(members["time"], members["event"])
        table = fit.event_table
        curve = pd.DataFrame({"time": table.index, "at_risk": table["at_risk"].to_numpy()})
        curve["events"] = table["observed"].to_numpy()
        curve["survival"] = fit.survival_function_.iloc[:, 0].to_numpy()
        limits = fit.confidence_interval_.to_numpy()
        codes, units = units_of(members["family"])
        if units < len(members):
            limits = _limits_of_families(curve, members, codes, confidence)
        known = (curve[["survival"]].to_numpy() > 0) & (units > 1)
        limits = np.where(known, limits, np.nan)
        curve["low"], curve["high"] = limits[:, 0], limits[:, 1]
        curves.append(curve.assign(group=group, n=len(members)))
    columns = ["group", "n", "time", "at_risk", "events", "survival", "low", "high"]
    return pd.concat(curves, ignore_index=True)[columns]


def _limits_of_families(
    curve: pd.DataFrame, members: pd.DataFrame, codes: np.ndarray, confidence: float
) -> np.ndarray:
    """Log-log limits of a survival curve whose patients are of some families."""
    survival, variance = curve["survival"].to_numpy(), np.zeros(len(curve))
    for _, block in members.groupby(codes // BLOCK):
        own = codes[members.index.get_indexer(block.index)]
        added = pd.DataFrame(_added(curve, block)).groupby(own).sum()
        variance += np.square(added.to_numpy()).sum(axis=0)
    inside = (survival > 0) & (survival < 1)
    depth = np.log(np.where(inside, survival, 0.5))
    reach = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance) / depth
    limits = np.exp(depth[:, None] * np.exp(np.column_stack([-reach, reach])))
    return np.where(inside[:, None], limits, survival[:, None])


def _added(curve: pd.DataFrame, patients: pd.DataFrame) -> np.ndarray:
    """What each patient adds to the logarithm of a curve at its times, `(patients, times)`."""
    time, moments = patients["time"].to_numpy(float)[:, None], curve["time"].to_numpy(float)
    at_risk = curve["at_risk"].to_numpy(float)
    share = ratio(curve["events"].to_numpy(float), at_risk)
    # Where the last patient has the event, the curve has no logarithm.
    left = np.where(share < 1, at_risk * (1 - share), np.inf)
    event = (time == moments) & (patients["event"].to_numpy(float)[:, None] > 0)
    return np.cumsum(((time >= moments) * share - event) / left, axis=1)
