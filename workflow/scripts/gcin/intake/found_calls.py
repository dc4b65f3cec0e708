"""Alignments, VCF and MAF found in folders: whose they are, by what stands in them."""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pysam

from gcin.intake.alignments import (
    alignment_header,
    assembly_of_header,
    require_fitting,
    samples_of,
)
from gcin.intake.calls import described, require_fitting_calls
from gcin.intake.found import (
    Doubt,
    Unit,
    is_small,
    kind_of_name,
    left_out,
    lines_to_the_end,
    require_end_of_bgzf,
    tissue_of,
)
from gcin.intake.heads import UnreadableError, lines, maf_header
from gcin.intake.kinds import ALIGNMENTS, BUILDS
from gcin.intake.sheet import require_file

RECORDS_LOOKED_AT = 100


class Content(NamedTuple):
    """What a file says of itself; an unknown assembly is empty, a tumour's normals are apart."""

    kind: str
    samples: list[str]
    assembly: str
    tumours: frozenset[str] = frozenset()
    normals: tuple[str, ...] = ()


def units_of_calls(paths: Iterable[str], whole: bool) -> tuple[list[Unit], list[Doubt]]:
    """Make units of alignments, VCF and MAF: one for each sample that a file names.

    Args:
        paths: The files.
        whole: Whether large files, too, are read to their ends.

    Returns:
        The units, and the doubts.
    """
    units, doubts = [], []
    for path in paths:
        try:
            require_file(path)
            content = content_of(path, whole)
        except UnreadableError as fault:
            doubts.append(left_out(path, str(fault), "Fetch or write the file again"))
            continue
        if reason := _reason_against(path, content):
            doubts.append(reason)
            continue
        doubts += _doubts(path, content)
        units += [_unit(path, content, sample) for sample in content.samples]
    return units, doubts


def content_of(path: str, whole: bool) -> Content:
    """Read what a file says of itself.

    Raises:
        UnreadableError: It is cut off, or not what its name says.
    """
    kind = kind_of_name(path)
    if kind in ALIGNMENTS:
        return _alignment(path, kind)
    require_end_of_bgzf(path)
    if kind == "vcf" and path.lower().endswith(".bcf"):
        return _bcf(path)
    if whole or is_small(path):
        lines_to_the_end(path)
    return _maf(path) if kind == "maf" else _vcf(path)


def _alignment(path: str, kind: str) -> Content:
    """Read samples (SM of the read groups) and assembly from an alignment's header."""
    header = alignment_header(path, kind)
    samples, assembly = samples_of(header), assembly_of_header(header)
    if len(samples) == 1:
        require_fitting(header, samples[0], assembly)
    return Content(kind, samples, assembly)


def _bcf(path: str) -> Content:
    previous = pysam.set_verbosity(0)
    try:
        with pysam.VariantFile(path) as stream:
            header = str(stream.header).splitlines()
            records = [str(record) for record in islice(stream, RECORDS_LOOKED_AT)]
    except (OSError, ValueError) as error:
        raise UnreadableError(f"it cannot be read ({error})") from None
    finally:
        pysam.set_verbosity(previous)
    return _called(header, records)


def _vcf(path: str) -> Content:
    header, records = [], []
    for line in lines(path):
        (header if line.startswith("#") else records).append(line)
        if len(records) == RECORDS_LOOKED_AT:
            break
    return _called(header, records)


def _called(header: list[str], records: list[str]) -> Content:
    """Read a VCF's header and first records.

    A joint VCF of GATK keeps the header line of NON_REF; only the records of a gVCF have it.
    """
    if not header or not header[-1].startswith("#CHROM"):
        raise UnreadableError("it has no VCF header with a #CHROM line")
    if any(len(record.split("\t")) < 8 for record in records):
        raise UnreadableError("it has a record with fewer than 8 fields")
    alternates = {name for line in records for name in line.split("\t")[4].split(",")}
    text, head = "\n".join(header), described(header)
    by_header = not records and head.has_blocks and "##GVCFBlock" in text
    if "<*>" in alternates and "<NON_REF>" not in alternates:
        raise UnreadableError("it is a gVCF with <*> for <NON_REF>, which GATK cannot genotype")
    kind = "gvcf" if by_header or "<NON_REF>" in alternates else "vcf"
    samples = [name for name in head.samples if name not in head.normals]
    normals = tuple(name for name in head.samples if name in head.normals)
    assembly = head.assembly
    if samples:
        require_fitting_calls(head, kind, samples[0], assembly)
    tumours = re.findall(r"^##tumor_sample=(.+)$", text, re.MULTILINE)
    return Content(kind, samples, assembly, frozenset(tumours), normals)


def _maf(path: str) -> Content:
    """Read the samples of all rows of a MAF, and its assembly from the first row."""
    header = maf_header(path)
    rows = (line.split("\t") for line in lines(path) if line and not line.startswith("#"))
    next(rows, None)
    column, samples, assembly = header.index("Tumor_Sample_Barcode"), {}, ""
    for row in rows:
        if len(row) <= column:
            raise UnreadableError(f"it has a row with {len(row)} of {len(header)} fields")
        samples[row[column]] = None
        if "NCBI_Build" in header and not assembly:
            build = dict(zip(header, row, strict=False)).get("NCBI_Build", "")
            assembly = BUILDS.get(build.lower().strip(), "")
    return Content("maf", list(samples), assembly, frozenset(samples))


def _reason_against(path: str, content: Content) -> Doubt | None:
    """Say why no row can be made of a readable file."""
    if not content.samples:
        where = "read group has an SM" if content.kind in ALIGNMENTS else "sample is named"
        return left_out(path, f"no {where} in it", "Name the sample in the file")
    if content.kind in ALIGNMENTS and len(content.samples) > 1:
        why = f"its read groups name several samples: {', '.join(content.samples)}"
        return left_out(path, why, "Split it: samtools split, or correct it: samtools addreplacerg")
    return None


def _doubts(path: str, content: Content) -> list[Doubt]:
    doubts = []
    if not content.assembly:
        seen = "its assembly is not told; GRCh38 is assumed"
        doubts.append(Doubt(path, seen, "Correct the column assembly"))
    if content.normals:
        why = (
            f"{', '.join(content.normals)}, the normal of its tumour, has no calls of its own there"
        )
        doubts.append(left_out(path, why, "Give the normal's own reads or calls"))
    if len(content.samples) == 1 and content.samples[0] not in Path(path).name:
        seen = f"the sample within is {content.samples[0]}, which its file name does not say"
        doubts.append(Doubt(path, seen, "Make sure that the file is that of the sample"))
    return doubts


def _unit(path: str, content: Content, sample: str) -> Unit:
    tissue = "tumour" if sample in content.tumours else tissue_of(sample)
    return Unit(sample, "1", tissue, content.kind, content.assembly or "GRCh38", path)
