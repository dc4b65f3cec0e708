"""Survival curves: from hazards of intervals, or from log hazard ratios, to chances by month.

All that turns a model's answer into months is estimated on the patients of the fold but its test
part.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.endpoints import SURVIVAL, Endpoint
from gcin.model.outcomes import observed, teachers_of

POINTS = 64  # months at which a curve is given, besides the limits of the intervals
SUREST = 1 - 1e-9  # a hazard of one would end a curve before its time
COLUMNS = ["patient", "endpoint", "arm", "time", "survival"]


@dataclass(frozen=True)
class Clock:
    """How the events of the training patients fall over time.

    Attributes:
        months: Ascending from 0 to the longest follow-up.
        hazard: Cumulative hazard of the training patients by each of the months.
    """

    months: np.ndarray
    hazard: np.ndarray

    def hazard_by(self, months: np.ndarray) -> np.ndarray:
        """Cumulative hazard by some of the clock's own months."""
        return self.hazard[np.searchsorted(self.months, months)]


def clock_of(learnt: pd.DataFrame, endpoint: str, cuts: list[float]) -> Clock:
    """Make the clock of an endpoint.

    Args:
        learnt: Patients, with `{endpoint}_time` and `{endpoint}_event`.
        endpoint: Name of a survival endpoint.
        cuts: Inner limits of its intervals in months, which the clock's months include.
    """
    known = learnt[observed(learnt, endpoint)]
    time, event = (known[f"{endpoint}_{part}"].to_numpy(dtype=float) for part in ("time", "event"))
    followed = np.quantile(time, np.linspace(0, 1, POINTS + 1)) if len(time) else [0.0]
    months = np.unique(np.concatenate([[0.0], followed, cuts]))
    steps, hazard = cumulative_hazard(time, event, np.zeros(len(time)))
    return Clock(months, step_at(steps, hazard, months))


def cumulative_hazard(
    time: np.ndarray, event: np.ndarray, risk: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the cumulative hazard at risk zero (Breslow 1972; Nelson-Aalen where all are zero).

    Args:
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        risk: Log hazard ratio of each patient.

    Returns:
        Months of the events, ascending, and the hazard summed up to each.
    """
    steps = np.unique(time[event > 0])
    happened = np.array([np.sum((time == step) & (event > 0)) for step in steps], float)
    at_risk = np.array([np.exp(risk[time >= step]).sum() for step in steps], float)
    return steps, np.cumsum(happened / at_risk)


def step_at(steps: np.ndarray, values: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Read a step function that is 0 before its first step."""
    return np.concatenate([[0.0], values])[np.searchsorted(steps, months, side="right")]


def survival_of(hazards: np.ndarray, cuts: list[float], clock: Clock) -> np.ndarray:
    """Turn hazards of intervals into survival by month.

    At the limits of the intervals the curve is the model's own. Between them, and in the last
    interval, which has no end, a patient's hazard runs in proportion to that of the training
    patients: nobody is asked of the last interval but those who had the event in it.

    Args:
        hazards: `(..., intervals)`, chance of the event in an interval once it is entered.
        cuts: Inner limits of the intervals in months.
        clock: Of the endpoint.

    Returns:
        `(..., months)`, falling from 1; the training patients' curve for everybody where no event
        was seen in them.
    """
    if not len(cuts):
        return np.broadcast_to(np.exp(-clock.hazard), (*hazards.shape[:-1], len(clock.months)))
    steps = -np.log1p(-np.minimum(hazards[..., :-1], SUREST))
    reached = np.concatenate([np.zeros((*steps.shape[:-1], 1)), steps.cumsum(axis=-1)], axis=-1)
    knots = np.concatenate([[0.0], clock.hazard_by(np.array(cuts))])
    place = np.array([np.interp(clock.hazard, knots, unit) for unit in np.eye(len(knots))])
    place[-1] *= np.maximum(clock.hazard / knots[-1], 1.0)
    return np.exp(-(reached @ place))


def curve_table(
    names: pd.Index, curves: Mapping[str, np.ndarray], clocks: Mapping[str, Clock], arms: list[str]
) -> pd.DataFrame:
    """Put curves into rows.

    Args:
        names: Patients.
        curves: Survival endpoint to `(patients, arms, months)`.
        clocks: Of each endpoint.
        arms: Names of the arms.

    Returns:
        `patient endpoint arm time survival`, time in months; empty without a survival endpoint.
    """
    blocks = [pd.DataFrame(columns=COLUMNS).astype({"time": float, "survival": "float32"})]
    for endpoint, survival in curves.items():
        months = clocks[endpoint].months
        keys = {
            "patient": np.repeat(names.to_numpy(), len(arms) * len(months)),
            "endpoint": endpoint,
            "arm": np.tile(np.repeat(arms, len(months)), len(names)),
            "time": np.tile(months, len(names) * len(arms)),
        }
        blocks.append(pd.DataFrame({**keys, "survival": survival.astype("float32").ravel()}))
    return pd.concat(blocks[1:] or blocks, ignore_index=True)


def clocks_of(table: pd.DataFrame, endpoints: Mapping[str, Endpoint]) -> dict[str, Clock]:
    """Make the clock of every survival endpoint; curves of all seeds have its months."""
    learnt = teachers_of(table)
    return {
        name: clock_of(learnt, name, endpoint.cuts)
        for name, endpoint in endpoints.items()
        if endpoint.kind == SURVIVAL
    }
