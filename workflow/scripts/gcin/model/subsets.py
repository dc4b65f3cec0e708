"""Smaller training parts of a fold, each within the next larger one."""

import numpy as np
import pandas as pd

from gcin.model.outcomes import training_table
from gcin.splits.turns import parts_at
from gcin.tables import read_text

REMEDY = "evaluation.learning_curve.sizes"


def nested_subset(fold: pd.DataFrame, size: int, order: int) -> pd.DataFrame:
    """Keep some of the patients that a fold is learnt from, the same ones for every seed.

    Args:
        fold: `patient part turn`.
        size: Patients of part train to keep; as large a share is kept of those whose turn to
            validate comes first, second, and so on.
        order: Seed of the order in which patients are taken, the same for every size.

    Returns:
        `fold` without the other patients of parts train and validation.

    Raises:
        ValueError: The fold has fewer training patients.
    """
    trained = int((fold["part"] == "train").sum())
    if size > trained:
        raise ValueError(
            f"a fold has {trained} training patients, fewer than the {size} asked for. Lower "
            f"{REMEDY}."
        )
    learnt = fold[fold["part"] != "test"].sort_values("patient")
    drawn = pd.Series(np.random.default_rng(order).permutation(len(learnt)), learnt.index)
    turns = drawn.groupby(learnt["turn"])
    learnt = learnt.assign(
        place=(turns.rank() - 1) / turns.transform("size"), drawn=drawn
    ).sort_values(["place", "drawn"])
    held = learnt[learnt["part"] == "validation"]
    share = max(round(len(held) * size / trained), 1)
    kept = [*learnt.index[learnt["part"] == "train"][:size], *held.index[:share]]
    return fold[(fold["part"] == "test") | fold.index.isin(kept)].reset_index(drop=True)


def subset_table(patients: str, fold: str, size: int, order: int, seed: int) -> pd.DataFrame:
    """Read what one seed of a design is fitted from, where it learns from some patients of a fold.

    Args:
        patients: Parquet, one row per patient.
        fold: Tab-separated `patient part turn`.
        size: As for `nested_subset`.
        order: As for `nested_subset`.
        seed: Says whose turn to validate it is.

    Returns:
        As `gcin.model.outcomes.training_table`.

    Raises:
        ValueError: The fold has fewer training patients, or so few stay that none validates.
    """
    subset = nested_subset(read_text(fold), size, order)
    split = parts_at(subset, seed)
    if not (split["part"] == "validation").any():
        raise ValueError(
            f"of {size} training patients none validates for seed {seed}. Raise {REMEDY}, or name "
            "fewer seeds under model.training.seeds."
        )
    return training_table(pd.read_parquet(patients), split)
