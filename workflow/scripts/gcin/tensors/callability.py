"""Which part of each gene could have shown a variant."""

import gzip
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from cyvcf2 import VCF, Variant

from gcin.annotation.symbols import match_genes
from gcin.evidence import is_well_seen
from gcin.intake.kinds import LIFTED
from gcin.reference.liftover import read_chains
from gcin.reference.order import with_prefix
from gcin.reference.tables import read_aliases

logger = logging.getLogger(__name__)

SKIPPED = ("#", "track", "browser")


def read_bed(path: str | Path) -> pd.DataFrame:
    """Read a BED file, plain or gzipped: `chromosome start end`, with `gene` where it has one.

    Track and comment lines are skipped.
    """
    opened = gzip.open if str(path).endswith("gz") else open
    with opened(path, "rt") as stream:
        fields = [line.split() for line in stream if not line.startswith(SKIPPED)]
    rows = [row[:4] for row in fields if row]
    width = min((len(row) for row in rows), default=4)
    names = ["chromosome", "start", "end", "gene"][:width]
    bed = pd.DataFrame([row[:width] for row in rows], columns=names)
    return bed.astype({"start": np.int64, "end": np.int64})


def read_gene_list(path: str | Path, universe: pd.Series, aliases: str | Path) -> set[str]:
    """Read the assayed genes, one symbol a line; lines that begin with # are comments.

    Args:
        path: The list.
        universe: Symbols of the gene universe.
        aliases: Table of older symbols and the approved ones, as calls of a MAF are read by.

    Returns:
        Symbols of the universe. A symbol that is none, nor an alias of one, is told of: a gene
        under a name that nobody knows would be missing in silence.
    """
    lines = (line.strip() for line in Path(path).read_text().splitlines())
    listed = pd.Series([line for line in lines if line and not line.startswith("#")], dtype=object)
    genes = match_genes(listed, set(universe), read_aliases(aliases))
    strange = sorted(listed[genes.isna()])
    if strange:
        logger.warning("%d listed genes are unknown: %s", len(strange), ", ".join(strange[:20]))
    return set(genes.dropna())


def good_blocks(
    records: Iterable[Variant], min_depth: int, min_genotype_quality: int
) -> Iterator[tuple[int, int]]:
    """List the stretches of a gVCF that were seen well enough to call.

    A stretch of reference counts by its lowest depth (MIN_DP) where that was written.

    Args:
        records: Records of one sample, one chromosome.
        min_depth: Fewest reads.
        min_genotype_quality: Lowest GQ, phred.

    Yields:
        Start (0-based) and end.
    """
    for record in records:
        depth = _number(record, "MIN_DP")
        depth = _number(record, "DP") if depth < 0 else depth
        if is_well_seen(depth, _number(record, "GQ"), min_depth, min_genotype_quality):
            yield record.start, record.end


def _number(record: Variant, name: str) -> int:
    """Read a FORMAT number of the only sample, -1 where it is absent or missing."""
    value = record.format(name) if name in record.FORMAT else None
    return -1 if value is None else int(value[0, 0])


def callable_bases(gvcf: VCF, coding: pd.DataFrame, **limits: int) -> pd.DataFrame:
    """Count the callable coding bases of each gene in one sample's gVCF.

    Args:
        gvcf: The indexed gVCF.
        coding: `chromosome start end gene` (0-based), exons of a gene merged.
        limits: `min_depth` (reads) and `min_genotype_quality` (phred).

    Returns:
        One row per gene: `gene bases callable`.
    """
    parts = []
    for chromosome, exons in coding.groupby("chromosome", sort=False):
        known = chromosome in gvcf.seqnames
        blocks = good_blocks(gvcf(chromosome), **limits) if known else ()
        found = np.array(list(blocks), dtype=np.int64).reshape(-1, 2)
        parts.append(
            exons.assign(callable=covered(exons, found), bases=exons["end"] - exons["start"])
        )
    total = pd.concat(parts) if parts else coding.assign(callable=0, bases=0)
    counts = total.groupby("gene", sort=False)[["bases", "callable"]].sum().reset_index()
    logger.info(
        "%d of %d coding bases are callable", counts["callable"].sum(), counts["bases"].sum()
    )
    return counts


def read_thresholds(path: str | Path) -> pd.DataFrame:
    """Read mosdepth's thresholds of exons, one threshold: `chromosome start end gene callable`."""
    names = ["chromosome", "start", "end", "gene", "callable"]
    types = {"chromosome": str, "gene": str}
    return pd.read_csv(path, sep="\t", skiprows=1, names=names, dtype=types, na_filter=False)


def well_covered_bases(exons: pd.DataFrame, coding: pd.DataFrame) -> pd.DataFrame:
    """Count the callable coding bases of each gene where only depth tells, as in a tumour.

    Args:
        exons: `chromosome start end gene callable` (bases); an exon that is not listed has none.
        coding: `chromosome start end gene` (0-based), exons of a gene merged.

    Returns:
        One row per gene: `gene bases callable`.
    """
    key = ["chromosome", "start", "end", "gene"]
    total = coding.merge(exons, on=key, how="left", validate="one_to_one").fillna({"callable": 0})
    total = total.assign(
        bases=total["end"] - total["start"], callable=total["callable"].astype(np.int64)
    )
    counts = total.groupby("gene", sort=False)[["bases", "callable"]].sum().reset_index()
    logger.info(
        "%d of %d coding bases are callable", counts["callable"].sum(), counts["bases"].sum()
    )
    return counts


def covered(queries: pd.DataFrame, intervals: np.ndarray) -> np.ndarray:
    """Count the bases of each query that any interval covers, on one chromosome.

    Running totals rather than joined intervals: a genome's gVCF has tens of millions of blocks.

    Args:
        queries: `start end`, 0-based.
        intervals: Starts and ends, n x 2, in any order, overlapping or not.

    Returns:
        Bases, int64, one per query.
    """
    if not len(intervals):
        return np.zeros(len(queries), np.int64)
    intervals = intervals[np.argsort(intervals[:, 0], kind="stable")]
    reached = np.maximum.accumulate(intervals[:, 1])
    starts = np.maximum(intervals[:, 0], np.concatenate([[0], reached[:-1]]))
    lengths = np.maximum(reached - starts, 0)
    before = np.concatenate([[0], np.cumsum(lengths)])

    def below(position: np.ndarray) -> np.ndarray:
        """Covered bases before a position."""
        whole = np.searchsorted(starts, position, side="right")
        last = np.maximum(whole - 1, 0)
        inside = np.minimum(lengths[last], np.maximum(position - starts[last], 0))
        return np.where(whole > 0, before[last] + inside, 0)

    return below(queries["end"].to_numpy()) - below(queries["start"].to_numpy())


def assayed_share(
    genes: pd.DataFrame,
    coding: pd.DataFrame,
    targets: pd.DataFrame | None,
    listed: set[str] | None,
) -> np.ndarray:
    """Tell which share of each gene's coding bases the assay looks at.

    Args:
        genes: The gene universe, in genome order.
        coding: `chromosome start end gene` (0-based).
        targets: `chromosome start end` (0-based) of the assay, None where it has no limits.
        listed: Symbols of the assayed genes, None where the card does not list any.

    Returns:
        float32, one per gene: 0 where the gene is not listed or has no coding bases.
    """
    share = pd.Series(1.0, index=genes["gene"]).where(genes["coding_bases"].to_numpy() > 0, 0.0)
    if targets is not None:
        share = share * _target_share(coding, targets).reindex(share.index).fillna(0)
    if listed is not None:
        share = share.where(share.index.isin(listed), 0.0)
    return share.to_numpy(dtype=np.float32)


def reached_shares(
    manifest: pd.DataFrame, genes: pd.DataFrame, coding: pd.DataFrame, chains: Iterable[str]
) -> dict[str, np.ndarray]:
    """Tell which share of each gene's coding bases the calls of lifted samples can come to lie on.

    A gene that no call can be lifted to was not looked at, whatever the assay.

    Args:
        manifest: Rows of the sample sheet.
        genes: The gene universe, in genome order.
        coding: `chromosome start end gene` (0-based).
        chains: Chain file from the older assembly; none where no sample is lifted.

    Returns:
        Sample to float32, one per gene: 0 where the gene has no coding bases.
    """
    older = manifest["kind"].isin(LIFTED) & manifest["assembly"].ne("GRCh38")
    coding = coding.assign(chromosome=coding["chromosome"].map(with_prefix))
    shares = {}
    for path in chains:
        reached = _target_share(coding, read_chains(path).reached()).reindex(genes["gene"])
        share = reached.fillna(0).to_numpy(dtype=np.float32)
        logger.info("no call can be lifted to %d genes", (share == 0).sum())
        shares |= dict.fromkeys(manifest["sample"][older], share)
    return shares


def _target_share(coding: pd.DataFrame, targets: pd.DataFrame) -> pd.Series:
    """Share of each gene's coding bases within the targets."""
    bases = pd.Series(0, index=coding.index)
    for chromosome, exons in coding.groupby("chromosome", sort=False):
        own = targets[targets["chromosome"] == chromosome]
        bases[exons.index] = covered(exons, own[["start", "end"]].to_numpy(dtype=np.int64))
    table = coding.assign(found=bases, bases=coding["end"] - coding["start"])
    sums = table.groupby("gene")[["found", "bases"]].sum()
    return sums["found"] / sums["bases"]


def callable_share(
    kind: str, assayed: np.ndarray, measured: np.ndarray | None, untold: np.ndarray | None
) -> np.ndarray:
    """Tell which share of each gene was callable in one sample.

    Args:
        kind: The sample's kind in the sheet.
        assayed: Share of each gene that the assay looks at.
        measured: Share with enough depth and quality by the sample's gVCF, or with enough depth
            by a tumour's reads; None where the sample has neither.
        untold: Share of no-calls among each gene's alleles in the VCF that the sample came as;
            None where it came as another kind.

    Returns:
        float32, one per gene. With a gVCF, or of a tumour's reads: as measured, of assayed genes.
        From a VCF: what is assayed, less the no-calls. From a MAF: what is assayed, since it lists
        nothing but calls.
    """
    if measured is not None:
        return np.where(assayed > 0, measured, 0).astype(np.float32)
    if kind == "maf":
        return assayed.astype(np.float32)
    return (assayed * (1 - untold)).astype(np.float32)
