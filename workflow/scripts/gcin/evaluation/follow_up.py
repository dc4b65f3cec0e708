"""By whose follow-up test patients are weighted for those who left before.

Such weights are right where the patients of reference were watched as those are whom they weigh.
Cohorts are closed on different days, so each has a reference of its own; and of a site that tests
as a whole, or a cohort, nobody is among those who train, so it is its own reference.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.horizons import FOLLOWED, WITH, horizon_weights, pair_weights, uno_weights

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
    outcome = [f"{endpoint}_time", f"{endpoint}_event"]
    known = patients.loc[parts["patient"], ["cohort", "site", *outcome]].dropna(subset=outcome)
    is_test = known.index.isin(parts["patient"][parts["part"] == "test"])
    tested, others = known[is_test], known[~is_test]
    left_out, references = sites_left_out(tested["site"], others["site"]), {}
    for cohort, own in tested.groupby("cohort"):
        past = others[others["cohort"] == cohort]
        past = own if left_out or past.empty else past
        references[cohort] = tuple(past[outcome].to_numpy(float).T)
    return references


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
) -> pd.DataFrame:
    """Weigh the patients of one endpoint and fold, each by the reference of the cohort.

    Args:
        rows: `patient time event`.
        cohorts: Cohort by patient.
        references: From `references_of`.
        horizons: Months at which survival is asked.

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
        weights |= horizon_weights(*outcome, *past, horizons)
        tables.append(pd.DataFrame(weights, index=own.index))
    return pd.concat(tables)
