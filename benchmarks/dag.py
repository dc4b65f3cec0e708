"""Dry runs of large cohorts, and shell jobs, beside bare workflows with as many."""

import argparse
import gzip
import re
import sys
import tempfile
from pathlib import Path

import yaml
from measuring import ROOT, Spent, print_figure, spent_by

READ = gzip.compress(b"@r\nACGT\n+\nFFFF\n")
GENOME = ">chr1\n" + "ACGTTGCA" * 100 + "\n"
MODELS = 'chr1\tx\tgene\t1\t400\t.\t+\t.\tgene_id "G";\n'
CARD = {"title": "Many samples", "licence": "none", "assay": "wgs"}
COLUMNS = "cohort patient sample unit tissue kind assembly file mate platform library"
# Rules as the workflow's are, with their log, benchmark, environment and needs, and with as many
# files: two made by each job, six read; but no function of the sheet, no hash, no code of its own.
BARE = """
SAMPLES = open("samples.txt").read().split()

rule all:
    input: "joint/whole.txt"
"""
STEP = """
rule step_{number}:
    input:
        given={given},
        reference=multiext("genome.fa", "", ".fai", ".amb", ".ann"),
    output:
        made="samples/{{sample}}/{number}.txt",
        index="samples/{{sample}}/{number}.txt.idx",
    log: "logs/step_{number}/{{sample}}.log"
    benchmark: "benchmarks/step_{number}/{{sample}}.tsv"
    conda: "environment.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime="1h",
    shell:
        \"\"\"
        exec 2>{{log:q}}
        cat {{input.given:q}} >{{output.made:q}}
        cat {{input.reference:q}} >{{output.index:q}}
        \"\"\"
"""
JOINT = """
rule unite:
    input: expand("samples/{{sample}}/{last}.txt", sample=SAMPLES)
    output: "joint/whole.txt"
    shell: "cat {{input}} >{{output}}"
"""

# Jobs whose commands take no time, so that what is left is Snakemake's.
SHELL = """
rule note:
    output: "notes/{number}.txt"
    log: "logs/note/{number}.log"
    benchmark: "benchmarks/note/{number}.tsv"
    shell: "exec 2>{log:q}; echo {wildcards.number} >{output:q}"
"""
SHELL_JOBS = (20, 520)


def describe_cohort(folder: Path, samples: int) -> None:
    """Write the sheet, card and settings of a cohort of FASTQ samples, all of the same reads."""
    for name in ("reads", "cohorts"):
        (folder / name).mkdir()
    (folder / "genome.fa").write_text(GENOME)
    (folder / "genes.gtf").write_text(MODELS)
    rows = [COLUMNS.replace(" ", "\t")]
    for number in range(samples):
        name = f"S{number:05d}"
        pair = [f"reads/{name}_{mate}.fq.gz" for mate in (1, 2)]
        for path in pair:
            (folder / path).write_bytes(READ)
        row = ["many", name, name, "L1", "germline", "fastq", "GRCh38", *pair, "ILLUMINA", name]
        rows.append("\t".join(row))
    (folder / "samples.tsv").write_text("\n".join(rows) + "\n")
    (folder / "cohorts" / "many.yaml").write_text(yaml.safe_dump(CARD))
    reference = {"fasta": "genome.fa", "gene_models": "genes.gtf"}
    own = {"samples": "samples.tsv", "cards": "cohorts", "reference": reference}
    (folder / "own.yaml").write_text(yaml.safe_dump(own))


def dry_run(folder: Path, snakefile: Path, *arguments: str) -> tuple[Spent, int]:
    """Plan a workflow, and count its jobs."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "rules", "--cores", "1"]
    command += ["--snakefile", snakefile, "--directory", folder, "--workflow-profile", "none"]
    spent = spent_by([*command, *arguments], folder, "dry-run.log")
    total = re.search(r"^total +(\d+)", (folder / "dry-run.log").read_text(), re.MULTILINE)
    return spent, int(total[1])


def bare_workflow(folder: Path, samples: int, steps: int) -> Path:
    """Write a workflow of so many steps a sample, without settings, checks or code of its own."""
    names = [f"S{number:05d}" for number in range(samples)]
    (folder / "samples.txt").write_text("\n".join(names))
    made = [f'multiext("samples/{{sample}}/{number}.txt", "", ".idx")' for number in range(steps)]
    given = ['["reads/{sample}_1.fq.gz", "reads/{sample}_2.fq.gz"]', *made]
    rules = [STEP.format(number=number, given=given[number]) for number in range(steps)]
    for suffix in (".fai", ".amb", ".ann"):
        (folder / f"genome.fa{suffix}").touch()
    (folder / "environment.yaml").write_text("dependencies: []\n")
    snakefile = folder / "Snakefile"
    snakefile.write_text(BARE + "".join(rules) + JOINT.format(last=steps - 1))
    return snakefile


def compare(samples: int) -> None:
    """Print what a dry run of so many samples takes, and how much more than a bare one."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        describe_cohort(folder, samples)
        configs = ["--configfile", str(ROOT / "config" / "config.yaml"), "own.yaml"]
        own, jobs = dry_run(folder, ROOT / "Snakefile", *configs)
        bare, bare_jobs = dry_run(folder, bare_workflow(folder, samples, round(jobs / samples)))
    print_figure(f"jobs, {samples} samples", jobs)
    print_figure(f"jobs of the bare workflow, {samples} samples", bare_jobs)
    print_figure(f"dry run, {samples} samples, CPU s", own.cpu)
    print_figure(f"dry run of the bare workflow, {samples} samples, CPU s", bare.cpu)
    print_figure(f"dry run over bare, {samples} samples", own.cpu / bare.cpu, 1.3)
    print_figure(f"memory of the dry run, {samples} samples, GiB", own.peak_gib, 2.5)


def compare_shell_jobs() -> None:
    """Print what a shell job takes within the workflow, and how much more than in one of its own.

    The difference of many jobs and few: what starts and plans the workflow is in both.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        describe_cohort(folder, 1)
        # The workflow finds its own files beside the Snakefile that the user names.
        for name in ("envs", "resources", "workflow"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "bare.smk").write_text(SHELL)
        (folder / "own.smk").write_text(f'include: "{ROOT / "Snakefile"}"\n{SHELL}')
        configs = ["--configfile", ROOT / "config" / "config.yaml", "own.yaml"]
        profile = ["--workflow-profile", ROOT / "profiles" / "default"]
        own, bare = (
            _of_a_job(folder, name, [*profile, *more])
            for name, more in (("own", configs), ("bare", []))
        )
    print_figure("shell job, CPU s", own)
    print_figure("shell job of a workflow of its own, CPU s", bare)
    # Both are measured, so that alike they come out a few hundredths apart.
    print_figure("shell job over that of a workflow of its own", own / bare, 1.05)


def _of_a_job(folder: Path, workflow: str, arguments: list) -> float:
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "rules", "progress"]
    command += ["--snakefile", f"{workflow}.smk", *arguments]
    few, many = SHELL_JOBS
    spent = [
        spent_by([*command, "--", *(f"notes/{workflow}-{jobs}-{n}.txt" for n in range(jobs))],
                 folder, f"{workflow}.log").cpu
        for jobs in (few, many)
    ]  # fmt: skip
    return (spent[1] - spent[0]) / (many - few)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=[500, 10_000])
    for size in parser.parse_args().samples:
        compare(size)
    compare_shell_jobs()
