"""Common SNVs with their frequencies, as GATK estimates contamination by them."""

from collections.abc import Mapping
from pathlib import Path

from cyvcf2 import VCF
from pysam import bcftools

from gcin.reference.known_sites import prepare_known_sites

# What GetPileupSummaries reads of a file by default: common enough to be met, rare enough that a
# sample which has an allele did not get it from a foreigner.
FREQUENT = "INFO/AF>=0.01 && INFO/AF<=0.2"


def prepare_common_sites(
    given: str,
    sizes: Mapping[str, int],
    calling: str,
    scratch: str | Path,
    prepared: str,
    index: str,
) -> None:
    """Keep the SNVs with two alleles and an AF from 0.01 to 0.2 in the bases that are called.

    Args:
        given: VCF with INFO/AF, plain, gzipped or bgzipped.
        sizes: Length of each contig of the genome in bases.
        calling: BED of the called bases.
        scratch: A folder for files that are not kept.
        prepared: The bgzipped VCF to write.
        index: Its index to write.

    Raises:
        ValueError: The file is broken, of another genome, without frequencies or without such a
            site in the called bases; names it and the remedy.
    """
    whole = str(Path(scratch) / "whole.vcf.gz")
    prepare_known_sites(given, sizes, whole, f"{whole}.tbi")
    if not VCF(whole).contains("AF"):
        raise ValueError(
            f"{given} has no frequencies (INFO/AF), by which contamination is estimated. Name a "
            "VCF of common SNVs with AF as quality.common_sites, or write null."
        )
    kinds = ("-G", "-m", "2", "-M", "2", "-v", "snps", "-T", calling, "-i", FREQUENT)
    bcftools.view("--no-version", *kinds, "-Oz", "-o", prepared, whole, catch_stdout=False)
    bcftools.index("--tbi", "--force", "-o", index, prepared, catch_stdout=False)
    if next(iter(VCF(prepared)), None) is None:
        raise ValueError(
            f"{given} has no SNV with a frequency (INFO/AF) from 0.01 to 0.2 in the called bases. "
            "Name another VCF as quality.common_sites, or write null."
        )
