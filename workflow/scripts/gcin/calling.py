"""Genomic VCFs: whether a given one can stand beside those that are called here."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pysam

NON_REF = "<NON_REF>"
VARIANT_QUALITY = (
    "##FORMAT=<ID=VQ,Number=1,Type=Float,Description="
    '"QUAL of the sample in its own genomic VCF: phred, that it has no variant here">'
)

# For awk: from the lines of a FASTA index, a VCF of the genome's contigs without any sample.
NOBODY = (
    'BEGIN {print "##fileformat=VCFv4.2"} {print "##contig=<ID=" $1 ",length=" $2 ">"} '
    'END {OFS = "\\t"; print "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"}'
)


def require_known_contigs(
    lengths: Mapping[str, int | None], sizes: Mapping[str, int], path: str | Path
) -> None:
    """Refuse a variant file of another genome.

    Args:
        lengths: Length of each contig that the file uses, None where its header does not say.
        sizes: Length of each contig of the genome.
        path: The file, for the message.

    Raises:
        ValueError: Names the contigs and the remedy.
    """
    unknown = sorted(set(lengths) - set(sizes))
    if unknown:
        raise ValueError(
            f"{path} has variants on contig(s) that the genome does not have: "
            f"{', '.join(unknown[:5])}. The genome has {', '.join(list(sizes)[:5])}. Rename them "
            "(bcftools annotate --rename-chrs), drop them, or give the genome it was made with."
        )
    for name, length in lengths.items():
        if length is not None and length != sizes[name]:
            raise ValueError(
                f"{path} says that {name} has {length} bases, the genome says {sizes[name]}. Give "
                "the genome it was made with, or call it anew."
            )


def check_gvcf(path: str | Path, sample: str, sizes: Mapping[str, int]) -> int:
    """Read a genomic VCF to its end and see that it is one, of this sample and this genome.

    Args:
        path: The file, plain or bgzipped.
        sample: The sample as the sheet names it.
        sizes: Length of each contig of the genome in bases.

    Returns:
        The number of records.

    Raises:
        ValueError: Names file, sample and remedy.
    """
    calls = _opened(path, sample)
    found = list(calls.header.samples)
    if found != [sample]:
        raise ValueError(
            f"{path} holds sample(s) {', '.join(found[:5]) or 'none'}, the sheet says {sample}. "
            "Correct the sheet, or rename the sample (bcftools reheader --samples)."
        )
    lengths = {name: contig.length for name, contig in calls.header.contigs.items()}
    records, blocks, used = _counted(calls, path, sample)
    require_known_contigs({name: lengths.get(name) for name in used}, sizes, path)
    if not blocks:
        raise ValueError(
            f"{path} has no reference blocks ({NON_REF} alone), so it is no genomic VCF of "
            f"sample {sample}. Call it with -ERC GVCF, or give it as kind vcf."
        )
    return records


def carry_quality(given: str | Path, kept: str | Path) -> None:
    """Write a genomic VCF, bgzipped and indexed, with each variant's QUAL as a field of the sample.

    Joint genotyping drops QUAL and keeps such a field (`VQ`).

    Args:
        given: The file, of one sample.
        kept: The file to write; its index (.tbi) goes beside it.
    """
    with pysam.VariantFile(str(given)) as calls:
        if "VQ" not in calls.header.formats:
            calls.header.add_line(VARIANT_QUALITY)
        with pysam.VariantFile(str(kept), "wz", header=calls.header) as written:
            for record in calls:
                if record.alts != (NON_REF,):
                    record.samples[0]["VQ"] = record.qual
                written.write(record)
    pysam.tabix_index(str(kept), preset="vcf", force=True)


def _opened(path: str | Path, sample: str) -> pysam.VariantFile:
    try:
        return pysam.VariantFile(str(path))
    except (ValueError, OSError) as error:
        raise ValueError(f"sample {sample}: {path} cannot be read as VCF: {error}") from None


def _counted(calls: pysam.VariantFile, path: str | Path, sample: str) -> tuple[int, int, set[str]]:
    """Read to the end: the records, the reference blocks, and the contigs they lie on."""
    records, blocks, used = 0, 0, set()
    try:
        for record in calls:
            records += 1
            used.add(record.chrom)
            blocks += record.alts == (NON_REF,)
        # Some damage is only told on closing.
        calls.close()
    except (ValueError, OSError) as error:
        with suppress(OSError):
            calls.close()
        raise ValueError(
            f"sample {sample}: {path} breaks off or is damaged after {records} records ({error}). "
            "Copy it again."
        ) from None
    return records, blocks, used
