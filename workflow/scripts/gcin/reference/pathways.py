"""Gene sets: pathways of the gene universe."""

import gzip
import logging
from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

logger = logging.getLogger(__name__)


def read_gmt(path: str | Path) -> dict[str, list[str]]:
    """Read gene sets by name from a GMT file (name, note, genes), plain or gzipped.

    Raises:
        ValueError: A line has no gene, or a name stands twice.
    """
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return _gene_sets(lines, path)


def _gene_sets(lines: Iterable[str], path: str | Path) -> dict[str, list[str]]:
    """Split the lines of a GMT file."""
    found = {}
    for number, line in enumerate(lines, start=1):
        name, *rest = line.rstrip("\n").split("\t")
        if len(rest) < 2 or name in found:
            fault = "stands twice" if name in found else "has no gene"
            raise ValueError(f"{path}, line {number}: gene set '{name}' {fault}.")
        found[name] = list(dict.fromkeys(gene for gene in rest[1:] if gene))
    return found


def pathways_of(
    gene_sets: dict[str, list[str]], genes: Collection[str], smallest: int, largest: int
) -> pd.DataFrame:
    """Keep the gene sets that hold enough, and not too many, genes of the universe.

    Args:
        gene_sets: Genes by pathway.
        genes: The gene universe, in genome order.
        smallest: Fewest genes of the universe that a pathway must hold.
        largest: Most genes of the universe that it may hold.

    Returns:
        One row per pathway and gene (`pathway gene`), pathways by name, genes in genome order.
        Of pathways with the same genes the first by name is kept.
    """
    place = {gene: index for index, gene in enumerate(genes)}
    rows, seen = [], set()
    for name in sorted(gene_sets):
        own = tuple(sorted((g for g in gene_sets[name] if g in place), key=place.__getitem__))
        if smallest <= len(own) <= largest and own not in seen:
            seen.add(own)
            rows += [(name, gene) for gene in own]
    logger.info("kept %d of %d gene sets", len(seen), len(gene_sets))
    return pd.DataFrame(rows, columns=["pathway", "gene"])
