"""Compressed files whose bytes depend on their content alone."""

import gzip
import os
from collections.abc import Iterable
from pathlib import Path

import pysam


def write_gzip(path: Path, content: bytes) -> None:
    """Compress without name and time, so that the same content gives the same bytes."""
    with path.open("wb") as stream, gzip.GzipFile("", "wb", 6, stream, mtime=0) as packed:
        packed.write(content)


def write_vcf(path: Path, parts: Iterable[str]) -> None:
    """Write a bgzipped VCF, given as a text or as parts of one, and its index."""
    with pysam.BGZFile(os.fspath(path), "wb") as stream:
        for part in [parts] if isinstance(parts, str) else parts:
            stream.write(part.encode())
    pysam.tabix_index(os.fspath(path), preset="vcf", force=True)
