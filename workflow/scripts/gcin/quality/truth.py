"""Samples whose true genotypes are known: their alleles and the table of agreement."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from cyvcf2 import VCF, Variant
from pysam import FastaFile

from gcin.quality.concordance import COUNTS, counted, rated
from gcin.quality.replay import Allele
from gcin.reference.intervals import intersection, read_bed

COLUMNS = ["truth", "found", "missed", "extra", "precision", "recall", "f1", "genotype_agreement"]
BASES = frozenset("ACGTN")


def alleles_by_contig(path: str | Path, sample: str | None = None) -> dict[str, list[Allele]]:
    """Read the passing alternate alleles of one sample.

    Args:
        path: VCF or BCF; a genotype counts where its FORMAT/FT, or without one FILTER, says PASS.
        sample: Its name in the file; None for a file of one sample, whatever its name there.

    Raises:
        ValueError: The file does not have the sample, or has several and none is named.
    """
    names = VCF(path).samples
    if (sample is None and len(names) != 1) or (sample is not None and sample not in names):
        wanted = f"sample {sample}" if sample else "exactly one sample"
        raise ValueError(f"{path} does not have {wanted}: it has {', '.join(names[:5]) or 'none'}.")
    found = {}
    for record in VCF(path, samples=[sample or names[0]]):
        if passes(record):
            found.setdefault(record.CHROM, []).extend(carried(record))
    return {contig: sorted(alleles) for contig, alleles in found.items()}


def passes(record: Variant) -> bool:
    """Tell whether the record's only genotype passes its own filter."""
    verdict = record.format("FT") if "FT" in record.FORMAT else None
    return record.FILTER is None if verdict is None else verdict[0] in ("PASS", ".")


def carried(record: Variant) -> list[Allele]:
    """List the alternate alleles that the record's only sample carries, with their copies.

    The only copy of a male's X or Y counts as two: one side may write it `1`, the other, as diploid
    callers do, `1/1`; `0/1` is neither.
    """
    alleles = record.genotypes[0][:-1]
    genotype = np.array(alleles * 2 if len(alleles) == 1 else alleles)
    return [
        Allele.of(record.start, record.REF, alternate, int(copies))
        for number, alternate in enumerate(record.ALT, start=1)
        if (copies := (genotype == number).sum()) and set(alternate.upper()) <= BASES
    ]


def concordance(
    genotypes: str | Path,
    samples: Sequence[str],
    truths: Sequence[str],
    regions: Sequence[str],
    looked_at: Sequence[str],
    genome: str | Path,
    absent: Collection[str] = (),
) -> pd.DataFrame:
    """Compare samples with their truths.

    Args:
        genotypes: Genotypes of the cohort.
        samples: Samples whose truth is known.
        truths: A VCF of each one's true genotypes.
        regions: A BED of the bases where each truth is complete.
        looked_at: BEDs of the bases that were called and, where the assay has limits, of those that
            it covers; only bases in all of them and in the truth's count.
        genome: Indexed FASTA.
        absent: Samples that the gate left out of the genotypes; they get no row.

    Returns:
        One row per sample and type (SNV, INDEL, ALL): `sample type truth found missed extra
        precision recall f1 genotype_agreement`.

    Raises:
        ValueError: No allele of a truth is on a contig of the genome.
    """
    reference = FastaFile(str(genome))
    sizes = dict(zip(reference.references, reference.lengths, strict=True))
    tables = []
    for sample, truth, bed in zip(samples, truths, regions, strict=True):
        if sample in absent:
            continue
        compared = read_bed(bed)
        for path in looked_at:
            compared = intersection(compared, read_bed(path), sizes)
        true = alleles_by_contig(truth)
        if true and sizes.keys().isdisjoint(true):
            raise ValueError(
                f"{truth} has its alleles on {', '.join([*true][:3])}, the genome has "
                f"{', '.join([*sizes][:3])}. Name the truth of {sample} on the genome's contigs."
            )
        counts = sample_counts(true, alleles_by_contig(genotypes, sample), compared, reference)
        rows = rated(counts)[COLUMNS].rename_axis("type").reset_index()
        rows.insert(0, "sample", sample)
        tables.append(rows)
    return pd.concat(tables) if tables else pd.DataFrame(columns=["sample", "type", *COLUMNS])


def sample_counts(
    truth: dict[str, list[Allele]],
    calls: dict[str, list[Allele]],
    compared: pd.DataFrame,
    reference: FastaFile,
) -> pd.DataFrame:
    """Count one sample's alleles by type, over every contig with compared bases."""
    total = pd.DataFrame(0, index=["SNV", "INDEL", "ALL"], columns=COUNTS)
    for contig, bases in compared.groupby("chromosome"):
        sequence = reference.fetch(contig)
        total += counted(truth.get(contig, []), calls.get(contig, []), sequence, bases)
    return total
