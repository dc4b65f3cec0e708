"""What a policy is valued on: designs beside the arms given and what became of the patients."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.evaluation.policy import NOBODY, Treated, recommended, with_overlap
from gcin.evaluation.pooling import PREDICTION, repeats_of
from gcin.evaluation.restricted import SHARE

PLACE = ["fold", "patient"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Case:
    """What one design says of the patients of one endpoint.

    Attributes:
        name: `design endpoint unit`.
        rows: `repeat patient family by_others`, one row per patient and repeat; the last says
            whether others than those of the patient's arm and cohort tell who left before.
        arms: Names of the arms, in the order of the columns of `treated`.
        treated: The same patients.
        benefit: What the design promises under each arm, more is better, `(rows, arms)`.
    """

    name: Mapping[str, str]
    rows: pd.DataFrame
    arms: list[str]
    treated: Treated
    benefit: np.ndarray

    def choice(self, floor: float) -> np.ndarray:
        """The arm recommended to each patient, `NOBODY` where there is not enough overlap."""
        return with_overlap(recommended(self.benefit), self.treated.propensity, floor)

    def repeats(self) -> Iterator[tuple[np.ndarray, Treated]]:
        """Rows of each repeat, and its patients."""
        for repeat in self.rows["repeat"].unique():
            own = (self.rows["repeat"] == repeat).to_numpy()
            parts = {name: values[own] for name, values in vars(self.treated).items()}
            yield own, Treated(**parts)


def with_expected(runs: pd.DataFrame, times: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Average seeds, and put beside each prediction the outcome that the design expects.

    Args:
        runs: Predictions of test patients, as `gcin.evaluation.pooling.read_runs` gives them.
        times: As `gcin.evaluation.restricted.expected_times` gives them.
        outcomes: As `gcin.evaluation.restricted.outcome_table` gives them.

    Returns:
        `design fold patient endpoint arm value expected` of the endpoints of `outcomes`; expected
        is missing where a design has no survival curve of a patient.
    """
    units = outcomes.drop_duplicates("endpoint").set_index("endpoint")["unit"]
    means = runs[runs["endpoint"].isin(units.index)].groupby(PREDICTION, as_index=False)["value"]
    said = means.mean().merge(times, on=PREDICTION, how="left")
    is_share = said["endpoint"].map(units) == SHARE
    return said.assign(expected=said["expected"].where(~is_share, said["value"]).astype(float))


@dataclass(frozen=True)
class Care:
    """What patients were given, and their chances of it.

    Attributes:
        propensity: By fold and patient, a column per arm.
        repeat: Repeat of the cross-validation that each fold belongs to.
        known: `arm family` by patient.
    """

    propensity: pd.DataFrame
    repeat: Mapping[int, int]
    known: pd.DataFrame

    @property
    def arms(self) -> list[str]:
        """Names of the arms, in the order of the columns."""
        return list(self.propensity.columns)


def care_of(chances: pd.DataFrame, patients: pd.DataFrame) -> Care:
    """Gather what was given.

    Args:
        chances: As `gcin.evaluation.propensity.propensity_table` gives them.
        patients: `patient arm family`.
    """
    propensity = chances.pivot_table(values="propensity", index=PLACE, columns="arm")
    tested = {fold: set(rows["patient"]) for fold, rows in chances.groupby("fold")}
    known = patients.set_index("patient")[["arm", "family"]]
    return Care(propensity, repeats_of(tested), known)


def cases_of(
    said: pd.DataFrame, chances: pd.DataFrame, outcomes: pd.DataFrame, patients: pd.DataFrame
) -> Iterator[Case]:
    """Put what designs say of every arm beside what was given and what became of it.

    Args:
        said: `design fold patient endpoint arm value expected` of test patients: `value` is a
            probability or a risk, `expected` the probability or the mean time.
        chances: As `gcin.evaluation.propensity.propensity_table` gives them.
        outcomes: As `gcin.evaluation.restricted.outcome_table` gives them.
        patients: `patient arm family`.

    Yields:
        One case per endpoint and design. A design that is silent about an arm, or that says the
        same of all, has none; the log says so, and counts patients without a prediction.
    """
    care = care_of(chances, patients)
    for endpoint, ends in outcomes.groupby("endpoint", sort=False):
        own = ends.set_index(PLACE)
        for design, rows in said[said["endpoint"] == endpoint].groupby("design", sort=False):
            wide = under_each_arm(rows, care.arms)
            wide = wide[wide.index.isin(own.index)]
            logger.info("%s of %s: %d of %d outcomes", endpoint, design, len(wide), len(own))
            unit = own["unit"].iloc[0]
            benefit = benefit_of(wide, unit)
            if (recommended(benefit) == NOBODY).all():
                logger.warning("%s says nothing that tells arms apart: %s", design, endpoint)
                continue
            name = {"design": design, "endpoint": endpoint, "unit": unit}
            yield case_of(name, wide, benefit, own, care)


def under_each_arm(rows: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    """Spread one design's `value` and `expected` of an endpoint over arms.

    Returns:
        By fold and patient, those of whom both are said under every arm.
    """
    wide = rows.pivot_table(index=PLACE, columns="arm", values=["value", "expected"])
    wide = wide.reindex(columns=pd.MultiIndex.from_product([["value", "expected"], arms]))
    return wide.dropna().sort_index()


def benefit_of(wide: pd.DataFrame, unit: str) -> np.ndarray:
    """What a design promises under each arm, more is better: a probability, or less of a risk."""
    value = wide["value"].to_numpy()
    return value if unit == SHARE else -value


def case_of(
    name: Mapping[str, str],
    wide: pd.DataFrame,
    benefit: np.ndarray,
    ends: pd.DataFrame,
    care: Care,
) -> Case:
    """Put one design beside one outcome.

    Args:
        name: `design endpoint unit`.
        wide: From `under_each_arm`: what it expects of the outcome.
        benefit: What it promises of the same rows, `(rows, arms)`.
        ends: `outcome weight by_others` by fold and patient, of these rows at least.
        care: What was given.
    """
    people = wide.index.get_level_values("patient")
    table = pd.DataFrame({"patient": people, "family": care.known["family"].reindex(people)})
    table["repeat"] = wide.index.get_level_values("fold").map(care.repeat)
    received = pd.Index(care.arms).get_indexer(care.known["arm"].reindex(people))
    outcome, weight = ends.loc[wide.index, ["outcome", "weight"]].to_numpy(float).T
    table["by_others"] = ends.loc[wide.index, "by_others"].to_numpy()
    chance = care.propensity.loc[wide.index].to_numpy()
    treated = Treated(received, outcome, weight, chance, wide["expected"].to_numpy())
    return Case(name, table.reset_index(drop=True), care.arms, treated, benefit)
