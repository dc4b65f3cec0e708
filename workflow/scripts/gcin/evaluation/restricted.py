"""Outcomes that a policy is valued by: a yes or no, or the time without the event up to a month."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.follow_up import sites_left_out
from gcin.evaluation.horizons import AT_RISK, still_followed
from gcin.evaluation.pooling import outcome_of
from gcin.evaluation.propensity import sides_of
from gcin.tables import run_of

COLUMNS = ["fold", "patient", "endpoint", "unit", "outcome", "weight"]
SHARE = "share"  # unit of a yes or no


def outcome_table(
    patients: pd.DataFrame, folds: Mapping[int, pd.DataFrame], endpoints: list[str], months: float
) -> pd.DataFrame:
    """Put the outcome of each test patient beside its weight for those who left before.

    Args:
        patients: The study's patients: `patient site arm` and outcomes.
        folds: `patient part` of each fold.
        endpoints: Yes or no (1 is good), or survival.
        months: Survival counts up to then: the outcome is the time without the event, at most so.

    Returns:
        `fold patient endpoint unit outcome weight`; weight is 1 of a yes or no. Of survival it is
        the inverse chance, by arm, of being followed until the outcome was known (Kaplan-Meier of
        censoring among the fold's other patients; among those it tests where sites are left out, of
        all arms where too few of one are followed), and 0 where the patient left before that.

    Raises:
        ValueError: Too few patients of an arm are followed for so many months.
    """
    known, tables = patients[patients["arm"].notna()], []
    for endpoint in endpoints:
        outcomes = outcome_of(known, endpoint).set_index("patient")
        outcomes[["site", "arm"]] = known.set_index("patient")[["site", "arm"]]
        is_timed = f"{endpoint}_time" in patients
        own = outcomes.dropna(subset=["time", "event"] if is_timed else ["response"])
        for fold, parts in folds.items():
            others, tested = (own.loc[side] for side in sides_of(parts, own.index))
            rows = pd.DataFrame({"outcome": tested["response"], "weight": 1.0, "unit": SHARE})
            if is_timed:
                rows = _restricted(tested, others, months, endpoint)
            tables.append(rows.assign(fold=fold, endpoint=endpoint).reset_index())
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def _restricted(
    tested: pd.DataFrame, others: pd.DataFrame, months: float, endpoint: str
) -> pd.DataFrame:
    """Time up to `months` of the test patients of a fold, weighted by arm."""
    time, weight = np.minimum(tested["time"].to_numpy(), months), np.zeros(len(tested))
    is_known = (tested["event"].to_numpy() > 0) | (tested["time"].to_numpy() >= months)
    for arm in tested["arm"].unique():
        past = _followed_alike(tested, others, arm, months)
        if not _reaches(past, months):
            raise ValueError(
                f"Fewer than a tenth of the patients of arm {arm} would be followed for "
                f"{months:g} months of {endpoint}. Lower policy.months, or leave {endpoint} out "
                "of policy.endpoints."
            )
        own = (tested["arm"] == arm).to_numpy() & is_known
        weight[own] = 1 / still_followed(time[own], *_follow_up(past), before=True)
    unit = f"months of {months:g}"
    return pd.DataFrame({"outcome": time, "weight": weight, "unit": unit}, index=tested.index)


def _followed_alike(
    tested: pd.DataFrame, others: pd.DataFrame, arm: str, months: float
) -> pd.DataFrame:
    """Those by whose follow-up patients of an arm are weighed."""
    if not sites_left_out(tested["site"], others["site"]):
        return others[others["arm"] == arm]
    own = tested[tested["arm"] == arm]
    return own if _reaches(own, months) else tested


def _reaches(past: pd.DataFrame, months: float) -> bool:
    """Whether a tenth of some patients would be followed for so many months."""
    end = np.array([months])
    return len(past) > 0 and still_followed(end, *_follow_up(past), before=True)[0] >= AT_RISK


def _follow_up(past: pd.DataFrame) -> np.ndarray:
    return past[["time", "event"]].to_numpy(float).T


def expected_times(paths: Iterable[str], outcomes: pd.DataFrame, months: float) -> pd.DataFrame:
    """Read from survival curves the mean time up to a month that each design expects.

    Args:
        paths: `…/model/{design}/fold-{fold}/seed-{seed}/curves.parquet`.
        outcomes: As `outcome_table` gives them.
        months: The month.

    Returns:
        `design fold patient endpoint arm expected` of survival endpoints, seeds averaged.
    """
    wanted, tables = set(outcomes["endpoint"][outcomes["unit"] != SHARE]), []
    for path in paths if wanted else ():
        place, curves = run_of(path), pd.read_parquet(path)
        for endpoint, rows in curves[curves["endpoint"].isin(wanted)].groupby("endpoint"):
            means = mean_times(rows, months).rename("expected").reset_index()
            means["design"], means["fold"] = place["design"], place["fold"]
            tables.append(means.assign(endpoint=endpoint))
    keys = ["design", "fold", "patient", "endpoint", "arm"]
    if not tables:
        return pd.DataFrame(columns=[*keys, "expected"])
    return pd.concat(tables).groupby(keys, as_index=False)["expected"].mean()


def mean_times(curves: pd.DataFrame, months: float) -> pd.Series:
    """Integrate survival curves from 0 to `months`; a curve is straight between its own months.

    Args:
        curves: `patient arm time survival` of one endpoint, the same times for all.
        months: Where to stop; beyond its last month a curve stays as it is.

    Returns:
        Mean time by patient and arm.
    """
    wide = curves.pivot_table(values="survival", index=["patient", "arm"], columns="time")
    times = wide.columns.to_numpy(float)
    moments = np.append(times[times < months], months)
    place = np.array([np.interp(moments, times, unit) for unit in np.eye(len(times))])
    areas = np.trapezoid(wide.to_numpy(float) @ place, moments, axis=1)
    return pd.Series(areas, wide.index)
