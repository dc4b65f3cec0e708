"""Compressed, indexed text files of genome positions."""

from collections.abc import Iterable
from pathlib import Path

import pysam


def write_indexed(lines: Iterable[str], path: str | Path, preset: str) -> None:
    """Write lines as a bgzipped file with its tabix index beside it.

    Args:
        lines: Lines without their ends, sorted by contig and position.
        path: Where to; the index is `{path}.tbi`.
        preset: Format for tabix: `gff`, `bed` or `vcf`.
    """
    with pysam.BGZFile(str(path), "wb") as stream:
        for line in lines:
            stream.write(f"{line}\n".encode())
    pysam.tabix_index(str(path), preset=preset, force=True)
