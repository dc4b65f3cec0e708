"""Visits before treatment: in their order for the network, summed up for simpler designs.

Tables of visits hold `row day name value`, a row per value, by patient and day: `row` is the
patient's place among those asked for, `day` is 0 or less.
"""

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

COLUMNS = ["row", "day", "name", "value"]
VISIT_ARRAYS = ("visits", "visit_changes", "visit_seen", "visit_months")
DAYS_PER_MONTH = 30.4375
LARGEST = 5.0  # standard deviations from the mean; what lies further out is cut
# Spread of days (months squared) at which a slope is halved: neighbouring days show no trend.
HALVING = 1.0
LEAST_SPREAD = 1e-6  # of slopes, deviations a month: less is what sums of rounded days leave


@dataclass(frozen=True)
class Visits:
    """What the training patients make of visits.

    Attributes:
        names: What is read of a visit: what varies among the visits of training patients.
        mean: Mean of each over these visits.
        scale: Standard deviation over the same.
        most: Visits of a patient that the network reads, the latest.
        slope_mean: Mean of each one's slope over the training patients with two visits or more.
        slope_scale: Standard deviation over the same; one where it does not vary, as of what
            changes in no patient.
    """

    names: list[str]
    mean: list[float]
    scale: list[float]
    most: int
    slope_mean: list[float]
    slope_scale: list[float]

    @property
    def columns(self) -> list[str]:
        """Names of the columns that sum visits up."""
        return [f"{name} {what}" for name in self.names for what in ("latest", "slope")]


def rows_of(visits: pd.DataFrame, chosen: np.ndarray) -> pd.DataFrame:
    """Visits of some patients, by their numbers; these are numbered anew in that order."""
    places = pd.DataFrame({"row": chosen, "new": np.arange(len(chosen))})
    found = visits.merge(places, on="row")
    found = found.assign(row=found["new"])[COLUMNS]
    return found.sort_values(["row", "day", "name"], ignore_index=True)


def fit_visits(visits: pd.DataFrame, most: int) -> Visits | None:
    """Learn from the visits of the training patients how any are read.

    Args:
        visits: Of the training patients.
        most: Visits of a patient that the network reads, the latest.

    Returns:
        None where nothing varies, or nobody has a visit.
    """
    values = visits.groupby("name")["value"]
    kept = values.nunique()[lambda count: count > 1].index
    logger.info("visits: %d of %d names vary in training", len(kept), values.ngroups)
    if kept.empty:
        return None
    mean, scale = values.mean()[kept].tolist(), values.std(ddof=0)[kept].tolist()
    zero, one = [0.0] * len(kept), [1.0] * len(kept)
    plain = Visits(kept.astype(str).tolist(), mean, scale, most, zero, one)
    slopes, places = _slopes(_standard(visits, plain)).groupby("place"), range(len(kept))
    slope_mean = slopes.mean().reindex(places).fillna(0).tolist()
    spread = slopes.std(ddof=0).reindex(places)
    slope_scale = spread.where(spread > LEAST_SPREAD, 1.0).tolist()
    return replace(plain, slope_mean=slope_mean, slope_scale=slope_scale)


def visit_frame(visits: pd.DataFrame, patients: int, fitted: Visits | None) -> pd.DataFrame:
    """Sum visits up: of each name the latest value, and its slope over time, standardised.

    What is not known of a patient stands at the mean. No column where nothing was fitted.
    """
    if fitted is None:
        return pd.DataFrame(index=range(patients))
    values = np.zeros((patients, len(fitted.names), 2), "float32")
    rows = _standard(visits, fitted)
    latest = rows.drop_duplicates(["row", "place"], keep="last")
    values[latest["row"], latest["place"], 0] = latest["value"]
    slopes = _slopes(rows)
    row, place = (slopes.index.get_level_values(key) for key in ("row", "place"))
    standard = (slopes - np.array(fitted.slope_mean)[place]) / np.array(fitted.slope_scale)[place]
    values[row, place, 1] = standard.clip(-LARGEST, LARGEST)
    return pd.DataFrame(values.reshape(patients, -1), columns=fitted.columns)


def visit_arrays(visits: pd.DataFrame, patients: int, fitted: Visits) -> dict[str, np.ndarray]:
    """VISIT_ARRAYS of the network, a patient's visits from the earliest on, then padding.

    Returns:
        `visits`, standardised, `visit_changes`, from when the name was measured before (zero the
        first time), and `visit_seen`, one where it was measured, all zero where not, `(patients,
        visits, names)`; `visit_months`, from each visit to day 0, `(patients, visits)`.
    """
    rows = _standard(visits, fitted)
    rows["change"] = rows.groupby(["row", "place"])["value"].diff().fillna(0)
    days = rows[["row", "month"]].drop_duplicates()
    days = days.groupby("row").tail(fitted.most)
    days = days.assign(visit=days.groupby("row").cumcount())
    width = int(days["visit"].max()) + 1 if len(days) else 1
    months = np.zeros((patients, width), "float32")
    months[days["row"], days["visit"]] = -days["month"]
    rows = rows.merge(days, on=["row", "month"])
    arrays = np.zeros((3, patients, width, len(fitted.names)), "float32")
    told = rows.assign(seen=1.0)[["value", "change", "seen"]]
    arrays[:, rows["row"], rows["visit"], rows["place"]] = told.to_numpy().T
    return dict(zip(VISIT_ARRAYS, (*arrays, months), strict=True))


def _standard(visits: pd.DataFrame, fitted: Visits) -> pd.DataFrame:
    """Visits of the names read: `row`, `place` of the name, `month`, standardised `value`."""
    kept = visits[visits["name"].isin(fitted.names)]
    place = pd.Index(fitted.names).get_indexer(kept["name"])
    value = (kept["value"] - np.array(fitted.mean)[place]) / np.array(fitted.scale)[place]
    return pd.DataFrame(
        {
            "row": kept["row"],
            "place": place,
            "month": kept["day"] / DAYS_PER_MONTH,
            "value": value.clip(-LARGEST, LARGEST),
        }
    )


def _slopes(rows: pd.DataFrame) -> pd.Series:
    """Change per month of each `row` and `place` with two visits or more, drawn towards none."""
    keys = ["row", "place"]
    several = rows[rows.duplicated(keys, keep=False)]
    off = several["month"] - several.groupby(keys)["month"].transform("mean")
    sums = several[keys].assign(rise=off * several["value"], spread=off**2).groupby(keys).sum()
    return sums["rise"] / (sums["spread"] + HALVING)
