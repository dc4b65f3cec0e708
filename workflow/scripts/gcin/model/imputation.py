"""Predictive mean matching: what a patient lacks is taken from a training patient much alike.

Each clinical column is regressed on all the others in turn (chained equations; van Buuren,
Flexible Imputation of Missing Data, 2018, sections 3.4 and 4.5). Donors are the training patients
in whom the column is known; one of those whose expected value lies nearest to the patient's gives
the own value, so nothing is filled in that nobody ever had. Donors are expected by the mean of the
weights' posterior, the patient by one draw from it (type-1 matching).

Outcomes and arms take no part, since a new patient has none; genes neither.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.clinical_matrix import Categorical, Numeric, block_of

logger = logging.getLogger(__name__)

PRIOR = 1.0  # precision of the weights of standard columns, in units of the residual's
LEVEL = 1e-6  # the same of the intercept, which is hardly shrunk
ALIKE = 1e-9  # expected values closer than this are one


@dataclass(frozen=True)
class Donors:
    """Those who can give one column, and whom they are like.

    Attributes:
        name: Column of the clinical table.
        weights: Of one and of all other columns, drawn from the posterior; tells a patient's
            expected value.
        expected: The donors' expected values, ascending.
        values: What each of them has, in the same order.
    """

    name: str
    weights: np.ndarray
    expected: np.ndarray
    values: np.ndarray

    def give(self, others: np.ndarray, chances: np.ndarray, nearest: int) -> np.ndarray:
        """Values for some patients, each from one of the nearest donors or their equals.

        Args:
            others: Their other columns, `(patients, columns)`.
            chances: A number from 0 to below 1 for each, which picks the donor.
            nearest: Donors to pick from.
        """
        wanted, nearest = with_one(others) @ self.weights, min(nearest, len(self.expected))
        place = np.searchsorted(self.expected, wanted)[:, None] - np.arange(nearest + 1)
        first = np.clip(place, 0, len(self.expected) - nearest)
        below, above = self.expected[first], self.expected[first + nearest - 1]
        reach = np.maximum(wanted[:, None] - below, above - wanted[:, None]).min(axis=1) + ALIKE
        low = np.searchsorted(self.expected, wanted - reach, side="left")
        high = np.searchsorted(self.expected, wanted + reach, side="right")
        return self.values[low + np.floor(chances * (high - low)).astype(int)]


@dataclass(frozen=True)
class Imputation:
    """The donors of every column, in the order in which columns are filled.

    Attributes:
        columns: Donors of each.
        start: What stands for a missing column at first: its training patients' mean, by name.
        nearest: Donors that one is picked from.
        rounds: How often every column is filled, each time from the others as filled before.
        seed: Of every draw.
    """

    columns: list[Donors]
    start: dict[str, np.ndarray]
    nearest: int
    rounds: int
    seed: int


def fit_imputation(
    table: pd.DataFrame,
    clinical: list[Numeric | Categorical],
    donors: int,
    rounds: int,
    seed: int,
) -> Imputation:
    """Learn from training patients who can give what to whom.

    Args:
        table: Clinical table of the training patients.
        clinical: From `fit_clinical`, of the same.
        donors: Nearest donors that one is picked from.
        rounds: Turns through all columns.
        seed: Of the draws.
    """
    random, table = np.random.default_rng(seed), typed(table, clinical)
    blocks = {column.name: block_of(table[column.name], column) for column in clinical}
    start = {name: np.nanmean(block, axis=0) for name, block in blocks.items()}
    missing = table.isna()
    order = missing.sum().sort_values(kind="stable").index
    filled = started(blocks, start)
    kinds, fitted = {column.name: column for column in clinical}, {}
    for _ in range(rounds):
        for name in order:
            lacking, others = missing[name].to_numpy(), others_of(filled, name)
            known = ~lacking
            goal, having = filled[name][known], table.loc[known, name].to_numpy()
            fitted[name] = _fit_donors(name, others[known], goal, having, random)
            chances = random.random(lacking.sum())
            given = pd.Series(fitted[name].give(others[lacking], chances, donors))
            filled[name][lacking] = block_of(given, kinds[name])
    logger.info("matched %d missing values of %d columns", missing.to_numpy().sum(), len(order))
    return Imputation([fitted[name] for name in order], start, donors, rounds, seed)


def complete(
    table: pd.DataFrame, clinical: list[Numeric | Categorical], imputation: Imputation
) -> pd.DataFrame:
    """Fill in what any patients lack, by what was learnt from the training patients.

    A patient's draws follow from the seed and the patient's own values: neither the patients
    around nor a name change them.

    Args:
        table: Clinical table; a column that is absent counts as missing in all patients.
        clinical: As `fit_imputation` was given.
        imputation: Learnt in training.

    Returns:
        The columns of `clinical`, complete; what was known stays as it was.
    """
    table = typed(table, clinical)
    rows = table.isna().any(axis=1).to_numpy()
    lacking = table[rows]
    missing, given = lacking.isna(), lacking.astype(object)
    kinds = {column.name: column for column in clinical}
    blocks = {name: block_of(lacking[name], kinds[name]) for name in lacking}
    filled = started(blocks, imputation.start)
    chances = _chances(lacking, imputation)
    for turn in range(imputation.rounds):
        for donors in imputation.columns:
            name = donors.name
            own, place = missing[name].to_numpy(), list(lacking).index(name)
            chance, others = chances[own, turn, place], others_of(filled, name)[own]
            values = donors.give(others, chance, imputation.nearest)
            given.loc[own, name] = values
            filled[name][own] = block_of(pd.Series(values), kinds[name])
    whole = table.astype(object)
    whole.loc[rows] = given.to_numpy()
    return whole.astype(table.dtypes)


def typed(table: pd.DataFrame, clinical: list[Numeric | Categorical]) -> pd.DataFrame:
    """The columns of `clinical` alone: numbers as float64, codes as text."""
    wanted = {
        column.name: "float64" if isinstance(column, Numeric) else "object" for column in clinical
    }
    return table.reindex(columns=list(wanted)).astype(wanted)


def started(blocks: dict[str, np.ndarray], start: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Blocks of columns with `start` in the place of what is missing."""
    return {name: np.where(np.isnan(block), start[name], block) for name, block in blocks.items()}


def others_of(filled: dict[str, np.ndarray], name: str) -> np.ndarray:
    """All columns but one, side by side."""
    blocks = [block for other, block in filled.items() if other != name]
    return np.hstack(blocks) if blocks else np.zeros((len(filled[name]), 0))


def with_one(columns: np.ndarray) -> np.ndarray:
    """Columns behind a column of ones."""
    return np.column_stack([np.ones(len(columns)), columns])


def ridge_weights(others: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Weights of one and of the other columns, `(1 + others, goals)`, slightly shrunk."""
    design = with_one(others)
    return np.linalg.solve(design.T @ design + _prior(others), design.T @ goal)


def _prior(others: np.ndarray) -> np.ndarray:
    return np.diag([LEVEL, *[PRIOR] * others.shape[1]])


def _fit_donors(
    name: str,
    others: np.ndarray,
    goal: np.ndarray,
    having: np.ndarray,
    random: np.random.Generator,
) -> Donors:
    """Regress a column on the others, and put its donors in order.

    Args:
        name: Of the column.
        others: Of the donors, `(donors, columns)`.
        goal: The column, `(donors, 1)`, or its levels, `(donors, levels)`.
        having: What the donors have.
        random: For the draw of the weights.
    """
    design = with_one(others)
    prior = _prior(others)
    precision = design.T @ design + prior
    weights = ridge_weights(others, goal)
    # Levels become one number: their places on the axis along which the other columns part them.
    fits = design @ weights
    axis = np.linalg.svd(fits - fits.mean(axis=0), full_matrices=False)[2][0]
    mean, answer = weights @ axis, goal @ axis
    spent = np.trace(np.linalg.solve(precision, precision - prior))
    variance = np.sum((answer - design @ mean) ** 2) / random.chisquare(max(len(goal) - spent, 1.0))
    noise = random.standard_normal(len(mean)) * np.sqrt(variance)
    drawn = mean + np.linalg.solve(np.linalg.cholesky(precision).T, noise)
    expected = design @ mean
    order = np.argsort(expected, kind="stable")
    return Donors(name, drawn, expected[order], having[order])


def _chances(table: pd.DataFrame, imputation: Imputation) -> np.ndarray:
    """Random numbers from 0 to below 1, `(patients, rounds, columns)`."""
    shape = (imputation.rounds, table.shape[1])
    hashes = pd.util.hash_pandas_object(table, index=False)
    drawn = [np.random.default_rng([imputation.seed, own]).random(shape) for own in hashes]
    return np.array(drawn).reshape(len(table), *shape)
