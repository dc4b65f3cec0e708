"""The same reads give the same alignments and calls, whatever kind of file they come in."""

import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, TRAVELS, Project
from cyvcf2 import VCF
from pysam import FastaFile

from gcin.tensors.callability import read_bed
from gcin.tensors.calls import Calls
from gcin.tensors.store import Store
from gcin.tensors.untold import untold_shares

SIZE = {"patients": 12, "external": 4, "genes": 8, "fastq": 3, "gvcf": 1, "depth": 25}
LANES = ("L1", "L2")
# The reads of the first patient again; two were aligned to another dictionary.
KINDS = {"BAM": "bam", "CRAM": "cram", "OTHER": "bam", "AWAY": "cram"}
ELSEWHERE = ("OTHER", "AWAY")
# What is alike in its units' alignments stays alike, so not each goes the whole, dear way.
TARGETS = [
    "results/samples/A0001/variants.g.vcf.gz",
    "results/samples/OTHER/variants.g.vcf.gz",
    "results/samples/CRAM/alignment.cram",
    *(f"results/samples/{sample}/units/{lane}.bam" for sample in ("BAM", "AWAY") for lane in LANES),
]

# The older assembly has this many bases more before each contig, and a contig that was given up.
SHIFT = 1000
GIVEN_UP = "17"
# A gene whose introns no target covers, though the panel asks for an allele there.
UNCOVERED = "EGFR"


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
    genome = renamed(folder) if sample in ELSEWHERE else "reference/genome.fa"
    shell(folder, f"bwa index {genome} 2>bwa.log")
    row = {"patient": patient, "sample": sample, "kind": KINDS[sample], "mate": ""}
    return [
        row | {"unit": lane, "file": aligned(folder, sample, lane, genome, KINDS[sample])}
        for lane in LANES
    ]


def on_older_assembly(hospital, sample, renamed):
    """Write a sample's calls as of GRCh37, with the chains that lead back; return their row."""
    packed = (hospital / "variants" / "hospital_a.vcf.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    *meta, columns = (line for line in lines if line[0] == "#")
    records = [line.split("\t") for line in lines if line[0] != "#"]
    place = columns.split("\t").index(sample)
    sizes = dict(re.findall(r"##contig=<ID=(\w+),length=(\d+)>", "\n".join(meta)))
    older = {name: int(size) + SHIFT for name, size in sizes.items()}
    head = [line for line in meta if "##contig" not in line]
    head += [f"##contig=<ID={name[3:]},length={size}>" for name, size in older.items()]
    head.append("\t".join([*columns.split("\t")[:9], renamed]))
    rows = [
        "\t".join([name[3:], str(int(position) + SHIFT), *rest[:7], rest[place - 2]])
        for name, position, *rest in records
    ]
    (hospital / "variants" / "older.vcf").write_text("\n".join(head + rows) + "\n")
    chains = [
        f"chain 1 {name} {older[name]} + {SHIFT} {older[name]} {name} {size} + 0 {size} 1\n{size}\n"
        for name, size in sizes.items()
        if name != f"chr{GIVEN_UP}"
    ]
    (hospital / "older.chain").write_text("\n".join(chains))
    return {"sample": renamed, "kind": "vcf", "assembly": "GRCh37", "file": "variants/older.vcf"}


def write_panel(hospital):
    """Write a panel: an allele of A0001, another one at its place, and one between two targets."""
    with gzip.open(hospital / "truth" / "A0001.vcf.gz", "rt") as stream:
        contig, position, _, old, new, *_ = next(line for line in stream if line[0] != "#").split()
    other = next(base for base in "ACGT" if base not in (old, new))
    names = ["chromosome", "start", "end", "gene"]
    targets = pd.read_csv(hospital / "reference" / "targets.bed", sep="\t", names=names)
    before, behind = targets[targets["gene"] == UNCOVERED].to_dict("records")[:2]
    between = (before["end"] + behind["start"]) // 2
    with FastaFile(str(hospital / "reference" / "genome.fa")) as genome:
        base = genome.fetch(before["chromosome"], between - 1, between)
    rows = [(contig, position, "carried", old, new), (contig, position, "absent", old, other)]
    rows.append((before["chromosome"], between, "unseen", base, "ACGT"["CGTA".index(base)]))
    text = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    text += "".join("\t".join([*map(str, row), ".", ".", "."]) + "\n" for row in rows)
    (hospital / "panel.vcf").write_text(text)


@pytest.fixture(scope="module")
def processed(tmp_path_factory) -> Project:
    """One patient's reads in several kinds of files, processed up to their targets."""
    folder = tmp_path_factory.mktemp("kinds")
    for name in TRAVELS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    shutil.copy(Path(__file__).with_name("tiny.yaml"), folder)
    (folder / "kinds.yaml").write_text(
        "reference: {shards: 1, cram_fasta: other.fa}\nannotation: {maf: {chain: older.chain}}\n"
        "calling: {panel_sites: panel.vcf}\n"
    )
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
        for number, sample in enumerate(KINDS, 2)
        for row in rows_of(folder / "hospital", sample, f"A000{number}")
    ]
    kept = rows[(rows["sample"] == "A0001") | (rows["kind"] == "maf")]
    write_panel(folder / "hospital")
    older = on_older_assembly(folder / "hospital", "A0010", "OLDER")
    mixed = pd.concat(
        [
            rows[rows["sample"].isin(["A0001", "A0010"])],
            pd.DataFrame([typical | older | {"patient": "A0011", "unit": "1", "mate": ""}]),
        ]
    ).assign(cohort="mixed")
    card = folder / "hospital" / "cohorts" / "hospital_a.yaml"
    shutil.copy(card, card.with_name("mixed.yaml"))
    project.write_samples(pd.concat([kept, pd.DataFrame(given), mixed])[rows.columns])
    project.snakemake(*TARGETS, "--notemp", overlays=("kinds.yaml",))
    tensors = ["results/cohorts/mixed/current", "--until", "assemble_tensors"]
    project.snakemake(*tensors, "--notemp", overlays=("kinds.yaml",))
    return project


def calls_of(project, sample):
    """Read the records of a genomic VCF: sites, alleles, genotypes and all that speaks for them."""
    path = project.folder / "results" / "samples" / sample / "variants.g.vcf.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def test_realigned_reads_give_the_calls_of_fastq(processed):
    expected = calls_of(processed, "A0001")
    variants = [call for call in expected if call[4] != "<NON_REF>"]
    assert len(variants) > 5
    assert calls_of(processed, "OTHER") == expected


def records(path):
    """Read the records of an alignment, the names of their read groups left out, sorted."""
    text = subprocess.run(
        ["samtools", "view", path], capture_output=True, text=True, check=True
    ).stdout
    fields = (line.split("\t") for line in text.splitlines())
    return sorted(
        [*line[:11], *sorted(tag for tag in line[11:] if tag[:5] != "RG:Z:")] for line in fields
    )


@pytest.mark.parametrize("sample", KINDS)
@pytest.mark.parametrize("lane", LANES)
def test_the_alignment_of_a_unit_is_that_of_its_fastq(processed, sample, lane):
    units = processed.folder / "results" / "samples"
    expected = records(units / "A0001" / "units" / f"{lane}.bam")
    assert len(expected) > 1000
    assert records(units / sample / "units" / f"{lane}.bam") == expected


@pytest.mark.parametrize("sample", ["CRAM", "OTHER"])
def test_duplicates_over_all_units_are_those_of_fastq(processed, sample):
    samples = processed.folder / "results" / "samples"
    marked = records(samples / sample / "alignment.cram")
    assert marked == records(samples / "A0001" / "alignment.cram")
    assert any(int(record[1]) & 0x400 for record in marked)


@pytest.mark.parametrize(
    ("sample", "because"),
    [("BAM", ""), ("CRAM", ""), ("OTHER", "contig 1 is "), ("AWAY", "contig 1 is ")],
)
def test_only_an_alignment_of_another_dictionary_is_realigned(processed, sample, because):
    for lane in LANES:
        plan = processed.folder / "results" / "samples" / sample / "units" / f"{lane}.plan.json"
        text = plan.read_text()
        assert ('"because": ""' in text) == (because == "")
        assert f'"because": "{because}' in text


def test_units_that_name_their_read_groups_alike_keep_them_apart(processed):
    cram = processed.folder / "results" / "samples" / "CRAM" / "alignment.cram"
    header = subprocess.run(
        ["samtools", "view", "--header-only", cram], capture_output=True, text=True, check=True
    ).stdout
    groups = [line for line in header.splitlines() if line.startswith("@RG")]
    assert [line.split("\t")[1] for line in groups] == ["ID:CRAM.L1:1", "ID:CRAM.L2:1"]


@pytest.fixture
def mixed(processed) -> Path:
    """Folder of the generation in which reads and VCFs of two assemblies stand side by side."""
    receipt = next(processed.folder.glob("results/cohorts/mixed/*/tensors/receipt.json"))
    return receipt.parents[1]


def calls_in_store(folder, sample):
    """Read a sample's calls in a tensor store: place and alleles, and what was seen of each."""
    row = Store.open(folder).receipt["samples"].index(sample)
    own = pd.DataFrame(Calls.open(folder).of_sample(row))
    sites = pd.read_parquet(folder / "sites.parquet").iloc[own["site"]].reset_index(drop=True)
    places = sites[["chromosome", "position", "reference", "alternate", "gene"]]
    return places.join(own.drop(columns="site"))


def test_calls_of_grch37_arrive_in_the_tensors_where_they_lie_now(mixed):
    expected = calls_in_store(mixed / "tensors", "A0010")
    lost = expected["chromosome"] == f"chr{GIVEN_UP}"
    assert lost.any()
    assert (~lost).sum() >= 4
    found = calls_in_store(mixed / "tensors", "OLDER")
    pd.testing.assert_frame_equal(found, expected[~lost].reset_index(drop=True))


def test_calls_that_cannot_be_lifted_are_listed(mixed, processed):
    given = VCF(str(processed.folder / "hospital" / "variants" / "older.vcf"))
    lost = [(GIVEN_UP, site.POS) for site in given if site.CHROM == GIVEN_UP]
    (path,) = (mixed / "given").glob("*.unplaced.tsv")
    listed = pd.read_csv(path, sep="\t", dtype={"chromosome": str})
    assert list(zip(listed["chromosome"], listed["position"], strict=True)) == lost
    assert set(listed["reason"]) == {"not in the genome"}


def test_an_allele_of_the_panel_that_is_not_covered_makes_its_gene_missing(mixed, processed):
    table = pd.read_csv(mixed / "panel.tsv", sep="\t").set_index("id")
    assert set(table["sample"]) == {"A0001"}
    states = {"carried": "carried", "absent": "absent", "unseen": "not covered"}
    assert table["state"].to_dict() == states
    assert table.loc["unseen", ["gene", "depth"]].tolist() == [UNCOVERED, 0]
    assert table.loc["carried", "depth"] >= 10
    counts = processed.folder / "results" / "samples" / "A0001" / "callable.parquet"
    covered = pd.read_parquet(counts).set_index("gene").eval("callable / bases")
    assert covered[UNCOVERED] > 0.5
    store = Store.open(mixed / "tensors")
    _, known = store.gene_tensor(["A0001", "A0010"])
    known = pd.DataFrame(known.T, index=store.genes["gene"], columns=["A0001", "A0010"])
    assert not known.loc[UNCOVERED, "A0001"]
    assert known.loc[table.loc["carried", "gene"], "A0001"]
    # Of A0010, which has no panel, those genes are missing of which its own VCF tells too little.
    coding = read_bed(processed.folder / "results" / "reference" / "coding.bed")
    untold = untold_shares(str(mixed / "given" / "0.bcf"), coding)["A0010"][known.index]
    assert 0 < (untold > 0.5).sum() < len(untold)
    assert known["A0010"].tolist() == (untold <= 0.5).tolist()
