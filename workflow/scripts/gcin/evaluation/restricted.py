"""Outcomes that a policy is valued by: a yes or no, or the time without the event up to a month."""

import logging
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.follow_up import sites_left_out
from gcin.evaluation.horizons import AT_RISK, still_followed
from gcin.evaluation.pooling import outcome_of
from gcin.evaluation.propensity import sides_of
from gcin.tables import run_of

COLUMNS = ["fold", "patient", "endpoint", "unit", "outcome", "weight", "by_others"]
WHOSE = ["cohort", "site", "arm"]
SHARE = "share"  # unit of a yes or no

logger = logging.getLogger(__name__)


def outcome_table(
    patients: pd.DataFrame,
    folds: Mapping[int, pd.DataFrame],
    endpoints: list[str],
    months: float,
    min_patients: int,
) -> pd.DataFrame:
    """Put the outcome of each test patient beside its weight for those who left before.

    Args:
        patients: The study's patients: `patient cohort site arm` and outcomes.
        folds: `patient part` of each fold.
        endpoints: Yes or no (1 is good), or survival.
        months: Survival counts up to then: the outcome is the time without the event, at most so.
        min_patients: Of an arm of a cohort, or else of the cohort, who tell how it was followed.

    Returns:
        `fold patient endpoint unit outcome weight by_others`; weight is 1 of a yes or no. Of
        survival it is the inverse chance, by cohort and arm, of being followed until the outcome
        was known (Kaplan-Meier of censoring among the fold's other patients; among those it tests
        where sites are left out, or of a cohort that tests as a whole), and 0 where the patient
        left before that. Of a cohort with fewer than `min_patients` of the arm it is by all arms of
        the cohort, and of one with fewer patients in all by the arm in all cohorts; at a site left
        out by all arms where too few of one are followed. `by_others` says so.

    Raises:
        ValueError: Too few patients of an arm, or of a cohort, are followed for so many months.
    """
    known, tables = patients[patients["arm"].notna()], []
    for endpoint in endpoints:
        outcomes = outcome_of(known, endpoint).set_index("patient")
        outcomes[WHOSE] = known.set_index("patient")[WHOSE]
        is_timed = f"{endpoint}_time" in patients
        own = outcomes.dropna(subset=["time", "event"] if is_timed else ["response"])
        for fold, parts in folds.items():
            others, tested = (own.loc[side] for side in sides_of(parts, own.index))
            rows = pd.DataFrame({"outcome": tested["response"], "weight": 1.0, "unit": SHARE})
            rows["by_others"] = False
            if is_timed:
                rows = _restricted(tested, others, months, endpoint, min_patients)
            tables.append(rows.assign(fold=fold, endpoint=endpoint).reset_index())
    table = pd.concat(tables, ignore_index=True)[COLUMNS]
    for endpoint, rows in table.groupby("endpoint"):
        logger.info(
            "%s: %d of %d outcomes weighed by the follow-up of other arms or cohorts",
            endpoint, rows["by_others"].sum(), len(rows),
        )  # fmt: skip
    return table


def _restricted(
    tested: pd.DataFrame, others: pd.DataFrame, months: float, endpoint: str, min_patients: int
) -> pd.DataFrame:
    """Time up to `months` of the test patients of a fold, weighted by cohort and arm."""
    time, weight = np.minimum(tested["time"].to_numpy(), months), np.zeros(len(tested))
    by_others = np.zeros(len(tested), bool)
    is_known = (tested["event"].to_numpy() > 0) | (tested["time"].to_numpy() >= months)
    for (cohort, arm), rows in tested.groupby(["cohort", "arm"], sort=False):
        past = _followed_alike(rows, tested, others, months, min_patients)
        if not _reaches(past, months):
            whose = f"{arm} of {cohort}" if _of_several(tested, others) else arm
            raise ValueError(
                f"Fewer than a tenth of the patients of arm {whose} would be followed for "
                f"{months:g} months of {endpoint}. Lower policy.months, or leave {endpoint} out "
                "of policy.endpoints."
            )
        place = tested.index.get_indexer(rows.index)
        by_others[place] = (past[["cohort", "arm"]] != (cohort, arm)).to_numpy().any()
        own = place[is_known[place]]
        weight[own] = 1 / still_followed(time[own], *_follow_up(past), before=True)
    table = {"outcome": time, "weight": weight, "unit": f"months of {months:g}"}
    return pd.DataFrame(table | {"by_others": by_others}, index=tested.index)


def _followed_alike(
    rows: pd.DataFrame,
    tested: pd.DataFrame,
    others: pd.DataFrame,
    months: float,
    min_patients: int,
) -> pd.DataFrame:
    """Those by whose follow-up the patients of a cohort and arm are weighed."""
    cohort, arm = rows[["cohort", "arm"]].iloc[0]
    left_out = sites_left_out(tested["site"], others["site"])
    pool = tested if left_out else others
    if _of_several(tested, others):
        own = pool[pool["cohort"] == cohort]
        own = tested[tested["cohort"] == cohort] if own.empty else own
        if len(own) >= min_patients:
            of_arm = own[own["arm"] == arm]
            return of_arm if len(of_arm) >= min_patients else own
    of_arm = pool[pool["arm"] == arm]
    return of_arm if not left_out or _reaches(of_arm, months) else tested


def _of_several(tested: pd.DataFrame, others: pd.DataFrame) -> bool:
    """Whether patients are of several cohorts."""
    return len({*tested["cohort"], *others["cohort"]}) > 1


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
