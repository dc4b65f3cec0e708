"""Given calls: what the headers of VCFs and genomic VCFs say, read each time a run is described."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from gcin.intake.alignments import assembly_of
from gcin.intake.contigs import prefix_of
from gcin.intake.found import require_end_of_bgzf
from gcin.intake.heads import UnreadableError, vcf_header
from gcin.intake.kinds import SEQUENCED
from gcin.intake.problems import nearest

LENGTH = re.compile(r"##contig=<.*\blength=(\d+)")
# GATK 3 wrote ##GATKCommandLine.HaplotypeCaller=<ID=HaplotypeCaller,Version=3.8-1,...
VERSION = re.compile(r'##GATKCommandLine.*?<ID=HaplotypeCaller,.*\bVersion="?([^",>]+)')
NO_VERSION = "unknown"
CONTIG = re.compile(r"##contig=<ID=([^,>]+)")
# Mutect2 names the normal; Strelka and VarScan call the two columns so.
NORMAL_LINE = re.compile(r"##normal_sample=(.+)$")
# VarScan (SS) and VarDict (STATUS) list what normal and tumour share, too, and say which it is.
STATUS_LINE = re.compile(r"##INFO=<ID=(SS|STATUS),.*somatic (or germline )?status", re.IGNORECASE)
SOMATIC = {"SS": '="2"', "STATUS": '~"Somatic"'}
NORMAL, TUMOURS = "NORMAL", {"TUMOR", "TUMOUR"}


@dataclass(frozen=True)
class CallsHeader:
    """What the header of a VCF says.

    Attributes:
        samples: Samples in the file's order.
        assembly: Assembly that the lengths of its contigs are of; empty where of none.
        has_genotypes: Whether it declares FORMAT/GT.
        has_blocks: Whether it declares the allele of GATK's reference blocks.
        version: Version of the GATK that called it; `unknown` where it does not say.
        prefix: What stands before the numbers of its chromosomes, see `prefix_of`.
        normals: Samples beside which a tumour of the file was called.
        status: Field of INFO that says of each allele if it is somatic; empty where there is none.
    """

    samples: list[str]
    assembly: str
    has_genotypes: bool
    has_blocks: bool
    version: str
    prefix: str | None
    normals: frozenset[str]
    status: str


def calls_header(path: str) -> CallsHeader:
    """Read the header of a VCF or BCF.

    Raises:
        UnreadableError: The file is none, or cut off.
    """
    require_end_of_bgzf(path)
    return described(vcf_header(path))


def described(header: list[str]) -> CallsHeader:
    """Sum up the lines of a VCF's header; the last names the columns."""
    *meta, columns = header
    lengths = {int(found[1]) for line in meta if (found := LENGTH.match(line))}
    versions = [found[1] for line in meta if (found := VERSION.match(line))]
    samples = columns.split("\t")[9:]
    return CallsHeader(
        samples=samples,
        assembly=assembly_of(lengths),
        has_genotypes=any(line.startswith("##FORMAT=<ID=GT,") for line in meta),
        has_blocks=any(line.startswith("##ALT=<ID=NON_REF,") for line in meta),
        version=versions[-1] if versions else NO_VERSION,
        prefix=prefix_of(found[1] for line in meta if (found := CONTIG.match(line))),
        normals=_normals_in(meta, samples),
        status=next((found[1] for line in meta if (found := STATUS_LINE.match(line))), ""),
    )


def _normals_in(meta: list[str], samples: list[str]) -> frozenset[str]:
    """Name the samples beside which a tumour was called."""
    named = {found[1].strip() for line in meta if (found := NORMAL_LINE.match(line))}
    if TUMOURS & {name.upper() for name in samples}:
        named |= {name for name in samples if name.upper() == NORMAL}
    return frozenset(named)


def require_fitting_calls(header: CallsHeader, kind: str, sample: str, assembly: str) -> None:
    """Refuse calls that are not what their row says: of this sample, kind and assembly.

    Raises:
        UnreadableError: Says what differs, and the remedy.
    """
    if sample not in header.samples:
        held = ", ".join(header.samples[:5]) or "no sample"
        raise UnreadableError(
            f"its header names {held}, not this sample; correct the sheet, or where it is the same "
            f"specimen rename it: bcftools reheader --samples. {nearest(sample, header.samples)}"
        )
    if header.samples.count(sample) > 1:
        raise UnreadableError("its header names this sample twice; rename or drop one of the two")
    if sample in header.normals:
        raise UnreadableError(
            "its header names this sample as the normal of a tumour: the tumour's alleles are "
            "listed and none of its own, so that it would pass for wild type; give the reads or "
            "calls of the sample itself, or leave the row out"
        )
    if not header.has_genotypes:
        raise UnreadableError(
            "its header declares no genotypes (FORMAT/GT): a list of sites says nothing of a "
            "sample; give the VCF that its caller wrote"
        )
    if kind == "gvcf" and len(header.samples) > 1:
        raise UnreadableError(
            f"it holds {len(header.samples)} samples; give each its own genomic VCF, or the joint "
            "calls as kind vcf"
        )
    if kind == "gvcf" and not header.has_blocks:
        raise UnreadableError(
            "its header declares no <NON_REF>, so it is no genomic VCF of GATK; call it with -ERC "
            "GVCF, or give it as kind vcf"
        )
    if header.assembly not in ("", assembly):
        raise UnreadableError(
            f"its contigs are those of {header.assembly}, the sheet says {assembly}; write "
            f"{header.assembly} in column assembly"
        )


def gatk_of(project: str | Path) -> str:
    """Read the version of GATK that the project pins."""
    environment = yaml.safe_load(Path(project, "envs", "gatk.yaml").read_text())
    pins = dict(item.split("=") for item in environment["dependencies"])
    return pins["gatk4"]


def doubts_about_callers(
    rows: pd.DataFrame, headers: Mapping[str, CallsHeader], here: str
) -> list[str]:
    """Say in which cohorts genomic VCFs of several versions of GATK would be called jointly.

    Before 4.6 a genotype without reads was written 0/0 and not ./., and models of errors differ.

    Args:
        rows: The sheet, paths resolved.
        headers: Header of each given genomic VCF, by path.
        here: Version of the GATK that calls the samples of this run.
    """
    doubts = []
    for cohort, members in rows.groupby("cohort"):
        given = members[members["kind"] == "gvcf"].drop_duplicates("sample")
        versions = given["file"].map(lambda path: headers[path].version)
        counts = versions.value_counts().sort_index()
        own = members["sample"][members["kind"].isin(SEQUENCED)].nunique()
        if own:
            counts[here] = own + counts.get(here, 0)
        if len(counts) > 1:
            listed = ", ".join(f"{version} ({count})" for version, count in counts.items())
            doubts.append(
                f"cohort {cohort}: genomic VCFs of several versions of GATK are called jointly: "
                f"{listed}. Genotypes without reads and error models differ between versions: "
                "call all samples with one, from their reads or alignments."
            )
    return doubts


def doubts_about_status(rows: pd.DataFrame, headers: Mapping[str, CallsHeader]) -> list[str]:
    """Say which tumours come as VCFs that may list inherited alleles beside somatic ones.

    Args:
        rows: The sheet, paths resolved.
        headers: Header of each given VCF, by path.
    """
    tumours = rows[(rows["kind"] == "vcf") & (rows["tissue"] == "tumour")]
    fields = tumours["file"].map(lambda path: headers[path].status)
    return [_doubt_about(field, own) for field, own in tumours["sample"].groupby(fields) if field]


def _doubt_about(field: str, samples: pd.Series) -> str:
    return (
        f"{samples.nunique()} tumour sample(s), such as {', '.join(sorted(set(samples))[:5])}, "
        f"come as VCF that says of each allele whether it is somatic (INFO/{field}), and all that "
        "pass count as the tumour's; where inherited ones are among them, leave them out: "
        f"bcftools view --include 'INFO/{field}{SOMATIC[field]}'"
    )
