"""Transcripts as flat arrays, for look-ups of many variants at once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Positions are below 2^32; a transcript's number above them makes one sorted key of both.
SHIFT = 32


@dataclass(frozen=True)
class Transcripts:
    """All transcripts and their exons.

    Attributes:
        table: One row per transcript, see `gcin.reference.models.read_models`.
        forward: Whether each lies on the forward strand.
        coding_start: First coding base (0 where none), 1-based.
        coding_end: Last coding base (-1 where none).
        first: Place of each transcript's first exon in the exon arrays.
        count: Exons of each transcript.
        exon_start: First base of every exon, transcripts in order, exons ascending.
        exon_end: Last base of every exon.
        exon_key: Transcript number and exon start in one sorted integer.
        exon_before: Exon bases of the transcript before each exon, ascending.
        coding_before: Coding bases of the transcript before each exon, ascending.
        exon_bases: Exon bases of each transcript.
        coding_bases: Coding bases of each transcript.
    """

    table: pd.DataFrame
    forward: np.ndarray
    coding_start: np.ndarray
    coding_end: np.ndarray
    first: np.ndarray
    count: np.ndarray
    exon_start: np.ndarray
    exon_end: np.ndarray
    exon_key: np.ndarray
    exon_before: np.ndarray
    coding_before: np.ndarray
    exon_bases: np.ndarray
    coding_bases: np.ndarray

    def exon_at(self, transcript: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Place of the last exon that starts at or before a position; -1 below the first's."""
        found = np.searchsorted(self.exon_key, (transcript << SHIFT) + position, "right") - 1
        return np.where(found < self.first[transcript], -1, found)


def flatten(table: pd.DataFrame) -> Transcripts:
    """Lay out transcripts as flat arrays."""
    table = table.reset_index(drop=True)
    count = table["exon_starts"].str.len().to_numpy(np.int64)
    first = np.cumsum(count) - count
    owner = np.repeat(np.arange(len(table)), count)
    starts = np.concatenate(table["exon_starts"].to_list()).astype(np.int64)
    ends = np.concatenate(table["exon_ends"].to_list()).astype(np.int64)
    coding_start = np.array([s[0] if len(s) else 0 for s in table["coding_starts"]], np.int64)
    coding_end = np.array([e[-1] if len(e) else -1 for e in table["coding_ends"]], np.int64)
    low, high = np.maximum(starts, coding_start[owner]), np.minimum(ends, coding_end[owner])
    coding = np.maximum(high - low + 1, 0)
    exon_before, exon_bases = _sums_before(ends - starts + 1, first, count)
    coding_before, coding_bases = _sums_before(coding, first, count)
    return Transcripts(
        table=table,
        forward=table["strand"].eq("+").to_numpy(),
        coding_start=coding_start,
        coding_end=coding_end,
        first=first,
        count=count,
        exon_start=starts,
        exon_end=ends,
        exon_key=(owner << SHIFT) + starts,
        exon_before=exon_before,
        coding_before=coding_before,
        exon_bases=exon_bases,
        coding_bases=coding_bases,
    )


def _sums_before(
    lengths: np.ndarray, first: np.ndarray, count: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bases of the same transcript before each exon, and bases of each transcript."""
    before = np.cumsum(lengths) - lengths
    inside = before - np.repeat(before[first], count)
    return inside, np.add.reduceat(lengths, first)
