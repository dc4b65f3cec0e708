"""What a patient lacks, filled in by what is to be expected of a patient like that.

Each clinical column is regressed on all the others in turn, and a missing value becomes its
expectation: a number, or the chance of each level of a code. A prediction wants that rather than
the draw of predictive mean matching, which adds the noise of a single donor, or the mean of all
patients, which forgets that a genotype goes with its neighbour's.

Outcomes and arms take no part, since a new patient has none; genes neither.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.clinical_matrix import LARGEST, Categorical, Numeric, block_of
from gcin.model.imputation import (
    Imputation,
    complete,
    others_of,
    ridge_weights,
    started,
    typed,
    with_one,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Regression:
    """One column by all others.

    Attributes:
        name: Column of the clinical table.
        weights: Of one and of all other columns, `(1 + others, levels)`.
    """

    name: str
    weights: np.ndarray


@dataclass(frozen=True)
class Expectation:
    """The regression of every column, in the order in which columns are filled.

    Attributes:
        columns: Regression of each.
        start: What stands for a missing column at first: its training patients' mean, by name.
        rounds: How often every column is filled, each time from the others as filled before.
    """

    columns: list[Regression]
    start: dict[str, np.ndarray]
    rounds: int


def fit_expectation(
    table: pd.DataFrame, clinical: list[Numeric | Categorical], rounds: int
) -> Expectation:
    """Learn from training patients what goes with what.

    Args:
        table: Clinical table of the training patients.
        clinical: From `fit_clinical`, of the same.
        rounds: Turns through all columns.
    """
    table = typed(table, clinical)
    blocks = {column.name: block_of(table[column.name], column) for column in clinical}
    start = {name: np.nanmean(block, axis=0) for name, block in blocks.items()}
    missing, filled = table.isna(), started(blocks, start)
    order, fitted = missing.sum().sort_values(kind="stable").index, {}
    for _ in range(rounds):
        for name in order:
            lacking, others = missing[name].to_numpy(), others_of(filled, name)
            weights = ridge_weights(others[~lacking], blocks[name][~lacking])
            fitted[name] = Regression(name, weights)
            filled[name][lacking] = _expected(others[lacking], weights, clinical, name)
    logger.info("expected %d missing values of %d columns", missing.to_numpy().sum(), len(order))
    return Expectation([fitted[name] for name in order], start, rounds)


def expected_blocks(
    table: pd.DataFrame, clinical: list[Numeric | Categorical], expectation: Expectation
) -> dict[str, np.ndarray]:
    """Fill in what any patients lack, by what was learnt from the training patients.

    Args:
        table: Clinical table; a column that is absent counts as missing in all patients.
        clinical: As `fit_expectation` was given.
        expectation: Learnt in training.

    Returns:
        Each column as `block_of` gives it, complete; what was known stays as it was.
    """
    table = typed(table, clinical)
    blocks = {column.name: block_of(table[column.name], column) for column in clinical}
    missing, filled = table.isna(), started(blocks, expectation.start)
    for _ in range(expectation.rounds):
        for one in expectation.columns:
            lacking = missing[one.name].to_numpy()
            others = others_of(filled, one.name)[lacking]
            filled[one.name][lacking] = _expected(others, one.weights, clinical, one.name)
    return filled


def filled_blocks(
    table: pd.DataFrame,
    clinical: list[Numeric | Categorical],
    imputation: Imputation | Expectation | None,
) -> dict[str, np.ndarray] | None:
    """Each column as `block_of` gives it, complete; None where nothing was learnt to fill it in."""
    if imputation is None:
        return None
    if isinstance(imputation, Expectation):
        return expected_blocks(table, clinical, imputation)
    whole = complete(table, clinical, imputation)
    return {column.name: block_of(whole[column.name], column) for column in clinical}


def _expected(
    others: np.ndarray, weights: np.ndarray, clinical: list[Numeric | Categorical], name: str
) -> np.ndarray:
    """Expectations within what the column can be."""
    [column] = [column for column in clinical if column.name == name]
    least, most = (-LARGEST, LARGEST) if isinstance(column, Numeric) else (0.0, 1.0)
    return np.clip(with_one(others) @ weights, least, most)
