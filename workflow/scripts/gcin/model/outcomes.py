"""Outcomes as the models see them: endpoints, targets with weights, intervals of time."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gcin.model.endpoints import BINARY, QUANTITY, SURVIVAL, Endpoint, columns_of, kinds_in
from gcin.splits.turns import parts_at
from gcin.tables import read_text

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PersonPeriods:
    """Patients unrolled over the intervals that they were watched through.

    Attributes:
        patient: Row of the patient in the table it came from.
        interval: Number of the interval, from 0.
        event: 1.0 where the event fell into the interval.
    """

    patient: np.ndarray
    interval: np.ndarray
    event: np.ndarray


def outcome_columns(patients: pd.DataFrame) -> list[str]:
    """Name the columns of a table that hold outcomes."""
    return [
        column for name, kind in kinds_in(patients).items() for column in columns_of(name, kind)
    ]


def fold_table(patients: str, fold: str, seed: int) -> pd.DataFrame:
    """Read what one seed of a design is fitted from: `training_table` of a fold's files.

    Args:
        patients: Parquet, one row per patient.
        fold: Tab-separated `patient part turn`.
        seed: Says whose turn to validate it is.
    """
    split = parts_at(read_text(fold), seed)
    return training_table(pd.read_parquet(patients), split)


def training_table(patients: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    """Join the patients of a fold with their part, and blank every outcome of part `test`.

    Everything that is fitted starts from this table, so nothing can learn from a locked outcome.

    Args:
        patients: One row per patient, with `patient`, `role` and the outcomes.
        split: `patient` and `part` (train, validation or test).

    Returns:
        Patients of the fold in the order of `split`, indexed by `patient`, with `part`.

    Raises:
        ValueError: A patient of the fold is missing from the table.
    """
    known = patients[patients["role"] == "train"].set_index("patient")
    unknown = sorted(set(split["patient"]) - set(known.index))
    if unknown:
        raise ValueError(
            f"the fold names {len(unknown)} patient(s) that are not in the study's table: "
            f"{', '.join(unknown[:5])}. Make the splits again."
        )
    table = known.loc[split["patient"]].assign(part=split["part"].to_numpy())
    columns = outcome_columns(table)
    table[columns] = table[columns].astype("float64")
    table.loc[table["part"] == "test", columns] = np.nan
    return table


def teachers_of(table: pd.DataFrame) -> pd.DataFrame:
    """Patients of a fold who teach one seed or another: known arm, not of part test.

    What is estimated on them is the same for every seed, whoever's turn to validate it is.
    """
    return table[(table["part"] != "test") & table["arm"].notna()]


def observed(table: pd.DataFrame, endpoint: str) -> np.ndarray:
    """Say of which patients an endpoint is known."""
    names = columns_of(endpoint, kinds_in(table)[endpoint])
    return table[names].notna().all(axis=1).to_numpy()


def require_answers(endpoints: Mapping[str, Endpoint], table: pd.DataFrame) -> None:
    """Refuse yes-or-no endpoints and survival of which training patients show one outcome only.

    Args:
        endpoints: By name.
        table: Patients of part train with outcomes.

    Raises:
        ValueError: Names the endpoints; nothing can be learnt of them.
    """
    settled = []
    for name, endpoint in endpoints.items():
        answer = table.loc[observed(table, name), columns_of(name, endpoint.kind)[-1]]
        # An event of everybody still comes sooner or later; no event comes never.
        alike = (answer == 0).all() if endpoint.kind == SURVIVAL else answer.nunique() < 2
        if alike and not endpoint.numeric:
            settled.append(f"{name} ({len(answer)} patients)")
    if settled:
        raise ValueError(
            f"All training patients of this fold have the same outcome of {', '.join(settled)}, so "
            "nothing can be learnt of it. Leave it out of the study's endpoints, join outcomes in "
            "the cards, or choose fewer folds."
        )


def with_untaught(endpoints: Mapping[str, Endpoint], table: pd.DataFrame) -> dict[str, Endpoint]:
    """Note with each endpoint the arms that have patients in training, but none who teaches it.

    Whatever a model said of such an arm would be the others' answer drawn towards one half. Nor
    does survival teach where all left the arm event-free before the middle of the first interval.

    Args:
        endpoints: By name.
        table: Patients of part train with `arm` and outcomes.
    """
    noted = {}
    for name, endpoint in endpoints.items():
        is_asked = targets_of(table, name, endpoint)[..., 1].any(axis=1)
        taught = table["arm"][is_asked].astype(str)
        untaught = sorted({*table["arm"].dropna().astype(str)} - {*taught})
        if untaught:
            arms = ", ".join(untaught)
            logger.warning("nothing is said of %s under %s: no training patient", name, arms)
        noted[name] = replace(endpoint, untaught=untaught)
    return noted


def interval_cuts(time: np.ndarray, event: np.ndarray, intervals: int) -> list[float]:
    """Cut the time since day 0 so that each interval holds about the same number of events.

    Args:
        time: Months to the event or the end of watching; NaN where unknown.
        event: 1 where the event was seen.
        intervals: Wanted number of intervals.

    Returns:
        Ascending inner limits in months, at most `intervals - 1`; the last interval is open. Where
        events are few or fall on the same months there are fewer: no other interval is without
        events, by which curves tell how far it has run.
    """
    seen = np.sort(time[(event == 1) & ~np.isnan(time)])
    if not len(seen):
        return []
    shares = np.arange(1, intervals) / intervals
    cuts = np.quantile(seen, shares)
    # So many events lie before each limit: where two have as many, none lies between them.
    before = np.searchsorted(seen, cuts, side="right")
    first = np.unique(before, return_index=True)[1]
    return cuts[first].tolist()


def hazard_targets(time: np.ndarray, event: np.ndarray, cuts: list[float]) -> np.ndarray:
    """Turn survival times into one yes-or-no question per interval.

    An interval counts (weight 1) where the patient entered it and its outcome is known: the event
    fell into it, or the patient was watched past its middle. The last interval has no middle.

    Returns:
        `(patients, intervals, 2)`: event in the interval, and weight; all zero where unknown.
    """
    limits = np.array([0.0, *cuts, np.inf])
    known = ~np.isnan(time) & ~np.isnan(event)
    months = np.where(known, time, 0.0)[:, None]
    middles = (limits[:-1] + limits[1:]) / 2
    happened = ((event == 1) & known)[:, None]
    inside = np.searchsorted(cuts, months, side="left") == np.arange(len(limits) - 1)
    entered = np.searchsorted(cuts, months, side="left") >= np.arange(len(limits) - 1)
    weight = known[:, None] & np.where(happened, entered, months >= middles)
    return np.stack([inside & happened, weight], axis=-1).astype("float32")


def answer_targets(answer: np.ndarray) -> np.ndarray:
    """Turn answers into the shape of one interval: `(patients, 1, 2)`, value and weight."""
    known = ~np.isnan(answer)
    return np.stack([np.where(known, answer, 0), known], axis=-1)[:, None].astype("float32")


def targets_of(table: pd.DataFrame, name: str, endpoint: Endpoint) -> np.ndarray:
    """Targets of one endpoint, `(patients, intervals, 2)`: value and weight."""
    columns = columns_of(name, endpoint.kind)
    values = [table[column].to_numpy(dtype=float) for column in columns]
    if endpoint.kind == BINARY:
        return answer_targets(*values)
    if endpoint.kind == QUANTITY:
        return answer_targets(endpoint.scale.scores(*values))
    return hazard_targets(*values, endpoint.cuts)


def by_arm(targets: np.ndarray, arm: np.ndarray, arms: int) -> np.ndarray:
    """Ask each patient's targets of the arm received only.

    Args:
        targets: `(patients, intervals, 2)`.
        arm: Number of the arm received; -1 where unknown, which gives no target at all.
        arms: Number of arms.

    Returns:
        `(patients, arms, intervals, 2)`, weight zero in the arms not received.
    """
    received = (arm[:, None] == np.arange(arms)).astype("float32")
    return targets[:, None] * received[:, :, None, None]


def person_periods(targets: np.ndarray) -> PersonPeriods:
    """Unroll `(patients, intervals, 2)` targets into one row per question that counts."""
    patient, interval = np.nonzero(targets[..., 1])
    return PersonPeriods(patient, interval, targets[patient, interval, 0])


def risk_of(hazards: np.ndarray) -> np.ndarray:
    """Sum the hazards of the intervals up to one risk: the mean share of patients gone.

    Args:
        hazards: `(..., intervals)`, chance of the event in an interval once it is entered.

    Returns:
        One minus the mean survival over the intervals' ends: 0 to 1, rising with every hazard.
    """
    return 1 - np.cumprod(1 - hazards, axis=-1).mean(axis=-1)


def values_of(endpoint: Endpoint, said: np.ndarray) -> np.ndarray:
    """Turn what a model says of one endpoint into what is reported.

    Args:
        endpoint: What was asked.
        said: `(..., intervals)`: chance of the event in each, or the score of a quantity.

    Returns:
        `(...)`: probability, risk of survival (higher = sooner event), or amount in its own unit.
    """
    if endpoint.kind == BINARY:
        return said[..., 0]
    return endpoint.scale.amounts(said[..., 0]) if endpoint.numeric else risk_of(said)
