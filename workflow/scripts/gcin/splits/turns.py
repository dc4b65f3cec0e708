"""Who validates for which seed of a design."""

import numpy as np
import pandas as pd


def parts_at(fold: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Say who trains, validates and tests for one of a design's seeds.

    Seeds take turns, so that the average over seeds has learnt from patients who validate for one
    of them; nobody is left to validate alone.

    Args:
        fold: `patient part turn` of a fold, from `fold_of` or its file.
        seed: From 1; after the last turn the first comes again.

    Returns:
        `patient part`.
    """
    turn = fold["turn"].astype(int)
    own = (seed - 1) % turn.max() + 1
    learnt = np.where(turn == own, "validation", "train")
    tested = fold["part"] == "test"
    return fold[["patient"]].assign(part=np.where(tested, "test", learnt))
