"""Tables of omics as a few columns: scaled, or reduced to principal components, where measured."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

LARGEST = 5.0  # standard deviations from the mean; what lies further out is cut
MIN_MARKED_SHARE = 0.01


@dataclass(frozen=True)
class Omics:
    """What the training patients make of one table.

    Attributes:
        table: Its name on the card.
        features: Features read, each `table feature`.
        mean: Mean of each over the training patients in whom it was measured.
        scale: Standard deviation over the same.
        components: Weight of each feature in each principal component, scores having a standard
            deviation of one in training; None where the features stand for themselves.
        marked: Whether a further column marks the patients in whom none of the features was
            measured.
    """

    table: str
    features: list[str]
    mean: list[float]
    scale: list[float]
    components: list[list[float]] | None
    marked: bool

    @property
    def columns(self) -> list[str]:
        """Names of the columns that the table becomes."""
        if self.components is None:
            return self.features
        return [f"{self.table} component {number + 1}" for number in range(len(self.components))]

    def measured(self, values: pd.DataFrame) -> np.ndarray:
        """Say in which patients the table was measured at all."""
        return values.reindex(columns=self.features).notna().any(axis=1).to_numpy()

    def scores(self, values: pd.DataFrame) -> np.ndarray:
        """Columns of some patients, zero where not measured, `(patients, columns)`."""
        standard = _standard(values.reindex(columns=self.features), self.mean, self.scale)
        return standard if self.components is None else standard @ np.array(self.components).T


def fit_omics(values: pd.DataFrame, settings: Mapping) -> list[Omics]:
    """Learn what each table becomes from the training patients.

    Args:
        values: Training patients by features, `table feature`, NaN where not measured.
        settings: `min_measured`, `max_features` and `components`.
    """
    if values.columns.empty:
        return []
    tables = pd.Series(
        values.columns.str.split(" ", n=1).str[0], index=values.columns, dtype=object
    )
    fitted = [
        _fit_table(str(table), values[names.index], settings)
        for table, names in tables.groupby(tables, sort=False)
    ]
    return [omics for omics in fitted if omics is not None]


def omics_frame(values: pd.DataFrame, fitted: Sequence[Omics]) -> pd.DataFrame:
    """Columns of every table, without missing values, and marks of the tables not measured."""
    blocks = {}
    for omics in fitted:
        blocks |= dict(zip(omics.columns, omics.scores(values).T, strict=True))
        if omics.marked:
            blocks[f"{omics.table} missing"] = ~omics.measured(values)
    return pd.DataFrame(blocks, index=range(len(values))).astype("float32")


def omics_arrays(values: pd.DataFrame, fitted: Sequence[Omics]) -> dict[str, np.ndarray]:
    """Arrays of the network: `omics` (columns of all tables) and `omics_mask` (tables)."""
    scores = np.hstack([omics.scores(values) for omics in fitted])
    measured = np.stack([omics.measured(values) for omics in fitted], axis=1)
    return {"omics": scores.astype("float32"), "omics_mask": measured.astype("float32")}


def _fit_table(table: str, values: pd.DataFrame, settings: Mapping) -> Omics | None:
    here = values[values.notna().any(axis=1)]
    if here.empty:
        logger.warning("no training patient has table %s: it is not modelled", table)
        return None
    kept = here.loc[:, here.notna().mean() >= settings["min_measured"]]
    kept = kept.loc[:, kept.std(ddof=0) > 0]
    logger.info(
        "%s: %d of %d features: measured in a share of %g and more, and varying",
        table, kept.shape[1], values.shape[1], settings["min_measured"],
    )  # fmt: skip
    if kept.empty:
        return None
    mean, scale = kept.mean().tolist(), kept.std(ddof=0).tolist()
    components = None
    if kept.shape[1] > settings["max_features"]:
        components = _components(_standard(kept, mean, scale), settings["components"])
    # Who has other features of the table than are read is as unknown as who lacks the table.
    missing = 1 - kept.notna().any(axis=1).sum() / len(values)
    marked = MIN_MARKED_SHARE <= missing <= 1 - MIN_MARKED_SHARE
    return Omics(table, kept.columns.tolist(), mean, scale, components, bool(marked))


def _standard(values: pd.DataFrame, mean: list[float], scale: list[float]) -> np.ndarray:
    standard = (values.to_numpy("float64") - mean) / scale
    return np.nan_to_num(np.clip(standard, -LARGEST, LARGEST), nan=0.0)


def _components(standard: np.ndarray, most: int) -> list[list[float]]:
    """Principal components, each with its heaviest weight positive."""
    _, spread, weights = np.linalg.svd(standard - standard.mean(axis=0), full_matrices=False)
    count = min(most, int((spread > 1e-8 * spread[0]).sum()))
    heaviest = np.abs(weights[:count]).argmax(axis=1)
    sign = np.sign(weights[np.arange(count), heaviest])
    deviation = spread[:count] / np.sqrt(len(standard))
    return (weights[:count] * (sign / deviation)[:, None]).tolist()
