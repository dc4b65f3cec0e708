"""What only settings, tumours and given alignments ask for: no fault of such a rule stays either.

Everything that is off by default is on, in one cohort: recalibration, trimming, contamination, a
panel, single copies of X, copy number, segments, scores of sites, ancestry, a tumour beside its
normal, an alignment to another genome, a genomic VCF, and known sites that are fetched.
"""

import hashlib
import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pysam
import pytest
import yaml
from conftest import ROOT, TRAVELS, Project
from faults import (
    MET,
    NO_MOUNT,
    Job,
    differences,
    expect_survival,
    fill_midway,
    jobs_in,
    on_small_disk,
)

from gcin.simulation.files import write_hospital
from gcin.simulation.hospital import Hospital
from gcin.tensors.store import Store

HOSPITAL = Hospital(patients=12, external=4, genes=8, fastq=3, gvcf=1, depth=25)
CURRENT = "results/cohorts/hospital_a/current"
# The normal has six heterozygous SNVs on chr13 and on chr17, enough to measure a lost allele by.
NORMAL, TUMOUR, AWAY, GIVEN = "A0003", "T1", "AWAY", "A0004"
MOVED = "A0001"
RECORDED, LISTED = "A0005", "B0001"
KNOWN = "reference/known_sites.vcf.gz"
# Rules files of the other half, and wiring; a file that is not named here is of the pipeline.
MODEL_HALF = {
    *("clinical", "common", "decisions", "documents", "evaluation", "inputs", "learning", "model"),
    *("omics", "prediction", "report", "simulation", "splits", "stacks", "tuning"),
}
OF_STUDIES = {"list_relatives"}
ASKED_FOR = {
    "alignment": {"recipe": "bqsr", "trim": {"tool": "fastp"}},
    "calling": {
        "sex_ploidy": True,
        "panel_sites": "truth/A0001.vcf.gz",
        "copy_number": {"tool": "depth", "normals": [AWAY], "min_normals": 1, "bin_bases": 100},
        "somatic": {"orientation_model": {"use": "always"}},
    },
    "genotypes": {"site_filter": {"vets": {"training": [KNOWN]}}},
    "quality": {
        "common_sites": "common.vcf",
        "ancestry": {"components": 2},
        "checks": {
            "max_duplicate_share": {"action": "exclude"},
            "min_insert_bases": {"limit": 100, "action": "exclude"},
        },
    },
    "studies": {},
}


class SilentHandler(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *arguments: object) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where a server on this machine offers known sites, and the folder that they come from."""
    folder = tmp_path_factory.mktemp("offered")
    handler = partial(SilentHandler, directory=str(folder))
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("no_proxy", "127.0.0.1")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


def align_elsewhere(hospital: Path, patient: str) -> str:
    """Align a patient's reads to a genome whose contigs have another order and other names."""
    contigs = (hospital / "reference" / "genome.fa").read_text().split(">")[1:]
    other = "".join(f">{contig.removeprefix('chr')}" for contig in reversed(contigs))
    (hospital / "other.fa").write_text(other)
    reads = " ".join(f"reads/{patient}_L1_R{mate}.fastq.gz" for mate in (1, 2))
    command = (
        "bwa index other.fa 2>bwa.log"
        f" && bwa mem -Y -R '@RG\\tID:1\\tSM:{AWAY}' other.fa {reads} 2>bwa.log"
        " | samtools sort --output-fmt cram --reference other.fa -o away.cram - 2>sort.log"
    )
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=hospital, check=True)
    return "away.cram"


def write_sheet(project: Project) -> None:
    """Keep a sample of each kind but BAM: a normal as FASTQ, with a tumour of its patient."""
    rows = project.samples()
    first = rows.drop_duplicates("sample").set_index("sample", drop=False)
    tumour = first.loc[["A0002"]].assign(sample=TUMOUR, patient=NORMAL, tissue="tumour")
    cram = {"sample": AWAY, "kind": "cram", "mate": "", "library": "", "platform": ""}
    cram["file"] = align_elsewhere(project.sheet.parent, MOVED)
    kept = rows[rows["sample"].isin([NORMAL, GIVEN, RECORDED, LISTED])].assign(cohort="hospital_a")
    project.write_samples(pd.concat([kept, tumour, first.loc[[MOVED]].assign(**cram)]))


def write_aids(hospital: Path, server: str, offered: Path) -> dict:
    """Write what the settings name, and give these."""
    known = pd.read_csv(hospital / KNOWN, sep="\t", comment="#", header=None, dtype=str)
    known[7] = "AF=0.1"
    head = '##fileformat=VCFv4.2\n##INFO=<ID=AF,Number=A,Type=Float,Description="">\n'
    head += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    (hospital / "common.vcf").write_text(head + known.to_csv(sep="\t", index=False, header=False))
    segment = "ID\tchrom\tloc.start\tloc.end\tseg.mean\n" + f"{GIVEN}\tchr10\t1\t8000\t-1\n"
    (hospital / "cohort.seg").write_text(segment)
    card = hospital / "cohorts" / "hospital_a.yaml"
    own = yaml.safe_load(card.read_text()) | {"segments": "cohort.seg"}
    own["truth"] = {NORMAL: own["truth"][NORMAL]}
    card.write_text(yaml.safe_dump(own, sort_keys=False))
    (hospital / "cohorts" / "hospital_b.yaml").unlink()
    content = (hospital / KNOWN).read_bytes()
    (offered / Path(KNOWN).name).write_bytes(content)
    fetched = {"url": f"{server}/{Path(KNOWN).name}", "sha256": hashlib.sha256(content).hexdigest()}
    download = {"fasta": None, "known_sites": [fetched]}
    named = {"known_sites": [KNOWN], "cram_fasta": "other.fa", "download": download}
    return {"reference": named | {"shards": 1}}


@pytest.fixture(scope="module")
def project(tmp_path_factory, address) -> Project:
    """A cohort for which everything is asked, laid out."""
    folder = tmp_path_factory.mktemp("asked")
    for name in TRAVELS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / "hospital").mkdir()
    write_hospital(folder / "hospital", HOSPITAL, "hospital")
    project = Project(folder)
    write_sheet(project)
    own = yaml.safe_load((folder / "hospital" / "config.yaml").read_text())
    del own["studies"], own["simulation"]
    (folder / "hospital" / "config.yaml").write_text(yaml.safe_dump(own))
    aids = write_aids(folder / "hospital", *address)
    (folder / "tiny.yaml").write_text(yaml.safe_dump(ASKED_FOR | aids))
    return project


@pytest.fixture(scope="module")
def made(project) -> list[Job]:
    """Jobs of what only is there where it is asked for, done, up to the tensors."""
    planned = jobs_in(project.snakemake(CURRENT, "--notemp", "--dry-run").stdout)
    jobs = [job for job in planned if job.rule in MET["asked for"]]
    tensors = [job for job in planned if job.rule == "assemble_tensors"]
    paths = [path for job in (*jobs, *tensors) for path in job.outputs]
    project.snakemake(*paths, "--notemp", "--scheduler", "greedy")
    return jobs


def test_every_rule_of_the_pipeline_half_meets_its_faults():
    files = [path for path in ROOT.glob("workflow/rules/*.smk") if path.stem not in MODEL_HALF]
    rules = {rule for path in files for rule in re.findall(r"(?m)^rule (\w+):", path.read_text())}
    assert rules - OF_STUDIES == set().union(*MET.values())


def test_no_fault_of_a_rule_changes_what_is_asked_for(project, made, tmp_path):
    assert {job.rule for job in made} == MET["asked for"]
    right, places = tmp_path / "right", [Path(path) for job in made for path in job.outputs]
    for path in places:
        (right / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(project.folder / path, right / path)
    target = [*map(str, places), "--notemp", "--allowed-rules", *sorted(MET["asked for"])]
    whole = expect_survival(project, target, made, tmp_path)
    assert differences(right, project.folder, places) == {}
    if not whole:
        pytest.skip(NO_MOUNT)


@pytest.mark.parametrize("rule", ["trim_reads", "annotate_variants", "encode_calls"])
def test_a_disk_that_fills_while_outputs_are_written_leaves_none_of_them(
    project, made, tmp_path, rule
):
    everything = jobs_in(project.snakemake(CURRENT, "--notemp", "--forceall", "--dry-run").stdout)
    job = next(job for job in everything if job.rule == rule)
    assert len(job.outputs) > 1
    right, notes = tmp_path / "right", tmp_path / "notes"
    notes.mkdir()
    for path in job.outputs:
        (right / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project.folder / path, right / path)
    with on_small_disk(project) as permitted:
        if permitted:
            written = fill_midway(project, job, notes)
    if not permitted:
        pytest.skip("no file system may be mounted here")
    whole = {path: (right / path).stat().st_size for path in job.outputs}
    # The disk filled between the first byte of them and the last.
    assert 0 < sum(written.values()) < sum(whole.values())
    assert differences(right, project.folder, map(Path, job.outputs)) == {}


def test_each_kind_reaches_the_tensors_and_copies_of_those_who_have_any(project, made):
    """A tumour's by depth beside a normal, and by segments those of one who has no reads."""
    receipt = next(project.folder.glob("results/cohorts/*/*/tensors/receipt.json"))
    store = Store.open(receipt.parent)
    _, _, carried, _ = store.variants([NORMAL, MOVED, GIVEN, RECORDED, LISTED], 100)
    assert (carried.sum(axis=1) > 3).all()
    track, _ = store.gene_tensor([NORMAL, GIVEN])
    log2, measured, loh, told = (
        pd.DataFrame(track[..., list(store.features).index(name)].T, store.genes["gene"])
        for name in ("copy_number", "copy_number_measured", "loh", "loh_measured")
    )
    own = pd.read_csv(project.folder / "results/samples" / TUMOUR / "copies.tsv", sep="\t")
    assert log2[0].tolist() == pytest.approx(own["log2"].tolist(), abs=1e-3)
    # Another person's reads show but one allele at most of the germline's heterozygous SNVs.
    assert told[0].tolist() == own["loh"].notna().tolist()
    assert own["loh"].max() > 0.5
    assert loh[0].tolist() == pytest.approx(own["loh"].fillna(0).tolist(), abs=1e-3)
    assert told[1].sum() == 0
    assert (log2.loc["PTEN", 1], measured[1].sum()) == (-1, 1)


def likelihoods_and_copies(path: Path) -> tuple[dict[tuple, tuple], dict[str, set[int]]]:
    """PL of a sample's variants by place, and how many alleles its genotypes of a contig have."""
    likelihoods, copies = {}, {}
    with pysam.VariantFile(path) as sites:
        for site in sites:
            call = site.samples[NORMAL]
            copies.setdefault(site.chrom, set()).add(len(call["GT"]))
            if any(call["GT"]):
                likelihoods[site.chrom, site.pos] = call["PL"]
    return likelihoods, copies


def test_the_caller_heeds_foreign_reads_and_single_copies(project, made):
    """No contig of the hospital is X or holds a stranger's reads: it is told that some do."""
    sample = project.folder / "results" / "samples" / NORMAL
    calls = sample / "shards" / "0.g.vcf.gz"
    before, copies = likelihoods_and_copies(calls)
    assert set().union(*copies.values()) == {2}
    with pysam.FastaFile(str(project.folder / "results/reference/genome.fa")) as genome:
        size = genome.get_reference_length("chr17")
    (sample / "haploid.bed").write_text(f"chr17\t0\t{size}\t1\n")
    (sample / "contamination.list").write_text(f"{NORMAL}\t0.3\n")
    joint = next(project.folder.glob("results/cohorts/*/*/shards/0.vcf.gz"))
    shard, target = (str(path.relative_to(project.folder)) for path in (calls, joint))
    rules = ["call_shard", "reblock_gvcf", "genotype_shard"]
    project.snakemake(target, "--notemp", "--forcerun", shard, "--allowed-rules", *rules)
    after, copies = likelihoods_and_copies(calls)
    # Where both alleles are balanced no read is taken for a stranger's.
    both = [place for place in before.keys() & after.keys() if place[0] != "chr17"]
    assert 0 < sum(before[place] != after[place] for place in both) < len(both)
    for found in (copies, likelihoods_and_copies(joint)[1]):
        assert found.pop("chr17") == {1}
        assert set().union(*found.values()) == {2}
    with pysam.VariantFile(joint) as sites:
        assert "ExcessHet" in sites.header.info
