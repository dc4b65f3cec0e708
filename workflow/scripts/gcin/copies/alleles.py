"""Loss of heterozygosity: how unevenly a tumour shows the two alleles that a patient inherited."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

SITE = ["chromosome", "position", "reference", "alternate"]
# Share of the germline's reads with the alternate, within which nobody doubts a heterozygote.
BALANCED = (0.3, 0.7)
# Losses are of arms and of megabases; a gene alone seldom holds enough heterozygous SNVs.
FLANK_BASES = 500_000
MIN_SITES = 5
MIN_READS = 10


def heterozygous_sites(snvs: pd.DataFrame) -> pd.DataFrame:
    """Choose a germline sample's heterozygous SNVs: SITE, in the order given.

    Args:
        snvs: As by `gcin.quality.snvs.read_snvs`.
    """
    share = 1 - snvs["reference_reads"] / snvs["reads"]
    chosen = snvs["is_het"].astype(bool) & (snvs["ploidy"] == 2) & share.between(*BALANCED)
    return snvs.loc[chosen, SITE]


def read_sites(paths: Iterable[str]) -> pd.DataFrame:
    """Read heterozygous SNVs as written, SITE; none where there is no file."""
    types = {name: int if name == "position" else str for name in SITE}
    nothing = pd.DataFrame(columns=SITE).astype(types)
    tables = [pd.read_csv(path, sep="\t", header=None, names=SITE, dtype=types) for path in paths]
    return pd.concat([nothing, *tables], ignore_index=True)


def read_shares(paths: Iterable[str], sites: pd.DataFrame) -> pd.DataFrame:
    """Read how a tumour shows the alternates of sites.

    Args:
        paths: A file of lines of chromosome, position, reference, alternates and reads of each
            allele, as `bcftools mpileup` sees them; or none.
        sites: SITE, of the germline.

    Returns:
        `chromosome position share reads` of sites with at least MIN_READS reads of either allele,
        by chromosome and position.
    """
    places = zip(sites["chromosome"], sites["position"], strict=True)
    known = dict(zip(places, sites["alternate"], strict=True))
    rows = []
    for path in paths:
        with Path(path).open() as lines:
            rows += _shares(lines, known)
    table = pd.DataFrame(rows, columns=["chromosome", "position", "share", "reads"])
    kept = table[table["reads"] >= MIN_READS]
    logger.info("%d of %d heterozygous SNVs have %d reads", len(kept), len(sites), MIN_READS)
    return kept.sort_values(["chromosome", "position"], ignore_index=True)


def _shares(lines: Iterable[str], known: dict) -> Iterator[tuple[str, int, float, int]]:
    for line in lines:
        chromosome, place, _, alternates, depths = line.rstrip("\n").split("\t")
        alternate = known.get((chromosome, int(place)))
        if alternate is None or depths == ".":
            continue
        reads = dict(zip(alternates.split(","), map(int, depths.split(",")[1:]), strict=True))
        reference, other = int(depths.split(",")[0]), reads.get(alternate, 0)
        yield chromosome, int(place), other / max(reference + other, 1), reference + other


def gene_imbalance(shares: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Measure the imbalance of the alleles around every gene.

    Args:
        shares: As by `read_shares`.
        genes: The gene universe, with `chromosome start end` (1-based, inclusive).

    Returns:
        One row per gene: `loh`, 0 where both alleles are seen equally and 1 where one of them is
        lost in every cell, missing where fewer than MIN_SITES sites lie in the gene or FLANK_BASES
        around it; `heterozygous`, how many do.
    """
    by_chromosome = dict(list(shares.groupby("chromosome", sort=False)))
    rows = []
    for gene in genes.itertuples():
        own = by_chromosome.get(gene.chromosome, shares.iloc[:0])
        first, last = np.searchsorted(
            own["position"], [gene.start - FLANK_BASES, gene.end + FLANK_BASES + 1]
        )
        near = own.iloc[first:last]
        loh = imbalance(near["share"].to_numpy(), near["reads"].to_numpy())
        rows.append((loh if len(near) >= MIN_SITES else np.nan, len(near)))
    return pd.DataFrame(rows, columns=["loh", "heterozygous"])


def imbalance(share: np.ndarray, reads: np.ndarray) -> float:
    """Estimate twice the distance of the alleles' true shares from one half.

    Which of two alleles is lost differs from site to site, so squares are averaged; what chance
    adds to a square, `share (1 - share) / (reads - 1)`, is taken off.
    """
    if not len(share):
        return np.nan
    squares = (share - 0.5) ** 2 - share * (1 - share) / (reads - 1)
    return float(min(2 * np.sqrt(max(squares.mean(), 0)), 1))
