"""What was searched in the settings of designs, as the model card says it."""

import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

BESIDE = ("design", "fold", "trial", "loss", "epoch", "epochs", "chosen")
BESIDE += ("seed", "endpoint", "arm", "trees")
INNER = re.compile(r"loss_\d+")  # of single inner folds


def read_trials(paths: Iterable[str], tried: Iterable[str] = ()) -> dict[str, pd.DataFrame]:
    """Read the trials of networks into one table, `trials`, and those of trees into `tried`.

    Args:
        paths: Tables of `design fold trial`, the settings tried, `loss epoch epochs chosen`.
        tried: Tables of `design fold seed endpoint arm trial`, the settings, `loss trees chosen`.

    Returns:
        No table of which there is no file.
    """
    read = {
        name: [pd.read_csv(path, sep="\t") for path in own]
        for name, own in {"trials": paths, "tried": tried}.items()
    }
    return {name: pd.concat(own, ignore_index=True) for name, own in read.items() if own}


def search_words(trials: pd.DataFrame) -> Iterator[str]:
    """Say of each network what was tried, what was chosen, and what that gained.

    Args:
        trials: Of all designs and folds; a design has no value of a setting it did not try.
    """
    for design, rows in trials.groupby("design", sort=False):
        own = rows.dropna(axis="columns", how="all").convert_dtypes()
        keys = [name for name in own if name not in BESIDE and not INNER.fullmatch(name)]
        inner = sum(INNER.fullmatch(name) is not None for name in own)
        judges = f"the {inner} inner splits" if inner else "the inner split"
        verb = "chose and so flatter" if inner else "chose and so flatters"
        chosen, before = own[own["chosen"]], own["loss"][own["trial"] == 0].mean()
        yield (
            f"{design}: {', '.join(keys)}; trials beside the settings as they stand: "
            f"{own['trial'].max()}; folds: {len(chosen)}, of which "
            f"{int((chosen['trial'] == 0).sum())} kept these; chosen, in so many folds: "
            f"{'; '.join(_counts(chosen[key]) for key in keys)}; mean loss on {judges}, "
            f"which {verb}: {chosen['loss'].mean():.4f} instead of {before:.4f}"
        )


def tried_words(tried: pd.DataFrame) -> Iterator[str]:
    """Say the same of searched trees, each model of which chooses for itself.

    Args:
        tried: Of all designs, as `gcin.model.tried.tried_table` gives them.
    """
    for design, own in tried.groupby("design", sort=False):
        keys = [name for name in own if name not in BESIDE and own[name].notna().any()]
        model = ["fold", "seed", "endpoint", "arm"]
        chosen = own[own["chosen"]]
        before = own[own["trial"] == 0].groupby(model, dropna=False)["loss"].min().mean()
        yield (
            f"{design}: {', '.join(keys)}; settings tried for each model, those that stand "
            f"included: {own.groupby(model, dropna=False).size().max()}; models, one a fold, seed, "
            f"endpoint and, where trees are of each arm, arm: {len(chosen)}, of which "
            f"{int((chosen['trial'] == 0).sum())} kept what stands; chosen, in so many models: "
            f"{'; '.join(_counts(chosen[key]) for key in keys)}; mean loss on the inner split, "
            f"which chose and so flatters: {chosen['loss'].mean():.4f} instead of {before:.4f}"
        )


def searched_words(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say what was searched of any design, by the tables `trials` and `tried` as far as given."""
    words = list(search_words(tables["trials"])) if "trials" in tables else []
    return words + (list(tried_words(tables["tried"])) if "tried" in tables else [])


def searched_designs(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Name the designs whose settings were searched."""
    known = [tables[name]["design"] for name in ("trials", "tried") if name in tables]
    return list(dict.fromkeys(name for designs in known for name in designs))


def _counts(values: pd.Series) -> str:
    counts = values.value_counts(sort=False)
    return f"{values.name} " + ", ".join(f"{value} ({n})" for value, n in counts.items())
