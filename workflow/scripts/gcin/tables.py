"""Tables that the workflow wrote, read back, and what their paths say."""

import re
from pathlib import Path

import pandas as pd

RUN = re.compile(r"model/(?P<design>[^/]+)/fold-(?P<fold>\d+)/seed-(?P<seed>\d+)/")


def read_table(path: str | Path, *text: str) -> pd.DataFrame:
    """Read a TSV table; only an empty field is a gap, since a sample or an arm may be called NA.

    Args:
        path: The table.
        text: Columns that are text whatever they hold; those that the table lacks do not matter.
    """
    types = dict.fromkeys(text, str)
    return pd.read_csv(path, sep="\t", dtype=types, na_values=[""], keep_default_na=False)


def read_text(path: str | Path) -> pd.DataFrame:
    """Read a TSV table in which everything is text, and nothing a gap."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def run_of(path: str) -> dict[str, str | int]:
    """Read `design fold seed` of a run from the path of what it made.

    Args:
        path: `…/model/{design}/fold-{fold}/seed-{seed}/{file}`.
    """
    place = RUN.search(path)
    return {"design": place["design"], "fold": int(place["fold"]), "seed": int(place["seed"])}
