"""The sites of a cohort, with what VCFs of others (frequencies, scores) say of their alleles."""

import logging
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pysam
from pysam import bcftools

from gcin.annotation.neighbours import bound_frequencies

logger = logging.getLogger(__name__)


def select_sites(
    genotypes: str,
    known: Iterable[tuple[str, Mapping[str, str]]],
    genome: str,
    sizes: Mapping[str, int],
    scratch: str | Path,
    sites: str,
) -> None:
    """Write the sites of normalised genotypes, and look up INFO fields of other VCFs.

    What stands at the sites in another VCF is split by allele and normalised first: an allele of a
    record with several, or of one with bases to spare, is the same allele. Several bases replaced
    at once are no more frequent than the rarest of them.

    Args:
        genotypes: One alternate a record, normalised.
        known: Bgzipped and indexed VCFs, and of each the new name of every field taken from it.
        genome: The reference, indexed.
        sizes: Length of each contig of the genome in bases.
        scratch: A folder for files that are not kept.
        sites: The bgzipped VCF to write; its index goes beside it.

    Raises:
        ValueError: A VCF is broken, lacks a field or has no contig of the genome; names it.
    """
    bare, found, told = (str(Path(scratch) / name) for name in ("bare.bcf", "found", "told"))
    bcftools.view("--no-version", "-G", "-Ou", "-o", bare, genotypes, catch_stdout=False)
    removed = ("-x", "ID,QUAL,FILTER,INFO")
    bcftools.annotate("--no-version", *removed, "-Oz", "-o", sites, bare, catch_stdout=False)
    pysam.tabix_index(sites, preset="vcf", force=True)
    spans = _spans_of(sites, sizes, scratch)
    for path, fields in known:
        columns = ",".join(f"INFO/{new}:=INFO/{old}" for old, new in fields.items())
        options = ("--no-version", "-c", columns, "--pair-logic", "exact", "-Oz", "-o", told)
        try:
            _require_shared_contig(path, sizes)
            _split_at(path, fields, spans, genome, scratch, found)
            bcftools.annotate("-a", found, *options, sites, catch_stdout=False)
        except pysam.SamtoolsError as error:
            raise ValueError(
                f"{path} of annotation.custom cannot be read: {error}. It must be a whole VCF, "
                "bgzipped and indexed, with the fields that are named."
            ) from None
        shutil.move(told, sites)
        pysam.tabix_index(sites, preset="vcf", force=True)
        bounded = bound_frequencies(sites, found, fields, scratch)
        logger.info("%s: %d alleles have the frequency of their rarest base", path, bounded)


def _spans_of(sites: str, sizes: Mapping[str, int], scratch: str | Path) -> str:
    """Write all bases of sites as BED; a VCF would be read as the first base of each."""
    spans = Path(scratch) / "spans.bed"
    form = "%CHROM\\t%POS0\\t%END\\n"
    bcftools.query("-f", form, "-o", str(spans), sites, catch_stdout=False)
    if not spans.stat().st_size:  # which is no BED to bcftools
        spans.write_text(f"{next(iter(sizes))}\t0\t1\n")
    return str(spans)


def _require_shared_contig(path: str, sizes: Mapping[str, int]) -> None:
    """Refuse a file that would say nothing of any site, as if each allele were unknown to it."""
    contigs = [line.split("\t")[0] for line in bcftools.index("--stats", path).splitlines()]
    if not set(contigs) & set(sizes):
        raise ValueError(
            f"{path} of annotation.custom has no record on a contig of the genome: it has "
            f"{', '.join(contigs[:3]) or 'none'}, the genome {', '.join(list(sizes)[:3])}. Rename "
            "its contigs (bcftools annotate --rename-chrs), or name a file of the same assembly."
        )


def _split_at(
    path: str, fields: Iterable[str], spans: str, genome: str, scratch: str | Path, split: str
) -> None:
    """Write the records that reach into sites, one alternate each, normalised, indexed.

    Other fields are dropped first: some are not of the number that the header says.
    """
    near, bare = (str(Path(scratch) / name) for name in ("near.bcf", "bare.bcf"))
    at = ("-T", spans, "--targets-overlap", "1")
    bcftools.view("--no-version", "-G", *at, "-Ou", "-o", near, path, catch_stdout=False)
    # with nothing to drop bcftools fails, and an ID there always is
    dropped = "ID,^" + ",".join(f"INFO/{name}" for name in fields)
    bcftools.annotate("--no-version", "-x", dropped, "-Ou", "-o", bare, near, catch_stdout=False)
    options = ("-f", genome, "-c", "x", "-m", "-any", "-Ob", "-o", split)
    bcftools.norm("--no-version", *options, bare, catch_stdout=False)
    bcftools.index("--force", split, catch_stdout=False)
