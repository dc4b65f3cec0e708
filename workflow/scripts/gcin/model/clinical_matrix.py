"""Clinical columns as numbers: scaled, one column per level, with what is missing marked."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

SKEWED = 2.0
LARGEST = 5.0
MIN_LEVEL_SHARE = 0.01
MIN_LEVEL_PATIENTS = 10  # enough for a level of its own, however small their share
MOST_RANKS = 6


@dataclass(frozen=True)
class Numeric:
    """A number that training patients showed more than one value of.

    Attributes:
        name: Column of the clinical table.
        logarithm: Whether log(1 + x) is used: never negative and strongly skewed.
        mean: Mean of the observed values, which missing ones are given.
        scale: Standard deviation of the observed values.
        knots: Points, in units of `scale` from the mean, where the slope may change.
        marked: Whether a further column marks the missing values.
        steps: Of a number that takes few values (a stage, a grade), each step up from one value to
            the next: both, in units of `scale` from the mean, and the share of patients who are
            at or above the upper one. Empty for other numbers, and where frozen without steps.
        above: Mean of the column of each knot. With it and the shares of steps, a number that is
            missing and not marked stands for all patients: at the mean number it would be a patient
            between those who have the outcome at both ends of it. Empty where frozen without.
    """

    name: str
    logarithm: bool
    mean: float
    scale: float
    knots: tuple[float, ...]
    marked: bool
    steps: tuple[tuple[float, float, float], ...] = ()
    above: tuple[float, ...] = ()


@dataclass(frozen=True)
class Categorical:
    """A column of codes with the levels that training patients showed often enough.

    Attributes:
        name: Column of the clinical table.
        levels: Each of them has a column.
        marked: Whether a further column marks the missing values.
        shares: Of each level among the training patients whose code is known. They stand for a code
            that is missing and not marked, as no level at all would be a patient of whom training
            tells nothing, as far from a common level as from a rarer one; and for rare and unknown
            ones, unless rare ones were together as many as a level has: then these are no level,
            and shares add up to less than one. Empty of a single level, and where frozen without.
    """

    name: str
    levels: tuple[str, ...]
    marked: bool
    shares: tuple[float, ...] = ()


def fit_clinical(
    table: pd.DataFrame, knots: int, mark_missing: bool = True
) -> list[Numeric | Categorical]:
    """Learn scales and levels from the clinical table of the training patients.

    Args:
        table: Training patients; numbers are float columns, codes are text.
        knots: Most points per number where its slope may change.
        mark_missing: Whether a column of its own says of whom a value is missing.
    """
    fitted = [
        _fit_numeric(table[name], knots)
        if pd.api.types.is_numeric_dtype(table[name])
        else _fit_categorical(table[name])
        for name in table
    ]
    kept = [column for column in fitted if column is not None]
    if not mark_missing:
        kept = [replace(column, marked=False) for column in kept]
    logger.info("kept %d of %d clinical columns: more than one value", len(kept), len(fitted))
    return kept


def clinical_matrix(
    table: pd.DataFrame,
    fitted: list[Numeric | Categorical],
    filled: Mapping[str, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Turn a clinical table into numbers with the scales and levels learnt in training.

    Args:
        table: Any patients; a column that is absent counts as missing in all of them.
        fitted: From `fit_clinical`.
        filled: Each column of the same patients as `block_of` gives it, with every missing value
            filled in; without it a missing number is the mean, and a missing code no level, where
            they are marked, else each column of theirs is at its mean. What is marked as missing is
            what `table` lacks in either case.

    Returns:
        Patients by columns without missing values; a level that training patients did not show, or
        seldom, is no level where they showed many such, else the shares of the levels.
    """
    table = table.reindex(columns=[column.name for column in fitted])
    blocks = []
    for column in fitted:
        values = table[column.name]
        shown = block_of(values, column) if filled is None else filled[column.name]
        if isinstance(column, Categorical) and column.shares:
            shown = np.where(_unread(shown, column)[:, None], column.shares, shown)
        make = _numeric_block if isinstance(column, Numeric) else _categorical_block
        blocks.append(make(shown, values.isna().to_numpy(), column))
    empty = pd.DataFrame(index=table.index)
    named = [block.set_axis(table.index) for block in blocks]
    return pd.concat([empty, *named], axis=1).astype("float32")


def block_of(values: pd.Series, column: Numeric | Categorical) -> np.ndarray:
    """A column as models regress on it, `(patients, 1)` or `(patients, levels)`; NaN if missing."""
    if isinstance(column, Numeric):
        return _standard(values, column).to_numpy()[:, None]
    levels = values.to_numpy()[:, None] == np.array(column.levels, dtype=object)
    return np.where(values.isna().to_numpy()[:, None], np.nan, levels)


def _unread(shown: np.ndarray, column: Categorical) -> np.ndarray:
    """Tell of which patients no level is known that training patients had, and none is marked."""
    missing = np.isnan(shown).any(axis=1)
    unknown = (shown == 0).all(axis=1) & np.isclose(sum(column.shares), 1)
    return unknown | (missing & (not column.marked))


def _is_marked(values: pd.Series) -> bool:
    share = values.isna().mean()
    return bool(MIN_LEVEL_SHARE <= share <= 1 - MIN_LEVEL_SHARE)


def _fit_numeric(values: pd.Series, knots: int) -> Numeric | None:
    seen = values.dropna().astype(float)
    if seen.nunique() < 2:
        return None
    logarithm = bool(seen.min() >= 0 and seen.nunique() > 2 and seen.skew() > SKEWED)
    shown = np.log1p(seen) if logarithm else seen
    mean, scale = float(shown.mean()), float(shown.std(ddof=0))
    wanted = knots if shown.nunique() > 10 * knots else 0
    shares = np.arange(1, wanted + 1) / (wanted + 1)
    places = np.unique(((shown.quantile(shares) - mean) / scale).round(6))
    # As `_standard` shows them.
    scaled = ((shown - mean) / scale).clip(-LARGEST, LARGEST)
    steps = _steps(scaled) if knots else ()
    above = tuple(float(np.maximum(scaled - place, 0).mean()) for place in places)
    marked = _is_marked(values)
    return Numeric(str(values.name), logarithm, mean, scale, tuple(places), marked, steps, above)


def _steps(scaled: pd.Series) -> tuple[tuple[float, float, float], ...]:
    """Steps of a number of three to MOST_RANKS values, but those that few are beyond or before."""
    values = np.unique(scaled)
    if not 3 <= len(values) <= MOST_RANKS:
        return ()
    shares = np.array([(scaled >= value).mean() for value in values])
    first = np.flatnonzero(shares > 1 - MIN_LEVEL_SHARE)[-1]
    kept = [first, *np.flatnonzero((shares >= MIN_LEVEL_SHARE) & (shares <= 1 - MIN_LEVEL_SHARE))]
    return tuple(
        (float(values[low]), float(values[high]), float(shares[high]))
        for low, high in pairwise(kept)
    )


def _fit_categorical(values: pd.Series) -> Categorical | None:
    counts = values.value_counts()
    enough = min(MIN_LEVEL_SHARE * len(values), MIN_LEVEL_PATIENTS)
    levels = sorted(counts.index[counts >= enough].astype(str))
    if len(levels) < 2 and not (levels and _is_marked(values)):
        return None
    return Categorical(
        str(values.name), tuple(levels), _is_marked(values), _shares(counts, levels, enough)
    )


def _shares(counts: pd.Series, levels: list[str], enough: float) -> tuple[float, ...]:
    """Shares of levels among all whose code is known, but for rare ones who are few in all."""
    if len(levels) < 2:
        return ()  # all that is known would be that one
    common, everybody = counts[levels], counts.sum()
    is_many = everybody - common.sum() >= enough
    return tuple((common / (everybody if is_many else common.sum())).tolist())


def _standard(values: pd.Series, column: Numeric) -> pd.Series:
    """A number in units of its scale from its mean, limited; NaN where missing."""
    shown = values.astype(float)
    shown = np.log1p(shown.clip(lower=0)) if column.logarithm else shown
    return ((shown - column.mean) / column.scale).clip(-LARGEST, LARGEST)


def _numeric_block(shown: np.ndarray, missing: np.ndarray, column: Numeric) -> pd.DataFrame:
    scaled = np.nan_to_num(shown[:, 0])
    # Of whom nothing is known or filled in, each column is at its own mean.
    blank = np.isnan(shown[:, 0]) & (not column.marked)
    block = {} if column.steps else {column.name: scaled}
    for number, (low, high, share) in enumerate(column.steps, start=1):
        climbed = np.clip((scaled - low) / (high - low), 0, 1)
        climbed = np.where(blank, share, climbed)
        block[f"{column.name} step {number}"] = (climbed - share) / np.sqrt(share * (1 - share))
    for number, knot in enumerate(column.knots, start=1):
        beyond = np.maximum(scaled - knot, 0)
        mean = column.above[number - 1] if column.above else beyond
        block[f"{column.name} above knot {number}"] = np.where(blank, mean, beyond)
    if column.marked:
        block[f"{column.name} missing"] = missing.astype(float)
    return pd.DataFrame(block)


def _categorical_block(shown: np.ndarray, missing: np.ndarray, column: Categorical) -> pd.DataFrame:
    told = np.nan_to_num(shown)
    block = {f"{column.name}={level}": told[:, place] for place, level in enumerate(column.levels)}
    if column.marked:
        block[f"{column.name} missing"] = missing.astype(float)
    return pd.DataFrame(block).astype(float)
