"""Faults put into a run from outside, one after another, and what must come of them."""

import gzip
import json
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import Project

NO_MOUNT = "all was tried but the full disk: no file system may be mounted here"
BLOCK_BYTES = 4096  # of a tmpfs
# In the order in which they happen to a rule. The first ends Snakemake; then a plain rerun tries
# the job again after each of the others.
FAULTS = {
    "murder": "the machine stops with half of each output written",
    "fail": "the command fails",
    "kill": "the job is killed with half of each output written",
    "full": "the disk is full",
}
# Rules that a test lets its faults happen to; together they are the pipeline half.
MET = {
    "reference": {
        *("prepare_genome", "index_genome", "compose_str_table", "prepare_intervals"),
        *("prepare_gene_models", "list_genes", "list_pathways", "cut_targets"),
    },
    "sample": {
        *("check_reads", "align_reads", "mark_duplicates", "compress_alignment", "call_shard"),
        *("calibrate_dragstr", "reblock_gvcf", "measure_callable", "measure_reads"),
        *("measure_balance", "compare_units"),
    },
    "joint": {
        *("write_manifest", "list_sexes", "gather_measures", "gate_samples", "list_calls"),
        *("genotype_shard", "filter_genotypes", "adopt_vcf", "measure_untold", "read_maf"),
        *("unite_genotypes", "select_sites", "predict_consequences", "describe_consequences"),
        *("annotate_variants", "encode_calls", "assemble_tensors", "measure_relatedness"),
        *("gate_genotypes", "count_variants", "measure_concordance", "measure_novelty"),
        *("compare_batches", "tabulate_quality", "render_multiqc", "seal_generation"),
        "point_to_generation",
    },
    "structural": {
        *("discover_structural", "list_structural", "merge_structural", "genotype_structural"),
        *("unite_structural", "map_structural", "cut_copy_bins", "measure_bins", "measure_copies"),
    },
    "vep": {"select_sites", "run_vep", "extend_consequences"},
    "lifting": {"lift_vcf"},
    "asked for": {
        *("download_reference", "prepare_known_sites", "prepare_common_sites", "prepare_panel"),
        *("prepare_cram_genome", "check_alignment", "adopt_alignment", "adopt_gvcf", "trim_reads"),
        *("index_marked", "learn_recalibration", "recalibrate_alignment", "list_haploid"),
        *("estimate_contamination", "score_sites", "genotype_panel", "tabulate_panel"),
        *("judge_normal", "place_segments", "measure_ancestry", "call_somatic_shard"),
        *("gather_somatic", "filter_somatic", "adopt_somatic", "learn_orientation"),
        *("judge_orientation", "segment_tumour", "list_heterozygotes", "count_alleles"),
        *("compare_normals", "measure_tumour_depth", "measure_tumour_callable"),
    },
}


@dataclass(frozen=True)
class Job:
    """A job of a dry run."""

    rule: str
    outputs: tuple[str, ...]


def jobs_in(dry_run: str) -> list[Job]:
    """List the jobs that a dry run prints, `all` left out."""
    found = re.findall(r"(?m)^(?:local)?rule (\w+):\n((?:    .*\n)+)", dry_run)
    jobs = []
    for rule, body in found:
        outputs = re.search(r"(?m)^    output: (.+)$", body)
        if outputs:
            jobs.append(Job(rule, tuple(outputs[1].split(", "))))
    return jobs


@contextmanager
def on_small_disk(project: Project) -> Iterator[bool]:
    """Put a project's results on a disk of their own; tell whether this machine permits it."""
    results, kept = project.folder / "results", project.folder / "results-elsewhere"
    results.mkdir(exist_ok=True)
    results.rename(kept)
    results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "none", results]
    permitted = subprocess.run(mount, capture_output=True).returncode == 0
    subprocess.run(["cp", "--archive", f"{kept}/.", results], check=True)
    shutil.rmtree(kept)
    try:
        yield permitted
    finally:
        subprocess.run(["cp", "--archive", results, kept], check=True)
        if permitted:
            subprocess.run(["umount", results], check=True)
        shutil.rmtree(results)
        kept.rename(results)


def fill_midway(project: Project, job: Job, folder: Path) -> dict[str, int]:
    """Run a job whose outputs are there on a disk that has room for half of them.

    Args:
        project: On a small disk.
        job: Of several outputs, all there; they are removed first.
        folder: An empty folder for the injector's notes.

    Returns:
        Size in bytes of each output that the job, which failed, had written by then.
    """
    paths = [project.folder / path for path in job.outputs]
    blocks = sum(-(-path.stat().st_size // BLOCK_BYTES) for path in paths)
    for path in paths:
        path.unlink()
    environment = injected(project, [job], {job.rule: ["fills"]}, folder)
    (folder / "room").write_text(str(blocks // 2 * BLOCK_BYTES))
    target = [*job.outputs, "--cores", "1", "--notemp", "--allowed-rules", job.rule]
    done = project.snakemake(*target, more=environment, check=False)
    (project.folder / "results" / "filler").unlink()
    assert done.returncode != 0, job.rule
    assert (folder / "happened").read_text() == f"{job.rule} fills\n"
    noted = folder / "left_behind"
    lines = noted.read_text().splitlines() if noted.exists() else []
    project.snakemake(*target)
    return {path: int(size) for path, size in (line.rsplit(" ", 1) for line in lines)}


def injected(
    project: Project, jobs: Iterable[Job], faults: Mapping[str, Iterable[str]], folder: Path
) -> dict[str, str]:
    """Variables of the environment under which faults happen to rules, each once, in order.

    Args:
        project: Where jobs will run.
        jobs: Jobs whose outputs a fault may cut.
        faults: Names of faults by rule.
        folder: An empty folder for the injector's notes.
    """
    for rule, names in faults.items():
        (folder / rule).write_text("".join(f"{name}\n" for name in names))
    written = [path for job in jobs for path in job.outputs]
    (folder / "outputs").write_text("".join(f"{path}\n" for path in written))
    scratch = project.folder / "results" / "tmp"
    scratch.mkdir(exist_ok=True)
    injector = Path(__file__).with_name("fault.sh")
    return {"BASH_ENV": str(injector), "FAULTS": str(folder), "TMPDIR": str(scratch)}


def survive(
    project: Project,
    target: Iterable[str],
    jobs: list[Job],
    faults: Iterable[str],
    folder: Path,
    overlays: tuple[str, ...] = (),
) -> list[tuple[str, str]]:
    """Run jobs to their end while each fault happens once to each of their rules.

    Args:
        project: Where to run.
        target: What to make.
        jobs: The jobs of a dry run of that.
        faults: Names of faults.
        folder: An empty folder for the injector's notes.
        overlays: Files of settings that go above the project's own.

    Returns:
        The rules and the faults that happened to them, in order.
    """
    rules = list(dict.fromkeys(job.rule for job in jobs))
    environment = injected(project, jobs, dict.fromkeys(rules, faults), folder)
    # A killed Snakemake leaves its lock, which a user removes with --unlock. One job at a time, so
    # that a full disk is that of one job.
    arguments = [*target, "--cores", "1", "--retries", "3", "--rerun-incomplete", "--nolock"]
    arguments += ["--scheduler", "greedy"]
    for _ in range(2 * len(rules) + 1):
        done = project.snakemake(*arguments, overlays=overlays, more=environment, check=False)
        (project.folder / "results" / "filler").unlink(missing_ok=True)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stdout[-6000:]
    lines = (folder / "happened").read_text().splitlines()
    return [tuple(line.split()) for line in lines]


def expect_survival(
    project: Project,
    target: Iterable[str],
    jobs: list[Job],
    folder: Path,
    overlays: tuple[str, ...] = (),
) -> bool:
    """Let each fault happen to each rule of a run that ends well; tell whether each could be."""
    notes = folder / "notes"
    notes.mkdir()
    with on_small_disk(project) as permitted:
        faults = [name for name in FAULTS if name != "full" or permitted]
        happened = survive(project, target, jobs, faults, notes, overlays)
    rules = {job.rule for job in jobs}
    assert sorted(happened) == sorted((rule, fault) for rule in rules for fault in faults)
    return permitted


def differences(right: Path, found: Path, places: Iterable[Path]) -> dict[str, str]:
    """Say of each file that an undisturbed run made how another run's differs."""
    files = [place / path for place in places for path in files_below(right / place)]
    told = {str(path): difference(right / path, found / path) for path in files}
    return {path: how for path, how in told.items() if how}


def difference(expected: Path, found: Path) -> str:
    """Say how a file differs from what an undisturbed run made; empty where it does not.

    Files that hold the time of their making are compared without it.
    """
    if not found.is_file():
        return "it is missing"
    comparable = next((make for ends, make in COMPARABLE if expected.name.endswith(ends)), _bytes)
    return "" if comparable(expected) == comparable(found) else "it differs"


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def _records(path: Path) -> str:
    command = ["bcftools", "view", "--no-header", path]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _reads(path: Path) -> str:
    """Reads and their groups; programs note their threads and temporary folders."""
    command = ["samtools", "view", "--with-header", "--no-PG"]
    if path.suffix == ".cram":
        command += ["--reference", path.parents[2] / "reference" / "genome.fa"]
    text = subprocess.run([*command, path], capture_output=True, text=True, check=True).stdout
    return "".join(line for line in text.splitlines(True) if not line.startswith("@PG"))


def _slices(path: Path) -> list[list[str]]:
    """What each line of an index covers; where it lies in the file depends on the header."""
    return [
        line.split("\t")[:3] for line in gzip.decompress(path.read_bytes()).decode().split("\n")
    ]


def _indexed(path: Path) -> str:
    """Contigs that an index names."""
    command = ["tabix", "--list-chroms", path.with_suffix("")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _packed(path: Path) -> dict[str, int]:
    """Checksums of the files that a ZIP archive holds; it notes their times, too."""
    with zipfile.ZipFile(path) as archive:
        return {item.filename: item.CRC for item in archive.infolist()}


def _archived(path: Path) -> dict[str, bytes]:
    """Files that a packed archive holds; it notes their times and folders, too."""
    with tarfile.open(path) as archive:
        files = [item for item in archive if item.isfile()]
        return {Path(item.name).name: archive.extractfile(item).read() for item in files}


def _without_comments(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def _without_digests(path: Path) -> dict:
    receipt = json.loads(path.read_text())
    return receipt | {"files": sorted(receipt["files"])}


def _without_threads(path: Path) -> dict:
    """A report of fastp, without what depends on the number of its threads."""
    return json.loads(path.read_text()) | {"command": None, "insert_size": None}


def _ends(path: Path) -> str:
    return path.read_text().rstrip()[-20:]


COMPARABLE = (
    ((".vcf.gz", ".bcf"), _records),
    ((".vcf.gz.tbi", ".bcf.csi"), _indexed),
    ((".cram", ".bam"), _reads),
    ((".crai",), _slices),
    ((".zip",), _packed),
    ((".tar.gz",), _archived),
    ((".txt",), _without_comments),
    (("receipt.json",), _without_digests),
    ((".fastp.json",), _without_threads),
    ((".html",), _ends),
)


def files_below(place: Path) -> list[Path]:
    """List every file of a folder by its path from there, or of a file that itself."""
    if place.is_file():
        return [Path()]
    return sorted(
        Path(root, name).relative_to(place) for root, _, names in os.walk(place) for name in names
    )
