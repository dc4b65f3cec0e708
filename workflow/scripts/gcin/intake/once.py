"""Files of reads: each stands in one place of the sheet, under whatever name."""

from pathlib import Path

import pandas as pd

from gcin.intake.kinds import INTERLEAVED, SEQUENCED
from gcin.intake.problems import Problems


def check_reads_apart(
    rows: pd.DataFrame, named: pd.DataFrame, path: str, problems: Problems
) -> None:
    """Note a file of reads that stands in the sheet again under another name.

    Another spelling of its path or a link to it would make one person's reads those of two; the
    same name twice is noted by the check of the sheet's own text.

    Args:
        rows: The sheet with paths resolved, indexed by line number.
        named: The same with the paths as the user wrote them.
        path: The sheet's path, for messages.
        problems: Where problems are noted.
    """
    reads = named[named["kind"].isin(SEQUENCED)].drop(columns="cohort").drop_duplicates()
    first: dict[tuple[int, int], tuple[int, str]] = {}
    for column in ("file", "mate"):
        resolved = rows.loc[reads.index, column]
        for line, written, name in zip(reads.index, reads[column], resolved, strict=True):
            identity = None if written in ("", INTERLEAVED) else _identity(name)
            if identity is None:
                continue
            before, other = first.setdefault(identity, (line, written))
            if other != written:
                place = f"{path}, line {line}, column {column}"
                problem = f"{written} is the same file as {other} in line {before}"
                problems.add(place, problem, "Name each file of reads once, under one name")


def _identity(name: str) -> tuple[int, int] | None:
    """Tell a file by its place on the disk, as links do; None where it cannot be reached."""
    try:
        found = Path(name).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
