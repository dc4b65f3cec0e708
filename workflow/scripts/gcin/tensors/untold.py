"""Which alleles of its own file a sample of a given VCF has no call of, gene by gene.

Read from the file itself: where cohorts are merged, an allele of nobody is left out, and one that a
file of a single sample has without a call looks like one that the file does not have.
"""

import logging
from collections.abc import Iterable
from itertools import chain

import numpy as np
import pandas as pd
from cyvcf2 import VCF

from gcin.reference.order import is_mitochondrial
from gcin.tensors.genotypes import dosages
from gcin.tensors.tally import Targets

logger = logging.getLogger(__name__)

WHOLE = "whole file"


def untold_shares(
    calls: str,
    coding: pd.DataFrame,
    unplaced: Iterable[pd.DataFrame] = (),
    targets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count a given VCF's no-calls among the alleles in each gene's coding bases.

    Args:
        calls: The file, one alternate a record, with verdicts on genotypes. A site that fails as a
            whole says nothing of anybody.
        coding: `chromosome start end gene` (0-based), exons of a gene merged.
        unplaced: `chromosome …` of the records that were not lifted over, where it was. From the
            mitochondrion of GRCh37 each one is: with a record that is not, the file is of another
            sequence, and says nothing of these genes.
        targets: `chromosome start end` (0-based) of the assay, where it has limits.

    Returns:
        Genes by samples, share of the alleles without a passing genotype, float32; 0 where the file
        has no allele in a gene. A row WHOLE says the same of all its alleles within the targets,
        NaN of none.
    """
    vcf = VCF(calls)
    rows, genes = pd.factorize(coding["gene"])
    told = np.zeros(len(genes), np.int32)
    untold = np.zeros((len(genes), len(vcf.samples)), np.int32)
    places = {name: _Exons(own) for name, own in coding.assign(row=rows).groupby("chromosome")}
    looked_at = Targets(targets)
    alleles, missing = 0, np.zeros(len(vcf.samples), np.int64)
    for record in vcf:
        if record.FILTER is not None:
            continue
        none = dosages(record) < 0
        if looked_at.hold(record.CHROM, record.POS):
            alleles, missing = alleles + 1, missing + none
        if record.CHROM in places:
            own = places[record.CHROM].at(record.start, record.end)
            told[own] += 1
            untold[own] += none
    shares = (untold / np.maximum(told, 1)[:, None]).astype(np.float32)
    if any(map(is_mitochondrial, chain(*(table["chromosome"] for table in unplaced)))):
        own = set(coding["gene"][coding["chromosome"].map(is_mitochondrial)])
        shares[genes.isin(own)] = 1
        logger.warning(
            "%d genes of the mitochondrion are missing: it is another sequence", len(own)
        )
    logger.info("%d alleles, in coding bases of %d genes", alleles, (told > 0).sum())
    whole = missing / alleles if alleles else np.full(len(missing), np.nan)
    rows = pd.Index([*genes, WHOLE], name="gene", dtype=object)
    return pd.DataFrame(np.vstack([shares, whole], dtype=np.float32), rows, vcf.samples)


class _Exons:
    """Coding exons of a chromosome."""

    def __init__(self, exons: pd.DataFrame) -> None:
        """Keep exons by start, and how far those up to each of them reach."""
        exons = exons.sort_values("start", kind="stable")
        self.rows, self.starts, self.ends = exons[["row", "start", "end"]].to_numpy().T
        self.reached = np.maximum.accumulate(self.ends)

    def at(self, start: int, end: int) -> np.ndarray:
        """Genes, by number, that share a base with an interval (0-based, end exclusive)."""
        first = np.searchsorted(self.reached, start, side="right")
        near = slice(first, np.searchsorted(self.starts, end))
        return np.unique(self.rows[near][self.ends[near] > start])
