"""Bases of a genome."""

from collections.abc import Callable
from pathlib import Path

import pysam


def fetcher(path: str | Path) -> Callable[[str, int, int], str]:
    """Fetch bases of a contig from first to last position (1-based); empty beyond its end."""
    genome = pysam.FastaFile(str(path))
    known = set(genome.references)

    def fetch(contig: str, first: int, last: int) -> str:
        return genome.fetch(contig, max(first - 1, 0), last).upper() if contig in known else ""

    return fetch
