"""Smaller training parts of a fold, each within the next larger one."""

import numpy as np
import pandas as pd


def nested_subset(split: pd.DataFrame, size: int, seed: int) -> pd.DataFrame:
    """Keep some of the patients that a fold is learnt from.

    Args:
        split: `patient part` of the fold.
        size: Training patients to keep; validation patients are kept in the same proportion.
        seed: Of the order in which patients are taken, the same for every size.

    Returns:
        `split` without the other patients of parts train and validation.

    Raises:
        ValueError: The fold has fewer training patients.
    """
    trained = int((split["part"] == "train").sum())
    if size > trained:
        raise ValueError(
            f"a fold has {trained} training patients, fewer than the {size} asked for. Lower "
            "evaluation.learning_curve.sizes."
        )
    kept = [split["patient"][split["part"] == "test"]]
    for part in ("train", "validation"):
        names = np.sort(split["patient"][split["part"] == part].to_numpy(str))
        order = np.random.default_rng(seed).permutation(names)
        kept.append(pd.Series(order[: max(round(len(names) * size / trained), 1)]))
    return split[split["patient"].isin(pd.concat(kept))].reset_index(drop=True)
