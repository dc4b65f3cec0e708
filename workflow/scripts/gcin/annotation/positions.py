"""Positions in transcripts: of a base in the cDNA, the coding sequence and the protein."""

from collections.abc import Callable

import numpy as np

from gcin.annotation.locations import Pairs
from gcin.annotation.transcripts import Transcripts


def exon_positions(
    transcript: np.ndarray, position: np.ndarray, transcripts: Transcripts
) -> np.ndarray:
    """Place of genome positions in the transcript's exons, from 1; 0 outside of them."""
    exon = transcripts.exon_at(transcript, position)
    inside = (exon >= 0) & (transcripts.exon_end[exon] >= position)
    ascending = transcripts.exon_before[exon] + position - transcripts.exon_start[exon] + 1
    descending = transcripts.exon_bases[transcript] + 1 - ascending
    return np.where(inside, np.where(transcripts.forward[transcript], ascending, descending), 0)


def coding_positions(
    transcript: np.ndarray, position: np.ndarray, transcripts: Transcripts
) -> np.ndarray:
    """Place of genome positions in the coding sequence, from 1; 0 outside of it.

    A coding sequence that begins inside a codon is counted as if its first codon were whole.
    """
    exon = transcripts.exon_at(transcript, position)
    first, last = transcripts.coding_start[transcript], transcripts.coding_end[transcript]
    inside = (exon >= 0) & (transcripts.exon_end[exon] >= position)
    inside &= (position >= first) & (position <= last)
    start = np.maximum(transcripts.exon_start[exon], first)
    ascending = transcripts.coding_before[exon] + position - start + 1
    descending = transcripts.coding_bases[transcript] + 1 - ascending
    missing = (3 - transcripts.table["phase"].to_numpy(np.int64)) % 3
    placed = np.where(transcripts.forward[transcript], ascending, descending)
    return np.where(inside, placed + missing[transcript], 0)


def ends_in(
    pairs: Pairs,
    transcripts: Transcripts,
    positions: Callable[[np.ndarray, np.ndarray, Transcripts], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Places of both ends of variants, in the direction of the transcript; 0 where unknown.

    Args:
        pairs: Variants and transcripts.
        transcripts: The transcripts.
        positions: `exon_positions` or `coding_positions`.
    """
    low = positions(pairs.transcript, pairs.low, transcripts)
    high = positions(pairs.transcript, pairs.high, transcripts)
    forward = transcripts.forward[pairs.transcript]
    return np.where(forward, low, high), np.where(forward, high, low)


def written(first: np.ndarray, last: np.ndarray) -> list[str]:
    """Write ranges as VEP does: `12`, `12-14`, `?-14`; empty where both ends are unknown."""
    return [_written(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]


def _written(first: int, last: int) -> str:
    """Write one range."""
    if first == last:
        return str(first) if first else ""
    return f"{first or '?'}-{last or '?'}"


def written_numbers(
    span: tuple[np.ndarray, np.ndarray], count: np.ndarray, forward: np.ndarray
) -> list[str]:
    """Write exon or intron numbers as VEP does: `2/11`, `2-3/11`; empty where none is touched.

    Args:
        span: First and last number, from 0 upwards the genome; -1 where none.
        count: Exons or introns of the transcript.
        forward: Whether the transcript lies on the forward strand.
    """
    low = np.where(forward, span[0] + 1, count - span[1])
    high = np.where(forward, span[1] + 1, count - span[0])
    rows = zip(span[0].tolist(), low.tolist(), high.tolist(), count.tolist(), strict=True)
    return ["" if s < 0 else f"{a}/{n}" if a == b else f"{a}-{b}/{n}" for s, a, b, n in rows]
