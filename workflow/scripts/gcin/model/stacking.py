"""The average of designs, each with the same weight.

Probabilities and amounts are averaged as they are. Risks have no common scale (one design says a
share, another a log hazard ratio), so each is first ranked among the risks that its design gave
to the validation patients of the fold; the rank of a patient depends on nobody else.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.calibration import Calibration, fit_calibration
from gcin.model.curves import curve_table
from gcin.model.endpoints import BINARY, SURVIVAL, kinds_in

logger = logging.getLogger(__name__)

KEYS = ["patient", "endpoint", "arm"]


@dataclass(frozen=True)
class Stack:
    """What is frozen of a fold's stack.

    Attributes:
        references: Design to survival endpoint to the validation patients' risks, ascending.
        calibrations: Binary endpoint to the calibration of its averaged probability.
    """

    references: Mapping[str, Mapping[str, np.ndarray]]
    calibrations: Mapping[str, Calibration]


def by_design(tables: Sequence[pd.DataFrame], designs: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Average the runs of each design.

    Args:
        tables: Predictions or curves, one table per run.
        designs: Design of each run.

    Returns:
        Design to its table; numbers are means over its runs.
    """
    named = pd.concat(
        [table.assign(design=name) for table, name in zip(tables, designs, strict=True)]
    )
    return {name: _mean(rows.drop(columns="design")) for name, rows in named.groupby("design")}


def fit_stack(said: Mapping[str, pd.DataFrame], patients: pd.DataFrame) -> Stack:
    """Learn ranks and calibration from the validation patients of a fold.

    Args:
        said: Design to `patient part endpoint arm value`.
        patients: `patient arm` and outcomes; those of other parts than validation are not looked
            at.
    """
    held = {name: rows[rows["part"] == "validation"] for name, rows in said.items()}
    kinds = kinds_in(patients)
    references = {
        name: {
            endpoint: np.sort(values["value"].to_numpy())
            for endpoint, values in rows.groupby("endpoint")
            if kinds[endpoint] == SURVIVAL
        }
        for name, rows in held.items()
    }
    raw, calibrations = _averaged(held, references), {}
    for endpoint, rows in raw.groupby("endpoint"):
        if kinds[endpoint] == BINARY:
            outcomes = patients[["patient", "arm", endpoint]].dropna()
            known = rows.merge(outcomes, on=["patient", "arm"])
            logger.info("calibrated %s of %s on %d patients", endpoint, ", ".join(said), len(known))
            outcome = known[endpoint].to_numpy(dtype=float)
            calibrations[endpoint] = fit_calibration(known["raw"].to_numpy(), outcome)
    return Stack(references, calibrations)


def stacked(said: Mapping[str, pd.DataFrame], stack: Stack) -> pd.DataFrame:
    """Average what designs say; a design that is silent about an endpoint has no part in it.

    Args:
        said: Design to `patient endpoint arm value`, of any patients.
        stack: From `fit_stack`.

    Returns:
        `patient endpoint arm raw value`; `value` is calibrated where the endpoint is binary.
    """
    table = _averaged(said, stack.references)
    table["value"] = table["raw"]
    for endpoint, calibration in stack.calibrations.items():
        own = table["endpoint"] == endpoint
        table.loc[own, "value"] = calibration.apply(np.clip(table.loc[own, "raw"], 0, 1))
    return table


def stack_fold(
    said: Mapping[str, pd.DataFrame], patients: pd.DataFrame
) -> tuple[Stack, pd.DataFrame]:
    """Fit a stack to a fold, and average what its designs say there.

    Args:
        said: Design to `patient part endpoint arm value` of whoever validates for any of its seeds,
            and of part test.
        patients: From `fold_table` of any seed, with `patient` as a column.

    Returns:
        The stack; and `patient part endpoint arm raw value`.
    """
    # Whoever validates for any seed of the members, does so for their average.
    part = patients["part"].where(patients["part"] == "test", "validation")
    table = patients.assign(part=part)
    stack = fit_stack(said, table)
    rows = stacked(said, stack).merge(table[["patient", "part"]], on="patient")
    return stack, rows[["patient", "part", "endpoint", "arm", "raw", "value"]]


def stacked_curves(curves: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Average survival curves: the chance to live where each design is as likely to be right.

    Args:
        curves: Design to `patient endpoint arm time survival`, on the same months; none where
            nobody's survival is asked.
    """
    blocks = [curve_table(pd.Index([]), {}, {}, []), *curves.values()]
    mean = _mean(pd.concat(blocks[1:] or blocks, ignore_index=True), [*KEYS, "time"])
    return mean.astype({"survival": "float32"})


def rank_among(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Rank values among those of a reference, from 0 (its lowest) to 1 (its highest).

    Between two of them the rank runs straight, and beyond them on in proportion to their range, so
    that two different values never share a rank; one half where the reference is a single value.
    """
    steps, first = np.unique(reference, return_index=True)
    if len(steps) < 2:
        return np.full(len(values), 0.5)
    ranks = first / first[-1]
    inside = np.interp(values, steps, ranks)
    beyond = values - np.clip(values, steps[0], steps[-1])
    return inside + beyond / (steps[-1] - steps[0])


def _averaged(
    said: Mapping[str, pd.DataFrame], references: Mapping[str, Mapping[str, np.ndarray]]
) -> pd.DataFrame:
    blocks = [pd.DataFrame(columns=[*KEYS, "raw"]).astype({"raw": float})]
    blocks += [
        rows[KEYS].assign(raw=_comparable(rows["value"].to_numpy(), endpoint, references[name]))
        for name, table in said.items()
        for endpoint, rows in table.groupby("endpoint", sort=False)
    ]
    return _mean(pd.concat(blocks[1:] or blocks, ignore_index=True), KEYS)


def _comparable(
    values: np.ndarray, endpoint: str, reference: Mapping[str, np.ndarray]
) -> np.ndarray:
    return rank_among(values, reference[endpoint]) if endpoint in reference else values


def _mean(rows: pd.DataFrame, keys: list[str] | None = None) -> pd.DataFrame:
    numbers = ("raw", "value", "survival")
    keys = [name for name in rows if name not in numbers] if keys is None else keys
    return rows.groupby(keys, as_index=False, sort=False).mean()
