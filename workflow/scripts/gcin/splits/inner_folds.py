"""Inner folds of a search: whose turn to validate it is in each of them."""

import pandas as pd


def seed_of_inner_fold(fold: pd.DataFrame, first: int, inner: int) -> int:
    """Say with which seed a trial is trained in an inner fold: the first, the next, and so on.

    Consecutive seeds have different turns (`turns.parts_at`), so nobody validates in two inner
    folds, and the first is what a search by a single one is judged by.

    Args:
        fold: `patient part turn` of a fold, from its file.
        first: Seed of the first inner fold.
        inner: Number of the inner fold, from 1.

    Raises:
        ValueError: The fold has fewer turns; an inner fold would be an earlier one again.
    """
    turns = int(fold["turn"].astype(int).max())
    if inner > turns:
        raise ValueError(
            f"model.tuning.inner_folds asks for inner fold {inner}, but the {len(fold)} patients "
            f"of this fold take only {turns} turn(s) to validate. Write inner_folds: {turns}, or "
            "lower the share that validates (splits.inner_share, or the second number of a scheme "
            "such as 70-15-15)."
        )
    return first + inner - 1
