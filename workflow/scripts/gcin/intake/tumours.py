"""Tumours in the sheet, and the VCFs of known alleles that calling looks into."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gcin.intake.heads import UnreadableError, is_file, vcf_header
from gcin.intake.kinds import SEQUENCED
from gcin.intake.problems import Problems


def check_tumours(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """Note tumours that cannot be called as the sheet describes them.

    Args:
        rows: The sheet, indexed by line number.
        path: The sheet's path, for messages.
        problems: Where problems are noted.
    """
    tumours = rows[rows["tissue"] == "tumour"]
    for line, row in tumours[tumours["kind"] == "gvcf"].iterrows():
        place = f"{path}, line {line}, column tissue"
        problem = f"sample {row['sample']} is tumour: a gVCF holds the genotypes of a germline"
        problems.add(place, problem, "Give the tumour's reads, or its somatic calls as VCF or MAF")
    for line, sample, first, second in _differing_normals(rows):
        place = f"{path}, line {line}, column cohort"
        problem = (
            f"tumour {sample} is called once, but stands beside germline sample(s) {first} and "
            f"{second}, cohort by cohort"
        )
        problems.add(place, problem, "Repeat its patient's germline rows in each of the cohorts")


def _differing_normals(rows: pd.DataFrame) -> Iterator[tuple[int, str, str, str]]:
    """Find tumours of several cohorts, of which one has other normals: line, sample, normals."""
    reads, normals = rows[rows["kind"].isin(SEQUENCED)], _normals(rows)
    for sample, own in reads[reads["tissue"] == "tumour"].groupby("sample"):
        beside = {
            ", ".join(normals.get(place, ["none"])): line
            for line, place in own[["cohort", "patient"]].agg(tuple, axis=1).items()
        }
        if len(beside) > 1:
            first, second = list(beside)[:2]
            yield beside[second], sample, first, second


def _normals(rows: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """By cohort and patient, the germline samples that come as reads, sorted."""
    germline = rows[rows["tissue"].eq("germline") & rows["kind"].isin(SEQUENCED)]
    of_patient = germline.groupby(["cohort", "patient"])["sample"]
    return of_patient.unique().map(sorted).to_dict()


def normals_by_tumour(rows: pd.DataFrame) -> dict[str, list[str]]:
    """By tumour, the germline samples of its patient that come as reads, sorted.

    A patient is one within a cohort; the sheet's check sees that all cohorts of a tumour agree.

    Args:
        rows: The sheet.
    """
    normals = _normals(rows)
    tumours = rows[rows["tissue"] == "tumour"].drop_duplicates("sample")
    places = zip(tumours["cohort"], tumours["patient"], strict=True)
    return dict(zip(tumours["sample"], (normals.get(place, []) for place in places), strict=True))


def doubts_about_tumours(somatic: dict, rows: pd.DataFrame) -> list[str]:
    """Say which tumours are called without anything that tells inherited alleles from theirs.

    Args:
        somatic: Settings of calling tumours.
        rows: The sheet.
    """
    if somatic["germline_resource"] or somatic["panel_of_normals"]:
        return []
    reads = rows[rows["kind"].isin(SEQUENCED)]
    alone = sorted(sample for sample, own in normals_by_tumour(reads).items() if not own)
    if not alone:
        return []
    return [
        f"{len(alone)} tumour sample(s), such as {', '.join(alone[:5])}, are called without a "
        "germline sample that comes as reads, a germline resource or a panel of normals: inherited "
        "alleles will pass for somatic. Name both under calling: somatic, or add the germline "
        "sample's reads."
    ]


def check_allele_files(settings: dict, problems: Problems) -> None:
    """Note VCFs of known alleles that are none, or lack what GATK needs: index, frequencies."""
    calling, somatic = settings["calling"], settings["calling"]["somatic"]
    named = {
        "calling.panel_sites": (calling["panel_sites"], False, False),
        "calling.somatic.germline_resource": (somatic["germline_resource"], True, True),
        "calling.somatic.panel_of_normals": (somatic["panel_of_normals"], True, False),
    }
    for number, path in enumerate(settings["genotypes"]["site_filter"]["vets"]["training"]):
        named[f"genotypes.site_filter.vets.training[{number}]"] = (path, True, False)
    for key, (path, indexed, with_frequency) in named.items():
        if path is None or not is_file(path):
            continue
        place = f"config, {key}"
        if indexed and not is_file(f"{path}.tbi"):
            problem = f"{path} has no index {Path(path).name}.tbi"
            problems.add(place, problem, "Compress it with bgzip, and index it with tabix -p vcf")
        try:
            header = vcf_header(path)
        except UnreadableError as fault:
            problems.add(place, f"{path}: {fault}", "Give a VCF of the alleles")
            continue
        if with_frequency and not any(line.startswith("##INFO=<ID=AF,") for line in header):
            problem = f"{path} has no INFO field AF in its header"
            problems.add(place, problem, "Give a VCF with the population frequency of each allele")
