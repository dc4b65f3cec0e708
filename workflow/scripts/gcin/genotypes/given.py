"""Given VCFs: their samples, in the form that joint calls have.

A given file has filters of its own. They judge sites, and a site that fails takes all its genotypes
with it: FORMAT/FT says so. So does an allele that its caller filters alone, of a site that passes.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pysam
from cyvcf2 import VCF, Variant, Writer
from pysam import bcftools

from gcin.calling import require_known_contigs
from gcin.evidence import is_well_seen
from gcin.genotypes.by_allele import ALLELE_FILTER, REFUSED, with_marks
from gcin.genotypes.repeats import unite_repeats
from gcin.genotypes.taking import take_samples
from gcin.genotypes.verdicts import FT_HEADER, NO_EVIDENCE, NO_VERDICT, PASS, told_numbers

logger = logging.getLogger(__name__)

READ = "^FORMAT/GT,FORMAT/AD,FORMAT/DP,FORMAT/GQ,FORMAT/FT,FORMAT/PL,FORMAT/PS"
SHARE = "FORMAT/AF"
KEPT = f"INFO,{READ},{SHARE}"
NUMBER_BY_ALLELE = {"AD": "R", "PL": "G"}
# Flag by which LiftoverVcf says that the older assembly's reference is the alternate now.
SWAPPED = "SwappedAlleles"
# So GLnexus marks an allele in a record of its own, beside others that overlap it: that doubts no
# carrier. Of who carries another one the record has no call, and so is not counted as untold.
NO_FAULT = "MONOALLELIC"
WRITTEN_OUT = re.compile(r"[ACGTN]+", re.IGNORECASE)


def adopt(
    path: str,
    samples: list[str],
    genome: str,
    sizes: Mapping[str, int],
    scratch: str | Path,
    adopted: str,
    judge: Callable[[str, str, str], None] | None = None,
    unread: str | None = None,
) -> None:
    """Write some samples of a given VCF as biallelic, normalised BCF with a verdict on each call.

    Args:
        path: The given file, plain, gzipped or BCF; no index is needed.
        samples: The samples to take, as the sheet names them.
        genome: The reference, indexed.
        sizes: Length of each contig of the genome in bases.
        scratch: A folder for files that are not kept.
        adopted: The file to write.
        judge: What writes the split alleles with their verdicts, from one file to another, and
            is told of what file they are; without one, `judge_sites` with its least limits.
        unread: INFO fields that the judge does not read, in words of bcftools: they go before sites
            are split, as those of some files are not of the number that their header says. None
            for `judge_sites`.

    Raises:
        ValueError: Names file, sample or contig, and the remedy.
    """
    names = ("header.txt", "bare.bcf", "renamed.bcf", "split.bcf", "judged.bcf", "kept.bcf")
    header, bare, renamed, split, judged, kept = (str(Path(scratch) / name) for name in names)
    taken = with_marks(take_samples(path, samples, scratch), scratch)
    try:
        require_known_contigs(_contigs_of(taken), sizes, path)
        dropped = ("-x", f"{unread or _unjudged(taken)},{_fields_of(taken)}", "-Ob", "-o", bare)
        bcftools.annotate("--no-version", *dropped, taken, catch_stdout=False)
        Path(header).write_text(_allele_numbered(bare))
        bcftools.reheader("-h", header, "-o", renamed, bare, catch_stdout=False)
        options = ("-f", genome, *splitting(renamed), "-Ob", "-o", split)
        bcftools.norm("--no-version", *options, renamed, catch_stdout=False)
        (judge or judge_sites)(split, judged, path)
        bcftools.annotate("--no-version", "-x", KEPT, "-Ob", "-o", kept, judged, catch_stdout=False)
        logger.info("%d record(s) repeat an allele", unite_repeats(kept, adopted))
        bcftools.index("--force", adopted, catch_stdout=False)
    except pysam.SamtoolsError as error:
        remedy = (
            "Correct the record, or leave the field out (bcftools annotate --remove)"
            if "wrong number of fields" in str(error)
            else "It must be sorted, and of the assembly that reference.fasta is; where it is of "
            "GRCh37, say so in column assembly of the sheet"
        )
        raise ValueError(
            f"{path} of sample {samples[0]} cannot be brought to the genome's form: {error}. "
            f"{remedy}."
        ) from None


def _unjudged(path: str) -> str:
    """INFO fields that `judge_sites` does not read, in words of bcftools."""
    with pysam.VariantFile(path) as calls:
        read = [f"INFO/{name}" for name in (SWAPPED, REFUSED) if name in calls.header.info]
    return f"^{','.join(read)}" if read else "INFO"


def _fields_of(path: str) -> str:
    """Fields of a genotype that are read, in words of bcftools.

    AF, a caller's own share of reads, only where there is one for each allele.
    """
    with pysam.VariantFile(path) as calls:
        formats = calls.header.formats
        is_by_allele = "AF" in formats and formats["AF"].number in ("A", ".")
    return f"{READ},{SHARE}" if is_by_allele else READ


def splitting(path: str) -> tuple[str, ...]:
    """Options of bcftools norm to split a file's sites by allele.

    Reads of the other alternates go to the reference's, so that each alternate keeps its share of
    all reads: of a genotype 1/2 about half, not all.
    """
    with pysam.VariantFile(path) as calls:
        has_depths = "AD" in calls.header.formats
    return ("-m", "-any", *(("--keep-sum", "AD") if has_depths else ()))


def _allele_numbered(path: str) -> str:
    """Header of a file, with AD and PL as values per allele and genotype, so that they split.

    Older callers declare them as lists of any length.
    """
    with pysam.VariantFile(path) as calls:
        text = str(calls.header)
    for name, number in NUMBER_BY_ALLELE.items():
        text = text.replace(
            f"##FORMAT=<ID={name},Number=.,", f"##FORMAT=<ID={name},Number={number},"
        )
    return text


def _contigs_of(path: str) -> dict[str, int | None]:
    """Contigs that have records, with the length that the header gives them."""
    bcftools.index("--force", path, catch_stdout=False)
    used = [line.split("\t")[0] for line in bcftools.index("--stats", path).splitlines()]
    with pysam.VariantFile(path) as calls:
        return {name: calls.header.contigs[name].length for name in used}


def judge_sites(
    calls: str | Path,
    judged: str | Path,
    what: str,
    min_depth: int = 1,
    min_genotype_quality: int = 1,
) -> None:
    """Turn a file's own filters into verdicts on genotypes, and drop alleles not written out.

    Args:
        calls: Biallelic, with genotypes.
        judged: The file to write.
        what: Names the file in messages.
        min_depth: Fewest reads that tell an absent allele, where they were counted; at least 1.
        min_genotype_quality: Least quality (phred) of an absent allele, where it is told; likewise.

    Raises:
        ValueError: A record has no genotypes.
    """
    least = (max(min_depth, 1), max(min_genotype_quality, 1))
    reader = VCF(str(calls))
    has_verdicts = "##FORMAT=<ID=FT," in reader.raw_header
    reader.add_format_to_header(FT_HEADER)
    if f"##INFO=<ID={REFUSED}," in reader.raw_header:
        reader.add_filter_to_header(ALLELE_FILTER)
    writer = Writer(str(judged), reader, mode="wb")
    counts = Counter()
    for site in reader:
        if site.INFO.get(REFUSED) == "yes" and not site.FILTER:
            site.FILTER = ALLELE_FILTER["ID"]
        if not (site.ALT and WRITTEN_OUT.fullmatch(site.ALT[0])):
            counts["alleles dropped, not written out"] += 1
            continue
        if "GT" not in site.FORMAT:
            raise ValueError(
                f"{what} has no genotypes (GT) at {site.CHROM}:{site.POS}. Give the VCF that its "
                "caller wrote, or leave the record out."
            )
        counts[site.FILTER or PASS] += 1
        # a caller on a soft-masked genome may write small letters, which are nobody else's allele
        if not (site.REF + site.ALT[0]).isupper():
            site.REF, site.ALT = site.REF.upper(), [site.ALT[0].upper()]
        own = site.format("FT") if has_verdicts else None
        site.set_format("FT", _verdicts(site, own, least))
        writer.write_record(site)
    writer.close()
    for name, count in sorted(counts.items()):
        logger.info("%s: %d record(s)", name, count)


def _verdicts(site: Variant, own: np.ndarray | None, least: tuple[int, int]) -> np.ndarray:
    """Verdict on each genotype of a site: the site's filter where it fails, else the file's own."""
    called = (site.genotype.array()[:, :-1] >= 0).any(axis=1)
    if site.FILTER and site.FILTER != NO_FAULT:
        verdict = np.full(len(called), site.FILTER.encode())
    elif own is None:
        verdict = np.full(len(called), PASS.encode())
    else:
        given = np.char.encode(own.astype(str))
        verdict = np.where(np.isin(given, (b"", b".")), PASS.encode(), given)
    verdict = np.where(_is_unseen(site, least), NO_EVIDENCE.encode(), verdict)
    return np.where(called, verdict, NO_VERDICT.encode())


def _is_unseen(site: Variant, least: tuple[int, int]) -> np.ndarray:
    """Whether a genotype is reference on less evidence than an absent allele needs.

    Callers before GATK 4.6 wrote it without any read, and a forced call of a panel writes it on a
    few. Where there is no DP, as bcftools leaves it out, the reads of all alleles (AD) are counted.
    Without depth and quality, or where the header calls them text, it is as good as any other
    genotype. Where a lift-over exchanged the alleles, such a reference has become two alternates.
    """
    alleles = site.genotype.array()[:, :-1]
    depth, quality = (told_numbers(site, name) for name in ("DP", "GQ"))
    told = (np.where(depth < 0, _counted(site), depth), quality)
    known = [np.where(found < 0, limit, found) for found, limit in zip(told, least, strict=True)]
    is_reference = (alleles <= 0).all(axis=1)
    if site.INFO.get(SWAPPED):
        is_reference |= (alleles != 0).all(axis=1)
    return is_reference & ~is_well_seen(*known, *least)


def _counted(site: Variant) -> np.ndarray:
    """Reads of the reference and the alternate together; -1 where they are not told apart."""
    reads = site.format("AD") if "AD" in site.FORMAT else None
    if reads is None or reads.ndim < 2 or reads.dtype.kind != "i" or reads.shape[1] < 2:
        return np.full(site.genotype.array().shape[0], -1)
    return np.where((reads >= 0).all(axis=1), reads.sum(axis=1), -1)
