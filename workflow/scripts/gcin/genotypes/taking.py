"""Samples taken out of a given VCF, once its header shows that it has genotypes of theirs."""

from pathlib import Path

import pysam
from pysam import bcftools


def take_samples(path: str, samples: list[str], scratch: str | Path) -> str:
    """Write the records of some samples of a given VCF, every site of it, as BCF.

    Args:
        path: The given file, plain, gzipped or BCF; no index is needed.
        samples: The samples to take, as the sheet names them.
        scratch: A folder for files that are not kept; the BCF lies in it.

    Returns:
        The path of the BCF.

    Raises:
        ValueError: Names file, sample and remedy.
    """
    _check_header(path, samples)
    listed, taken = Path(scratch, "samples.txt"), str(Path(scratch, "taken.bcf"))
    listed.write_text("\n".join(samples) + "\n")
    options = ["--no-version", "-S", str(listed), "--no-update", "-Ob", "-o", taken]
    try:
        bcftools.view(*options, path, catch_stdout=False)
    except pysam.SamtoolsError as error:
        remedy = (
            "Declare what its records use (FILTER, INFO, FORMAT): bcftools annotate --header-lines"
            if "Undefined tags" in str(error)
            else "Copy it again"
        )
        raise ValueError(
            f"{path} of sample {samples[0]} breaks off or is no VCF: {error}. {remedy}."
        ) from None
    return taken


def _check_header(path: str, samples: list[str]) -> None:
    """Refuse a file that cannot be read, or does not have the samples that the sheet names."""
    try:
        with pysam.VariantFile(path) as calls:
            missing = sorted(set(samples) - set(calls.header.samples))
            contigs, has_genotypes = len(calls.header.contigs), "GT" in calls.header.formats
    except (ValueError, OSError) as error:
        raise ValueError(
            f"{path} of sample {samples[0]} cannot be read as VCF ({error}). Copy it again."
        ) from None
    if missing:
        raise ValueError(
            f"{path} has no sample {', '.join(missing[:5])}. Correct the sheet, or rename the "
            "samples of the file (bcftools reheader --samples)."
        )
    if not has_genotypes:
        raise ValueError(
            f"{path} has no genotypes (FORMAT/GT) of sample {samples[0]}: a list of sites says "
            "nothing of a sample. Give the VCF that its caller wrote."
        )
    if not contigs:
        raise ValueError(
            f"{path} has no contig lines in its header. Add them (bcftools reheader --fai)."
        )
