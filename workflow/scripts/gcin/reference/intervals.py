"""Intervals of the genome: what is called, and how it is shared out among jobs.

Intervals are tables with `chromosome start end` (0-based, end exclusive, as in BED). This is the
only module that knows which library computes on them.
"""

import gzip
import logging
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyranges

logger = logging.getLogger(__name__)

NO_INTERVAL = ("#", "track", "browser")
COLUMNS = ["chromosome", "start", "end"]
RANGES = ["Chromosome", "Start", "End"]
# How far a border between two parts may move to spare an interval, as share of a part.
BORDER_SLACK = 0.1


def read_bed(path: str | Path) -> pd.DataFrame:
    """Read the first three columns of a BED file, plain or gzipped.

    Raises:
        ValueError: Names the file and the first line that is no interval.
    """
    with gzip.open(path, "rt") if str(path).endswith(".gz") else Path(path).open() as stream:
        lines = [line.strip() for line in stream if not line.startswith(NO_INTERVAL)]
    rows = pd.Series([line for line in lines if line], dtype=str)
    parts = rows.str.split(n=3, expand=True).reindex(columns=range(3)).set_axis(COLUMNS, axis=1)
    numbers = parts[["start", "end"]].apply(pd.to_numeric, errors="coerce")
    wrong = ~((numbers["start"] < numbers["end"]) & (numbers["start"] >= 0))
    if wrong.any() or parts.empty:
        shown = repr(rows[wrong].iloc[0]) if wrong.any() else "it is empty"
        raise ValueError(
            f"{path} is no BED of intervals: {shown}. Each line needs chromosome, start and end "
            "(0-based, start below end), separated by tabs."
        )
    return parts.assign(start=numbers["start"].astype(int), end=numbers["end"].astype(int))


def write_bed(intervals: pd.DataFrame, path: str | Path) -> None:
    """Write intervals as BED, without a header."""
    intervals[COLUMNS].to_csv(path, sep="\t", header=False, index=False)


def require_contigs(intervals: pd.DataFrame, sizes: Mapping[str, int], what: str) -> None:
    """Refuse intervals that lie outside the genome.

    Args:
        intervals: Intervals.
        sizes: Length of each contig of the genome in bases.
        what: The file they came from, for the message.

    Raises:
        ValueError: Names the contigs or the first interval, and the remedy.
    """
    unknown = sorted(set(intervals["chromosome"]) - set(sizes))
    if unknown:
        raise ValueError(
            f"{what} names contig(s) that the genome does not have: {', '.join(unknown[:5])}. The "
            f"genome has {', '.join(list(sizes)[:5])}. Use one naming and one assembly in both."
        )
    beyond = intervals[intervals["start"] >= intervals["chromosome"].map(sizes)]
    if len(beyond):
        first = beyond.iloc[0]
        raise ValueError(
            f"{what} has {first['chromosome']}:{first['start']}-{first['end']}, but that contig "
            f"ends at {sizes[first['chromosome']]}. Is it of another assembly?"
        )


def merged(intervals: pd.DataFrame, sizes: Mapping[str, int], padding: int = 0) -> pd.DataFrame:
    """Pad intervals, clip them to their contigs and unite those that touch, in genome order.

    Args:
        intervals: Intervals, in any order.
        sizes: Length of each contig in bases; its order is the genome's.
        padding: Bases added on both sides.
    """
    ends = (intervals["end"] + padding).clip(upper=intervals["chromosome"].map(sizes))
    padded = intervals.assign(start=(intervals["start"] - padding).clip(lower=0), end=ends)
    united = _table(_ranges(padded).merge())
    return _in_order(united, sizes)


def intersection(left: pd.DataFrame, right: pd.DataFrame, sizes: Mapping[str, int]) -> pd.DataFrame:
    """Bases that lie in both tables, in genome order."""
    common = _table(_ranges(merged(left, sizes)).intersect(_ranges(merged(right, sizes))))
    return _in_order(common, sizes)


def targeted(
    calling: pd.DataFrame, targets: pd.DataFrame, sizes: Mapping[str, int], what: str
) -> pd.DataFrame:
    """Bases of an assay's targets that are called, in genome order.

    Targets on contigs that the genome does not have are left out, with a warning.

    Args:
        calling: Called intervals.
        targets: The assay's.
        sizes: Length of each contig in bases; its order is the genome's.
        what: The file the targets came from, for messages.

    Raises:
        ValueError: Targets lie behind the end of a contig, or none of their bases is called.
    """
    known = targets["chromosome"].isin(sizes)
    if not known.all():
        names = ", ".join(sorted(set(targets["chromosome"][~known]))[:5])
        logger.warning("%s: the genome does not have %s; left out", what, names)
    targets = targets[known]
    require_contigs(targets, sizes, what)
    common = intersection(calling, targets, sizes) if len(targets) else targets
    if common.empty:
        raise ValueError(
            f"{what} has no base in common with those that are called, so that nothing of these "
            "samples can be measured. Name the assay's own targets in the card, or widen "
            "reference.calling_intervals."
        )
    return common


def pieces(tables: Iterable[pd.DataFrame], sizes: Mapping[str, int]) -> pd.DataFrame:
    """Cut the bases of some tables into pieces that lie in each table wholly or not at all.

    Args:
        tables: Intervals, in any order; none of the tables is empty.
        sizes: Length of each contig in bases; its order is the genome's.

    Returns:
        Disjoint pieces in genome order.
    """
    united = pd.concat([merged(table, sizes) for table in tables])
    return _in_order(_table(_ranges(united).split()), sizes)


def lie_in(intervals: pd.DataFrame, limits: pd.DataFrame) -> np.ndarray:
    """Tell which intervals begin within some others; of `pieces` such lie in them wholly."""
    inside = np.zeros(len(intervals), bool)
    united = _table(_ranges(limits).merge())
    names = intervals["chromosome"].to_numpy()
    for chromosome, own in united.groupby("chromosome"):
        rows = np.flatnonzero(names == chromosome)
        starts = intervals["start"].to_numpy()[rows]
        last = np.searchsorted(own["start"], starts, side="right") - 1
        inside[rows] = (last >= 0) & (starts < own["end"].to_numpy()[last])
    return inside


def shards(intervals: pd.DataFrame, count: int) -> list[pd.DataFrame]:
    """Share intervals out into contiguous parts of about as many bases each.

    A border moves to the end of an interval where one is near, so that targets stay whole; an
    interval is cut where none is.

    Args:
        intervals: Disjoint intervals in genome order.
        count: Number of parts.

    Returns:
        As many tables, none of them empty.

    Raises:
        ValueError: There are fewer bases than parts.
    """
    lengths = intervals["end"] - intervals["start"]
    total = int(lengths.sum())
    if total < count:
        raise ValueError(f"{total} base(s) cannot be shared out into reference.shards = {count}.")
    ends = lengths.cumsum()
    slack = int(total / count * BORDER_SLACK)
    ideal = [total * part // count for part in range(count + 1)]
    borders = [_settled(border, ends.to_numpy(), slack) for border in ideal]
    return [_between(intervals, ends - lengths, low, high) for low, high in pairwise(borders)]


def _settled(border: int, ends: np.ndarray, slack: int) -> int:
    """Move a border to the nearest end of an interval, where one lies within the slack."""
    nearest = int(ends[np.abs(ends - border).argmin()])
    return nearest if border and abs(nearest - border) <= slack else border


def _between(intervals: pd.DataFrame, first: pd.Series, low: int, high: int) -> pd.DataFrame:
    """Cut out the bases that are number `low` to `high` of all, where `first` numbers starts."""
    start = intervals["start"] + (low - first).clip(lower=0)
    end = intervals["end"].clip(upper=intervals["start"] + high - first)
    cut = intervals.assign(start=start, end=end)
    return cut[cut["start"] < cut["end"]].reset_index(drop=True)


def _in_order(intervals: pd.DataFrame, sizes: Mapping[str, int]) -> pd.DataFrame:
    """Sort intervals as the genome is."""
    order = {name: index for index, name in enumerate(sizes)}
    ranked = intervals.assign(rank=intervals["chromosome"].map(order))
    return ranked.sort_values(["rank", "start"])[COLUMNS].reset_index(drop=True)


def _ranges(intervals: pd.DataFrame) -> pyranges.PyRanges:
    return pyranges.PyRanges(intervals[COLUMNS].set_axis(RANGES, axis=1))


def _table(ranges: pyranges.PyRanges) -> pd.DataFrame:
    found = ranges.df.reindex(columns=RANGES).set_axis(COLUMNS, axis=1)
    return found.astype({"chromosome": str, "start": int, "end": int})
