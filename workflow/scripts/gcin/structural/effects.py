"""What a structural variant does to the coding bases of genes.

The vocabulary is that of gnomAD-SV (Collins et al., Nature 2020): loss of a gene's function by a
deletion of coding bases, by a duplication within the gene, or by a breakpoint inside it; gain by a
duplication of the whole gene.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from cyvcf2 import VCF, Variant

COLUMNS = [
    *("sample", "gene", "effect", "dosage", "type", "chromosome", "start", "end", "quality", "id"),
]
PASSING = "PASS"


class Breakpoints(NamedTuple):
    """Where a variant joins what was apart; 0-based, `end` exclusive, on `other` for BND."""

    kind: str
    chromosome: str
    start: int
    other: str
    end: int


def breakpoints_of(record: Variant) -> Breakpoints:
    """Read the breakpoints of a record of delly: a deletion's bases lie between POS and END."""
    kind = record.INFO["SVTYPE"]
    if kind == "BND":
        place = int(record.INFO["POS2"])
        return Breakpoints(kind, record.CHROM, record.POS, record.INFO["CHR2"], place)
    inner = kind == "DEL"
    end = int(record.INFO["END"]) - inner
    return Breakpoints(kind, record.CHROM, record.POS - (not inner), record.CHROM, end)


class CodingGenes:
    """Coding exons of genes, by chromosome.

    Args:
        coding: `chromosome start end gene` (0-based, end exclusive), a gene's exons disjoint.
    """

    def __init__(self, coding: pd.DataFrame) -> None:
        """Keep each chromosome's exons, and the span of each gene from first to last exon."""
        self._nothing = coding.iloc[:0]
        self._exons = dict(list(coding.groupby("chromosome", sort=False)))
        spans = coding.groupby(["chromosome", "gene"], sort=False)
        spans = spans.agg(start=("start", "min"), end=("end", "max")).reset_index()
        self._spans = dict(list(spans.groupby("chromosome", sort=False)))

    def overlapped(self, chromosome: str, start: int, end: int) -> set[str]:
        """Genes of which an exon shares a base with an interval."""
        exons = self._exons.get(chromosome, self._nothing)
        return set(exons["gene"][(exons["start"] < end) & (exons["end"] > start)])

    def across(self, chromosome: str, place: int) -> set[str]:
        """Genes that have coding bases on both sides of a place."""
        spans = self._spans.get(chromosome, self._nothing)
        return set(spans["gene"][(spans["start"] < place) & (spans["end"] > place)])

    def within(self, chromosome: str, start: int, end: int) -> set[str]:
        """Genes all of whose coding bases lie in an interval."""
        spans = self._spans.get(chromosome, self._nothing)
        return set(spans["gene"][(spans["start"] >= start) & (spans["end"] <= end)])


def effects_of(found: Breakpoints, genes: CodingGenes) -> list[tuple[str, str]]:
    """Name the genes that a variant alters, each with `loss` or `gain`, sorted.

    - DEL, INS: loss where coding bases are deleted, or parted by what is inserted.
    - DUP: gain where it holds all coding bases; loss where both ends lie within the gene and
      coding bases between them; elsewhere a whole copy stays.
    - INV: loss where one end lies within the gene, or both and coding bases between them.
    - BND: loss where an end lies within the gene.
    """
    kind, chromosome, start, other, end = found
    touched = genes.overlapped(chromosome, start, max(end, start + 1))
    first, last = genes.across(chromosome, start), genes.across(other, end)
    loss, gain = set(), set()
    if kind in ("DEL", "INS"):
        loss = touched
    elif kind == "DUP":
        loss, gain = first & last & touched, genes.within(chromosome, start, end)
    elif kind == "INV":
        loss = (first ^ last) | (first & last & touched)
    elif kind == "BND":
        loss = first | last
    return sorted([(gene, "loss") for gene in loss] + [(gene, "gain") for gene in gain])


def structural_table(vcf: VCF, coding: pd.DataFrame) -> pd.DataFrame:
    """List the carriers of each precise, passing variant that alters a gene.

    Args:
        vcf: Joint genotypes, with FT.
        coding: `chromosome start end gene` (0-based, end exclusive).

    Returns:
        One row per sample, gene and variant: COLUMNS; `dosage` counts alternate alleles, `start`
        and `end` are as in the VCF.
    """
    genes = CodingGenes(coding)
    rows = [
        (vcf.samples[place], gene, effect, dosage, *_shown(record))
        for record in vcf
        if record.FILTER is None and "PRECISE" in dict(record.INFO)
        for gene, effect in effects_of(breakpoints_of(record), genes)
        for place, dosage in _carriers(record)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["sample", "gene", "start", "id"])


def _carriers(record: Variant) -> Iterator[tuple[int, int]]:
    """Samples whose own genotype passes and has the alternate allele, with how often."""
    alleles = np.maximum(record.genotype.array()[:, :-1], 0)
    passing = record.format("FT") == PASSING
    for place in np.flatnonzero(passing & (alleles > 0).any(axis=1)):
        yield int(place), int((alleles[place] > 0).sum())


def _shown(record: Variant) -> tuple:
    end = record.INFO["POS2"] if record.INFO["SVTYPE"] == "BND" else record.INFO["END"]
    return record.INFO["SVTYPE"], record.CHROM, record.POS, end, record.QUAL, record.ID
