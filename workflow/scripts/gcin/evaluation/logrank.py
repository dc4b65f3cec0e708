"""Whether risk groups differ in survival: the log-rank test, within cohorts and among families."""

import logging

import numpy as np
import pandas as pd
from lifelines.statistics import multivariate_logrank_test
from scipy import stats

from gcin.evaluation.intervals import units_of

SMALLEST_SPREAD = 1e-9  # squared events; below it families differ by rounding alone

logger = logging.getLogger(__name__)


def strata_of(patients: pd.DataFrame) -> np.ndarray:
    """Number the cohort of each patient; all have one number where cohorts are not told.

    Args:
        patients: One row per patient; `cohort`, where there is one.
    """
    if "cohort" not in patients:
        return np.zeros(len(patients), int)
    return pd.factorize(patients["cohort"], sort=True, use_na_sentinel=False)[0]


def logrank(patients: pd.DataFrame) -> dict[str, float]:
    """Test whether risk groups differ in survival.

    Where patients are of several cohorts, events are expected within each (a stratified test): a
    group that only holds more patients of the cohort that dies sooner does not differ.

    Where there are relatives, observed less expected events of the groups are held against what
    they would be if whole families of the same size changed places, and relatives among themselves:
    mean and covariance of that are exact (Strasser and Weber 1999, Math. Methods Statist. 8:220).
    Families change places with those of the same cohorts.

    Args:
        patients: One row per patient: `group time event family`, and `cohort` where it is known.

    Returns:
        `groups statistic degrees p n strata`, degrees being those of the groups followed to an
        event and strata the cohorts; statistic and p are NaN where fewer than two groups are, where
        all have the event at once, where groups are whole cohorts, or where there is nobody to
        change places with, and the log says so.
    """
    groups, n, strata = patients["group"].nunique(), len(patients), strata_of(patients)
    happened = patients["time"].where(patients["event"] > 0)
    first = happened.groupby(strata).transform("min")
    # Who leaves before the first event tells nothing, and the most are at risk of that one.
    told = patients[patients["time"] >= first]
    degrees = max(told["group"].nunique() - 1, 0)
    empty = {"groups": groups, "statistic": np.nan, "degrees": degrees, "p": np.nan, "n": n}
    empty["strata"] = len(np.unique(strata))
    codes, units = units_of(patients["family"])
    outlived = (told["time"] > first[told.index]) | (told["event"] == 0)
    if not degrees or (units == n and not outlived.any()):
        logger.warning(
            "no log-rank test: %d event(s), %d group(s) followed to the first, %d outlive it",
            patients["event"].sum(), told["group"].nunique(), outlived.sum(),
        )  # fmt: skip
        return empty
    if units < n:
        return empty | _logrank_of_families(patients, strata, codes)
    if empty["strata"] > 1:
        return empty | _logrank_within(patients, strata)
    test = multivariate_logrank_test(told["time"], told["group"], told["event"])
    return empty | {"statistic": float(test.test_statistic), "p": float(test.p_value)}


def _logrank_of_families(
    patients: pd.DataFrame, strata: np.ndarray, codes: np.ndarray
) -> dict[str, float]:
    """Statistic, degrees of freedom and p of the log-rank test among families."""
    group = pd.get_dummies(patients["group"]).to_numpy(float)[:, 1:]
    excess = np.empty(len(patients))
    for number in np.unique(strata):
        own = patients[strata == number]
        excess[strata == number] = excess_events(*own[["time", "event"]].to_numpy(float).T)
    mean, covariance = exchanged(excess, group, codes, strata)
    return _held_against(excess @ group - mean, covariance, "no two families of one size, or all")


def _logrank_within(patients: pd.DataFrame, strata: np.ndarray) -> dict[str, float]:
    """Statistic, degrees of freedom and p where events are expected within each cohort."""
    group = pd.get_dummies(patients["group"]).to_numpy(float)[:, 1:]
    away, covariance = np.zeros(group.shape[1]), np.zeros((group.shape[1],) * 2)
    for number in np.unique(strata):
        own = strata == number
        time, event = patients.loc[own, ["time", "event"]].to_numpy(float).T
        away += excess_events(time, event) @ group[own]
        covariance += chance_covariance(time, event, group[own])
    return _held_against(away, covariance, "within cohorts groups are")


def _held_against(away: np.ndarray, covariance: np.ndarray, alike: str) -> dict[str, float]:
    """Statistic, degrees of freedom and p of sums that chance alone spreads as told."""
    spread, ways = np.linalg.eigh(covariance)
    free = spread > SMALLEST_SPREAD
    if not free.any():
        logger.warning("no log-rank test: %s alike", alike)
        return {"degrees": 0}
    statistic = float(np.sum((away @ ways[:, free]) ** 2 / spread[free]))
    degrees = int(free.sum())
    return {
        "statistic": statistic,
        "degrees": degrees,
        "p": float(stats.chi2.sf(statistic, degrees)),
    }


def chance_covariance(time: np.ndarray, event: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Covariance of the events of groups if those at risk have the events of each time by chance.

    Args:
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        group: 1 where the patient is in a group, `(patients, groups)`.

    Returns:
        `(groups, groups)`, hypergeometric, summed over times.
    """
    steps, step = np.unique(time, return_inverse=True)
    events = np.bincount(step, event, len(steps))
    everybody = np.bincount(step, minlength=len(steps))[::-1].cumsum()[::-1]
    held = np.stack([np.bincount(step, own, len(steps)) for own in group.T], axis=1)
    share = held[::-1].cumsum(axis=0)[::-1] / everybody[:, None]
    # The event of the last patient at risk is no matter of chance.
    spread = events * (everybody - events) / np.maximum(everybody - 1, 1)
    return np.diag(spread @ share) - (share * spread[:, None]).T @ share


def excess_events(time: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Events of each patient less those expected of anybody followed for as long.

    Args:
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.

    Returns:
        By patient; the sum over a group is observed less expected of the log-rank test.
    """
    steps, step = np.unique(time, return_inverse=True)
    at_risk = np.bincount(step)[::-1].cumsum()[::-1]
    return event - (np.bincount(step, event, len(steps)) / at_risk).cumsum()[step]


def exchanged(
    excess: np.ndarray, group: np.ndarray, codes: np.ndarray, strata: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of sums by group where families of the same size change places.

    Families change places with those whose members are of the same cohorts. Of a family that lies
    in several, members change places with each other as if these were one.

    Args:
        excess: One number per patient.
        group: 1 where the patient is in a group, `(patients, groups)`.
        codes: Number of each patient's family.
        strata: Number of each patient's cohort.

    Returns:
        `(groups,)` and `(groups, groups)`, over all ways to give the groups of one family to
        another of its size, in any order of its members.
    """
    mean, covariance = np.zeros(group.shape[1]), np.zeros((group.shape[1],) * 2)
    kinds = pd.Series(strata).groupby(codes).agg(lambda own: tuple(sorted(own)))
    for kind in sorted(set(kinds)):
        own, size = (kinds == kind).to_numpy()[codes], len(kind)
        _, family = np.unique(codes[own], return_inverse=True)
        by_family = pd.DataFrame(group[own]).groupby(family)
        level, place = np.bincount(family, excess[own]), by_family.sum().to_numpy()
        count, mean = len(level), mean + level.sum() * place.mean(axis=0) / size
        apart, spread = level - level.mean(), place - place.mean(axis=0)
        covariance += (apart @ apart) * (spread.T @ spread) / max(count - 1, 1) / size**2
        within = excess[own] - level[family] / size
        inside = group[own] - place[family] / size
        covariance += (within @ within) * (inside.T @ inside) / max(size - 1, 1) / count
    return mean, covariance
