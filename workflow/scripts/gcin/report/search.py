"""What was searched in the settings of networks, as the model card says it."""

from collections.abc import Iterable, Iterator

import pandas as pd

BESIDE = ("design", "fold", "trial", "loss", "epoch", "epochs", "chosen")


def read_trials(paths: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Read the trials of each design and fold into one table, `trials`; none where there are none.

    Args:
        paths: Tables of `design fold trial`, the settings tried, `loss epoch epochs chosen`.
    """
    tables = [pd.read_csv(path, sep="\t") for path in paths]
    return {"trials": pd.concat(tables, ignore_index=True)} if tables else {}


def search_words(trials: pd.DataFrame) -> Iterator[str]:
    """Say of each design what was tried, what was chosen, and what that gained.

    Args:
        trials: Of all designs and folds; a design has no value of a setting it did not try.
    """
    for design, rows in trials.groupby("design", sort=False):
        own = rows.dropna(axis="columns", how="all").convert_dtypes()
        keys = [name for name in own if name not in BESIDE]
        chosen, before = own[own["chosen"]], own["loss"][own["trial"] == 0].mean()
        yield (
            f"{design}: {', '.join(keys)}; trials beside the settings as they stand: "
            f"{own['trial'].max()}; folds: {len(chosen)}, of which "
            f"{int((chosen['trial'] == 0).sum())} kept these; chosen, in so many folds: "
            f"{'; '.join(_counts(chosen[key]) for key in keys)}; mean loss on the inner split, "
            f"which chose and so flatters: {chosen['loss'].mean():.4f} instead of {before:.4f}"
        )


def _counts(values: pd.Series) -> str:
    counts = values.value_counts(sort=False)
    return f"{values.name} " + ", ".join(f"{value} ({n})" for value, n in counts.items())
