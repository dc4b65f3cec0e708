"""The same reads give the same genotypes, whatever kind of file they come in."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, TRAVELS, Project
from cyvcf2 import VCF

SIZE = {"patients": 12, "external": 4, "genes": 8, "fastq": 3, "gvcf": 1, "depth": 25}
LANES = ("L1", "L2")
# Reads of one patient as sample FASTQ, BAM, CRAM and OTHER, which is BAM of another dictionary.
PATIENTS = {"A0001": "fastq", "BAM": "bam", "CRAM": "cram", "OTHER": "bam"}


def shell(folder, command):
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, check=True)


def aligned(folder, sample, lane, genome, kind):
    """Align a lane; both lanes call their read group 1, as files of two runs often do."""
    group = shlex.quote(rf"@RG\tID:1\tSM:{sample}\tLB:A0001-lib1\tPL:ILLUMINA")
    reads = " ".join(f"reads/A0001_{lane}_R{mate}.fastq.gz" for mate in (1, 2))
    given = f"reads/{sample}_{lane}.{kind}"
    form = f"--output-fmt {kind} --reference {genome}"
    align = f"bwa mem -Y -R {group} {genome} {reads} 2>bwa.log"
    shell(folder, f"{align} | samtools sort {form} -o {given} - 2>sort.log")
    return given


def renamed(folder):
    """Write the genome with its contigs in another order and under other names."""
    lines = (folder / "reference" / "genome.fa").read_text().split(">")[1:]
    text = "".join(f">{contig.removeprefix('chr')}" for contig in reversed(lines))
    (folder / "other.fa").write_text(text)
    return "other.fa"


def rows_of(folder, sample, patient):
    """Make the sheet's rows of a sample that is aligned already."""
    genome = renamed(folder) if sample == "OTHER" else "reference/genome.fa"
    shell(folder, f"bwa index {genome} 2>bwa.log")
    row = {"patient": patient, "sample": sample, "kind": PATIENTS[sample], "mate": ""}
    return [
        row | {"unit": lane, "file": aligned(folder, sample, lane, genome, PATIENTS[sample])}
        for lane in LANES
    ]


@pytest.fixture(scope="module")
def genotyped(tmp_path_factory) -> Project:
    """A cohort of one patient's reads in four kinds of files, up to its genotypes."""
    folder = tmp_path_factory.mktemp("kinds")
    for name in TRAVELS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    shutil.copy(Path(__file__).with_name("tiny.yaml"), folder)
    (folder / "one_shard.yaml").write_text("reference: {shards: 1}\n")
    subprocess.run(
        [sys.executable, "-m", "gcin.simulation", "hospital"]
        + [f"--{key}={value}" for key, value in SIZE.items()],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "workflow" / "scripts")},
        check=True,
    )
    project = Project(folder)
    rows = project.samples()
    typical = {"cohort": "hospital_a", "tissue": "germline", "assembly": "GRCh38"}
    typical |= {"platform": "", "library": ""}
    given = [
        typical | row
        for number, sample in enumerate(list(PATIENTS)[1:], 2)
        for row in rows_of(folder / "hospital", sample, f"A000{number}")
    ]
    kept = rows[(rows["sample"] == "A0001") | (rows["kind"] == "maf")]
    project.write_samples(pd.concat([kept, pd.DataFrame(given)])[rows.columns])
    target = ["results/cohorts/hospital_a/current", "--until", "unite_genotypes", "--notemp"]
    project.snakemake(*target, overlays=("one_shard.yaml",))
    return project


def passing(project):
    """List the passing genotypes of each sample: site, alleles and GT, phase left out."""
    (path,) = project.folder.glob("results/cohorts/hospital_a/*/genotypes.bcf")
    calls = VCF(str(path))
    found = {sample: [] for sample in calls.samples}
    for site in calls:
        for sample, genotype, verdict in zip(
            calls.samples, site.genotypes, site.format("FT"), strict=True
        ):
            if verdict == "PASS":
                place = (site.CHROM, site.POS, site.REF, *site.ALT)
                found[sample].append((*place, *sorted(genotype[:-1])))
    return found


def test_every_kind_of_file_gives_the_same_passing_genotypes(genotyped):
    found = passing(genotyped)
    assert sum(any(allele > 0 for allele in call[-2:]) for call in found["A0001"]) > 5
    assert found.keys() == PATIENTS.keys()
    for sample in PATIENTS:
        assert found[sample] == found["A0001"], sample


def records(path):
    """Read the records of an alignment, the name of their read group left out, sorted."""
    text = subprocess.run(
        ["samtools", "view", path], capture_output=True, text=True, check=True
    ).stdout
    fields = (line.split("\t") for line in text.splitlines())
    return sorted([field for field in line if field[:5] != "RG:Z:"] for line in fields)


@pytest.mark.parametrize("sample", ["BAM", "OTHER"])
def test_reads_are_aligned_as_those_of_fastq_are(genotyped, sample):
    units = genotyped.folder / "results" / "samples"
    for lane in LANES:
        expected = records(units / "A0001" / "units" / f"{lane}.bam")
        assert records(units / sample / "units" / f"{lane}.bam") == expected


@pytest.mark.parametrize(
    ("sample", "because"),
    [("BAM", ""), ("CRAM", ""), ("OTHER", "contig 1 is ")],
)
def test_only_an_alignment_of_another_dictionary_is_realigned(genotyped, sample, because):
    for lane in LANES:
        plan = genotyped.folder / "results" / "samples" / sample / "units" / f"{lane}.plan.json"
        text = plan.read_text()
        assert ('"because": ""' in text) == (because == "")
        assert f'"because": "{because}' in text


def test_units_that_name_their_read_groups_alike_keep_them_apart(genotyped):
    cram = genotyped.folder / "results" / "samples" / "BAM" / "alignment.cram"
    header = subprocess.run(
        ["samtools", "view", "--header-only", cram], capture_output=True, text=True, check=True
    ).stdout
    groups = [line for line in header.splitlines() if line.startswith("@RG")]
    assert [line.split("\t")[1] for line in groups] == ["ID:BAM.L1:1", "ID:BAM.L2:1"]
