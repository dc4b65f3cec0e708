"""The reference sequence: its contigs, and where it has bases."""

from pathlib import Path

import numpy as np
import pandas as pd
import pysam

from gcin.reference.intervals import COLUMNS

BLOCK_BASES = 16_000_000


def contig_sizes(index: str | Path) -> dict[str, int]:
    """Read the length of each contig in bases from a `.fai`, in the genome's order."""
    types = {0: str, 1: int}
    table = pd.read_csv(index, sep="\t", header=None, usecols=[0, 1], dtype=types, quoting=3)
    return dict(zip(table[0], table[1].tolist(), strict=True))


def known_bases(fasta: str | Path) -> pd.DataFrame:
    """Find the runs of bases that are not N.

    Args:
        fasta: A plain FASTA with its `.fai` beside it; read in blocks.

    Returns:
        One row per run: `chromosome start end` (0-based, end exclusive), in genome order.
    """
    with pysam.FastaFile(str(fasta)) as genome:
        runs = [
            (contig, begin + start, begin + end)
            for contig, length in zip(genome.references, genome.lengths, strict=True)
            for begin in range(0, length, BLOCK_BASES)
            for start, end in _runs(genome.fetch(contig, begin, begin + BLOCK_BASES))
        ]
    return _joined(pd.DataFrame(runs, columns=COLUMNS))


def _runs(sequence: str) -> np.ndarray:
    """Start and end of each run of other letters than N."""
    letters = np.frombuffer(sequence.encode(), dtype=np.uint8)
    known = np.concatenate(([False], (letters | 32) != ord("n"), [False]))
    return np.flatnonzero(known[1:] != known[:-1]).reshape(-1, 2)


def _joined(runs: pd.DataFrame) -> pd.DataFrame:
    """Unite runs that were cut at the border of a block."""
    same = runs["chromosome"] == runs["chromosome"].shift()
    begins = ~(same & (runs["start"] == runs["end"].shift()))
    groups = runs.groupby(begins.cumsum(), sort=False)
    return groups.agg(
        chromosome=("chromosome", "first"), start=("start", "min"), end=("end", "max")
    )
