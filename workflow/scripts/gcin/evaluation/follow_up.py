"""By whose follow-up test patients are weighted for those who left before.

Such weights are right where the patients of reference were watched as those are whom they weigh.
Cohorts are closed on different days, so each has a reference of its own; and of a site that tests
as a whole, or a cohort, nobody is among those who train, so it is its own reference.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.horizons import (
    FOLLOWED,
    WITH,
    horizon_weights,
    pair_weights,
    reliable_until,
    uno_weights,
)

Past = tuple[np.ndarray, np.ndarray]  # months to event or censoring, and events


def references_of(parts: pd.DataFrame, patients: pd.DataFrame, endpoint: str) -> dict[str, Past]:
    """Take the follow-up of reference of each cohort that a fold tests.

    Args:
        parts: `patient part` of the fold.
        patients: The study's patients, indexed by patient: `cohort site` and the outcome.
        endpoint: Of survival.

    Returns:
        Cohort to the follow-up of its patients who do not test in the fold; of those who do, where
        there are no others or where the sites that test are left out of all else.
    """
    tested, others = _sides(parts, patients, endpoint)
    left_out, references = sites_left_out(tested["site"], others["site"]), {}
    for cohort, own in tested.groupby("cohort"):
        past = others[others["cohort"] == cohort]
        past = own if left_out or past.empty else past
        references[cohort] = tuple(past[["time", "event"]].to_numpy(float).T)
    return references


def _sides(
    parts: pd.DataFrame, patients: pd.DataFrame, endpoint: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`cohort site time event` of those who test in a fold and of the others."""
    names = {f"{endpoint}_time": "time", f"{endpoint}_event": "event"}
    known = patients.loc[parts["patient"], ["cohort", "site", *names]].rename(columns=names)
    known = known.dropna(subset=["time", "event"])
    is_test = known.index.isin(parts["patient"][parts["part"] == "test"])
    return known[is_test], known[~is_test]


def ends_of(
    folds: Mapping[int, pd.DataFrame], patients: pd.DataFrame, endpoint: str
) -> dict[int, dict[str, float]]:
    """Say of each fold from which month on too few of a cohort are followed to measure anything.

    A month is measured in all folds of a cohort or in none: it is the first to which fewer than a
    tenth of the cohort's patients are followed, and no later than the last of any fold's reference.
    Of sites that are left out, and of a cohort that tests as a whole, it is that of the reference.

    Args:
        folds: `patient part` of each fold.
        patients: As `references_of` takes them.
        endpoint: Of survival.

    Returns:
        Fold to cohort to month.
    """
    ends, shared = {}, {}
    for fold, parts in folds.items():
        tested, others = _sides(parts, patients, endpoint)
        references = references_of(parts, patients, endpoint)
        ends[fold] = {cohort: reliable_until(past[0]) for cohort, past in references.items()}
        if sites_left_out(tested["site"], others["site"]):
            continue
        both = pd.concat([tested, others])
        for cohort in ends[fold].keys() & set(others["cohort"]):
            whole = reliable_until(both["time"][both["cohort"] == cohort].to_numpy(float))
            last = float(references[cohort][0].max())
            shared.setdefault(cohort, {})[fold] = min(whole, last)
    for cohort, own in shared.items():
        for fold in own:
            ends[fold][cohort] = min(own.values())
    return ends


def sites_left_out(tested: pd.Series, others: pd.Series) -> bool:
    """Whether nobody else is of a site of those who test, as far as these are known.

    Args:
        tested: Sites of those who test in a fold.
        others: Sites of those who do not.
    """
    sites = set(tested.dropna())
    return bool(sites) and sites.isdisjoint(others)


def weights_by_cohort(
    rows: pd.DataFrame,
    cohorts: pd.Series,
    references: Mapping[str, Past],
    horizons: Iterable[int],
    ends: Mapping[str, float],
) -> pd.DataFrame:
    """Weigh the patients of one endpoint and fold, each by the reference of the cohort.

    Args:
        rows: `patient time event`.
        cohorts: Cohort by patient.
        references: From `references_of`.
        horizons: Months at which survival is asked.
        ends: Of the fold, from `ends_of`.

    Returns:
        Indexed as `rows`: `followed_as`, the cohort; `uno_weight`, of pairs with patients of the
        cohort; `uno_weight_with_{cohort}` of those with patients of each other one; and the columns
        of `horizon_weights`.
    """
    tables = []
    for cohort, own in rows.groupby(rows["patient"].map(cohorts)):
        outcome, past = (own["time"].to_numpy(), own["event"].to_numpy()), references[cohort]
        weights = {FOLLOWED: cohort, "uno_weight": uno_weights(*outcome, *past)}
        weights |= {
            f"{WITH}{other}": pair_weights(*outcome, past, partner)
            for other, partner in references.items()
            if other != cohort
        }
        weights |= horizon_weights(*outcome, *past, horizons, ends[cohort])
        tables.append(pd.DataFrame(weights, index=own.index))
    return pd.concat(tables)
