"""Joint genotypes: filtered and split, shard by shard, and merged with what was given."""

from pathlib import Path

import pysam
from cyvcf2 import VCF
from pysam import bcftools

from gcin.generations import require_samples
from gcin.genotypes.given import KEPT, splitting
from gcin.genotypes.repeats import unite_repeats

MAX_OPEN_FILES = 500
NOBODY = """\
##fileformat=VCFv4.2
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Verdict on this genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
"""
COMMAND_LINES = ("##GATKCommandLine", "##bcftools_", "##source=", "##reference=file:")


def split_alleles(judged: str, genome: str, scratch: str | Path, split: str) -> None:
    """Write one normalised record per alternate allele, with the fields that are kept.

    An allele `*` says only that an upstream deletion reaches here; that has its own record.
    """
    names = ("biallelic.bcf", "written.bcf", "kept.bcf")
    biallelic, written, kept = (str(Path(scratch) / name) for name in names)
    options = ("-f", genome, *splitting(judged), "-Ob", "-o", biallelic)
    bcftools.norm("--no-version", *options, judged, catch_stdout=False)
    bcftools.view(
        "--no-version", "-e", 'ALT="*"', "-Ob", "-o", written, biallelic, catch_stdout=False
    )
    bcftools.annotate("--no-version", "-x", KEPT, "-Ob", "-o", kept, written, catch_stdout=False)
    unite_repeats(kept, split)
    bcftools.index("--force", split, catch_stdout=False)


def unite(
    shards: list[str], given: list[str], samples: list[str], scratch: str | Path, united: str
) -> None:
    """Gather the shards, merge what was given, and put the samples in order.

    A sample whose file does not have a site stays a no-call there: absent is not reference.

    Args:
        shards: Joint calls of the parts of the genome, in genome order; without a sample where
            none was left to call jointly.
        given: Adopted files, each of its own samples.
        samples: Every sample that enters, in the order they are to have; none of a cohort whose
            others came as MAF.
        scratch: A folder for files that are not kept.
        united: The BCF to write; its index goes beside it.

    Raises:
        ValueError: The files do not hold exactly these samples, or one of them twice.
    """
    called = [_gathered(shards, scratch)] if shards else []
    sources = [source for source in (*called, *given) if VCF(source).samples]
    sources = sources or called or [of_nobody(scratch)]
    found = [name for source in sources for name in VCF(source).samples]
    require_samples(found, samples, united)
    if len(found) > len(set(found)):
        twice = sorted({name for name in found if found.count(name) > 1})
        raise ValueError(
            f"sample(s) {', '.join(twice[:5])} come from more than one file. Name one in the sheet."
        )
    listed, ordered, header = (str(Path(scratch) / n) for n in ("order.txt", "ordered", "header"))
    Path(listed).write_text("\n".join(samples) + "\n")
    kept = ("-S", listed, "--min-ac", "1:nref") if samples else ()
    options = ("--no-version", *kept, "-Ob", "-o", ordered)
    bcftools.view(*options, merged_samples(sources, scratch), catch_stdout=False)
    Path(header).write_text(timeless_header(ordered))
    bcftools.reheader("-h", header, "-o", united, ordered, catch_stdout=False)
    bcftools.index("--force", united, catch_stdout=False)


def of_nobody(scratch: str | Path) -> str:
    """Write calls of no sample."""
    path = Path(scratch, "nobody.vcf")
    path.write_text(NOBODY)
    return str(path)


def timeless_header(calls: str) -> str:
    """Header of a file without the command lines in it: they hold dates and scratch folders.

    So the same calls are the same bytes whenever they are made.
    """
    with pysam.VariantFile(calls) as opened:
        lines = str(opened.header).splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(COMMAND_LINES))


def _gathered(shards: list[str], scratch: str | Path) -> str:
    """Concatenate shards; normalising may have moved a record to the left of its shard."""
    gathered = str(Path(scratch) / "gathered.bcf")
    options = ("--allow-overlaps", "-Ob", "-o", gathered)
    bcftools.concat("--no-version", *options, *shards, catch_stdout=False)
    bcftools.index("--force", gathered, catch_stdout=False)
    return gathered


def merged_samples(sources: list[str], scratch: str | Path, alike: str = "none") -> str:
    """Merge files of different samples, as many at a time as a process may hold open.

    Args:
        sources: Indexed files.
        scratch: Where to write.
        alike: Which records of a place become one with several alternates, as bcftools names it.

    Returns:
        The merged file.
    """
    level = 0
    while len(sources) > 1:
        groups = [sources[i : i + MAX_OPEN_FILES] for i in range(0, len(sources), MAX_OPEN_FILES)]
        sources = [
            _merge(group, str(Path(scratch) / f"merged-{level}-{number}.bcf"), alike)
            for number, group in enumerate(groups)
        ]
        level += 1
    return sources[0]


def _merge(sources: list[str], merged: str, alike: str) -> str:
    """Merge files of different samples; a site passes where it passes in one of them."""
    if len(sources) == 1:
        return sources[0]
    options = ("--merge", alike, "--filter-logic", "x", "-Ob", "-o", merged)
    bcftools.merge("--no-version", *options, *sources, catch_stdout=False)
    bcftools.index("--force", merged, catch_stdout=False)
    return merged
