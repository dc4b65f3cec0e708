"""The tables that figures and pages are made of, read back from their files."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gcin import tables

# Named by people, who may call a cohort 2021 or an arm None.
NAMES = ("patient", "sample", "arm", "cohort", "design", "reference")


def read_table(path: str) -> pd.DataFrame:
    """Read a TSV table of the workflow: names stay text, and an arm called None is no gap."""
    return tables.read_table(path, *NAMES)


def read_tables(paths: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Read tables, each as `read_table` does, by their name without suffix."""
    return {Path(path).stem: read_table(path) for path in paths}
