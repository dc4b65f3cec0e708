"""Split-conformal bands: between which amounts a patient's own lies, as often as was promised.

A model missed the amounts of the validation patients, whom it was not fitted on, by so much; the
share wanted of them was missed by no more than the half width of the band (Vovk, Gammerman and
Shafer 2005). Misses are measured on the scale that the card declares, so that under a root or a
logarithm large amounts get the wider bands that they need. Over models, limits are averaged, which
keeps the coverage in practice but not by proof.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.model.conformal import GROUPS, ROUNDING, finest
from gcin.model.endpoints import BACK, PLAIN, THERE

LIMITS = ["low", "high"]


def conformal_bands(
    held: pd.DataFrame,
    rows: pd.DataFrame,
    models: list[str],
    units: list[str],
    conformal: Mapping,
    transforms: Mapping[str, str],
) -> pd.DataFrame:
    """Put a band around the amounts predicted, each model by its own validation patients.

    Args:
        held: Part validation: `endpoint arm cancer_type value amount` and the columns `models`.
        rows: What the models say: `endpoint arm cancer_type value`, `models` and `units`.
        models: Columns that name a model.
        units: Columns that name what is answered once: limits are averaged over its models.
        conformal: `coverage` wanted, and `min_patients` of a group of its own.
        transforms: Quantity to its transform, where it has one.

    Returns:
        `endpoint`, `units`, `low` and `high`; no limit (infinite) where validation patients are too
        few for the coverage. None below zero of an amount that is below zero in nobody: it costs no
        coverage there.
    """
    keys = ["endpoint", *models]
    past = dict(list(held.groupby(keys)))
    blocks = [rows.iloc[:0].assign(low=0.0, high=0.0)]
    for model, own in rows.groupby(keys):
        transform = transforms.get(model[0], PLAIN)
        widths = half_widths(past[model], transform, **conformal) if model in past else {(): np.inf}
        blocks.append(own.assign(**limits(own, widths, transform)))
    means = pd.concat(blocks[1:] or blocks).groupby(["endpoint", *units])[LIMITS].mean()
    bands = means.reset_index()
    return bands.assign(**{name: from_zero(bands, name, held) for name in LIMITS})


def from_zero(rows: pd.DataFrame, column: str, held: pd.DataFrame) -> pd.Series:
    """Lift to zero what is below it of amounts that are below zero in nobody, such as doses.

    Args:
        rows: `endpoint` and the column.
        column: Amounts, or limits of theirs.
        held: Patients with a known amount: `endpoint amount`.
    """
    lowest = rows["endpoint"].map(held.groupby("endpoint")["amount"].min())
    return rows[column].mask((lowest >= 0) & (rows[column] < 0), 0.0)


def half_widths(
    held: pd.DataFrame, transform: str, coverage: float, min_patients: int
) -> dict[tuple, float]:
    """Learn how far a model misses, in everybody and in each group that is large enough.

    Args:
        held: Calibration patients of one model: `arm cancer_type value amount`.
        transform: Scale on which misses are measured.
        coverage: Share of patients whose amount is to lie in the band.
        min_patients: Fewest patients of a group of its own.

    Returns:
        Group to the half width of its band on that scale.
    """
    there = THERE[transform]
    miss = np.abs(there(held["amount"].to_numpy(float)) - there(held["value"].to_numpy(float)))
    misses = held.assign(miss=miss)
    widths = {(): _width(misses, coverage)}
    for columns in GROUPS[:-1]:
        for place, own in misses.groupby(list(columns)):
            if len(own) >= min_patients:
                widths[tuple(place)] = _width(own, coverage)
    return widths


def limits(rows: pd.DataFrame, widths: Mapping[tuple, float], transform: str) -> dict:
    """Lower and upper limit of each row, in the unit of the amount."""
    middle = THERE[transform](rows["value"].to_numpy(float))
    places = rows[["arm", "cancer_type"]].to_numpy()
    half = np.array([widths[finest(widths, *place)] for place in places])
    back = BACK[transform]
    return {"low": back(middle - half), "high": back(middle + half)}


def _width(held: pd.DataFrame, coverage: float) -> float:
    """The smallest miss that the share wanted of patients, one more counted, does not exceed."""
    place = int(np.ceil((len(held) + 1) * coverage - ROUNDING))
    return float(np.sort(held["miss"])[place - 1]) if place <= len(held) else np.inf
