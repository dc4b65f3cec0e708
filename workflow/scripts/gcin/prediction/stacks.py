"""Frozen stacks on unseen patients."""

from collections.abc import Mapping, Sequence

import pandas as pd

from gcin.model.stacking import KEYS, Stack, by_design, stacked
from gcin.prediction.applying import COLUMNS


def apply_stacks(
    stacks: Sequence[Stack], applied: Mapping[str, pd.DataFrame], runs: Mapping[str, int]
) -> pd.DataFrame:
    """Average the frozen designs of every fold.

    Args:
        stacks: One per fold.
        applied: Design to `cohort role run patient endpoint arm raw value`; its runs go fold by
            fold.
        runs: Design to the number of its runs in a fold.

    Returns:
        `cohort role run patient endpoint arm raw value models`, one run per fold; `models` are
        those that were averaged.
    """
    places = pd.concat(applied.values())[["cohort", "role", "patient"]].drop_duplicates()
    if places.empty:
        return pd.DataFrame(columns=COLUMNS)
    blocks = []
    for fold, stack in enumerate(stacks):
        of_fold = {
            name: table.loc[table["run"] // runs[name] == fold].drop(columns=["run", "models"])
            for name, table in applied.items()
        }
        said = by_design(list(of_fold.values()), list(of_fold))
        counts = pd.concat(of_fold.values()).groupby(KEYS).size().rename("models")
        blocks.append(stacked(said, stack).join(counts, on=KEYS).assign(run=fold))
    return pd.concat(blocks, ignore_index=True).merge(places, on="patient")[COLUMNS]
