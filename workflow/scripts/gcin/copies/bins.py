"""Bins: the stretches of genes whose depth is compared between samples."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pysam

from gcin.reference.intervals import COLUMNS, intersection

# Shorter than half a read, a bin only repeats what its neighbours say.
MIN_BASES = 50


def gene_bins(
    calling: pd.DataFrame, genes: pd.DataFrame, sizes: Mapping[str, int], bin_bases: int
) -> pd.DataFrame:
    """Cut the called bases of genes, introns included, into bins of about one size.

    Args:
        calling: Called intervals, `chromosome start end` (0-based, end exclusive).
        genes: The gene universe, with `chromosome start end` (1-based, inclusive).
        sizes: Length of each contig in bases; its order is the genome's.
        bin_bases: Most bases of a bin; an interval is cut into equal parts.

    Returns:
        Disjoint bins in genome order, `chromosome start end` (0-based, end exclusive).
    """
    spans = genes[COLUMNS].assign(start=genes["start"] - 1)
    common = intersection(calling, spans[spans["chromosome"].isin(sizes)], sizes)
    pieces = [
        (row.chromosome, start, end)
        for row in common.itertuples()
        for start, end in _pieces(row.start, row.end, bin_bases)
    ]
    bins = pd.DataFrame(pieces, columns=COLUMNS)
    return bins[bins["end"] - bins["start"] >= MIN_BASES].reset_index(drop=True)


def _pieces(start: int, end: int, bin_bases: int) -> Iterable[tuple[int, int]]:
    borders = np.linspace(start, end, -(-(end - start) // bin_bases) + 1).round().astype(int)
    return zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)


def gc_shares(bins: pd.DataFrame, fasta: str | Path) -> np.ndarray:
    """Share of G and C among the known bases of each bin; 0 where no base is known."""
    shares = np.zeros(len(bins))
    with pysam.FastaFile(str(fasta)) as genome:
        for place, row in enumerate(bins.itertuples()):
            bases = genome.fetch(row.chromosome, row.start, row.end).upper()
            gc = bases.count("G") + bases.count("C")
            shares[place] = gc / max(gc + bases.count("A") + bases.count("T"), 1)
    return shares


def read_depths(paths: Iterable[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """Read the depth of the bins in samples, as mosdepth writes it over bins named by their GC.

    Args:
        paths: One `regions.bed.gz` per sample, all of the same bins.

    Returns:
        The bins (`chromosome start end gc`) and their mean depths (float32, bins x samples).

    Raises:
        ValueError: Two files are of different bins.
    """
    names, bins, depths = [*COLUMNS, "gc", "depth"], None, []
    for path in paths:
        table = pd.read_csv(path, sep="\t", header=None, names=names, dtype={"chromosome": str})
        own = table.drop(columns="depth")
        bins = own if bins is None else bins
        if not own.equals(bins):
            raise ValueError(f"{path} is of other bins than the rest. Delete it and run again.")
        depths.append(table["depth"].to_numpy(np.float32))
    return bins, np.stack(depths, axis=1)
