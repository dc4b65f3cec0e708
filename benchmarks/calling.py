"""Reads to genotypes: what the workflow takes beside GATK's documented commands, by hand."""

import argparse
import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
import yaml
from measuring import ROOT, Spent, print_figure, spent_by

SHARED = ROOT.parent / "shared"
JARS = ROOT / ".tools" / "gatk" / "jars"
# By set: the example, its samples, its known sites, and the bound of the ratio.
SETS = {
    "smoke": (
        "smoke",
        ["NA12878", "NA19401", "NA20359"],
        ["smoke/known_sites/dbsnp_146.hg38.chr22", "smoke/known_sites/mills_and_1000G.indels"],
        0.45,
    ),
    "main": (
        "giab",
        ["HG002", "NA12878"],
        ["main/known_sites/HG001_v3.3.2_lifted.chr20.sites", "main/known_sites/dbsnp138.TP53"],
        0.8,
    ),
}


def rows_of(example: str, samples: list[str]) -> pd.DataFrame:
    """Rows of an example's sheet that are of some samples."""
    path = ROOT / "config" / "examples" / example / "samples.tsv"
    rows = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    return rows[rows["sample"].isin(samples)]


def run_workflow(folder: Path, example: str, rows: pd.DataFrame) -> tuple[Spent, Spent]:
    """Run an example from reads to genotypes, with whatever the gate asks of each sample.

    Returns:
        What it took to index the genome, once for all samples, and what all the rest took.
    """
    settings = ROOT / "config" / "examples" / example
    rows.to_csv(folder / "samples.tsv", sep="\t", index=False)
    own = {"samples": "samples.tsv", "cards": str(settings / "cohorts"), "data_root": str(SHARED)}
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    command += ["--snakefile", ROOT / "Snakefile"]
    command += ["--workflow-profile", ROOT / "profiles" / "default"]
    command += ["--configfile", ROOT / "config" / "config.yaml", settings / "config.yaml"]
    command += ["own.yaml", "--until"]
    indexed = spent_by([*command, "index_genome"], folder, "index.log")
    return indexed, spent_by([*command, "measure_concordance"], folder, "workflow.log")


def run_by_hand(folder: Path, rows: pd.DataFrame, known: list[str], intervals: Path) -> Spent:
    """Run the documented commands over the same reads, one after another, on an indexed genome."""
    own = folder / "by_hand"
    own.mkdir()
    lines = [
        " ".join([sample, *(str(SHARED / path) for pair in pairs for path in pair)])
        for sample, units in rows.groupby("sample")
        for pairs in [units[["file", "mate"]].to_numpy().tolist()]
    ]
    (own / "samples.txt").write_text("\n".join(lines) + "\n")
    values = {
        "GENOME": str(folder / "results" / "reference" / "genome.fa"),
        "INTERVALS": str(intervals),
        "KNOWN": " ".join(str(SHARED / "data" / "seq" / f"{name}.vcf.gz") for name in known),
        "JARS": str(JARS),
    }
    script = Path(__file__).with_name("by_hand.sh")
    command = ["bash", "-c", f"bash {script} <samples.txt"]
    return spent_by(command, own, "by_hand.log", values)


def records_differ(folder: Path, sample: str) -> int:
    """Call a sample's shard again without the launcher's Java options; count differing records."""
    made = folder / "results" / "samples" / sample
    reference = folder / "results" / "reference"
    command = ["java", "-Xmx4g", "--class-path", f"{JARS}/*"]
    command += ["org.broadinstitute.hellbender.Main", "HaplotypeCaller"]
    command += ["--reference", reference / "genome.fa", "--input", made / "alignment.cram"]
    command += ["--intervals", reference / "intervals" / "shard-0.bed", "--dragen-mode", "true"]
    command += ["--dragstr-params-path", made / "dragstr.txt", "--emit-ref-confidence", "GVCF"]
    spent_by([*command, "--output", "plain.g.vcf.gz"], folder, "plain.log")
    flagged = [word.replace("plain.", "flagged.") for word in map(str, command)]
    java = flagged.index("HaplotypeCaller")
    short = ["gatk", "--java-options", "-Xmx4g -XX:TieredStopAtLevel=1", *flagged[java:]]
    spent_by([*short, "--output", "flagged.g.vcf.gz"], folder, "flagged.log")
    plain, flagged = (_records(folder / f"{name}.g.vcf.gz") for name in ("plain", "flagged"))
    return len(set(plain) ^ set(flagged)) + abs(len(plain) - len(flagged))


def _records(path: Path) -> list[str]:
    with gzip.open(path, "rt") as lines:
        return [line for line in lines if not line.startswith("#")]


def print_truth(folder: Path, name: str) -> None:
    """Print how far the samples' passing genotypes agree with their truth."""
    for path in (folder / "results" / "cohorts").glob("*/*/quality/concordance.tsv"):
        for row in pd.read_csv(path, sep="\t").itertuples():
            for key in ("found", "missed", "extra"):
                print_figure(f"{name}, {row.sample}, {row.type}, {key}", getattr(row, key))


def compare(name: str) -> None:
    """Print the figures of one set."""
    example, samples, known, bound = SETS[name]
    rows = rows_of(example, samples)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        indexed, own = run_workflow(folder, example, rows)
        intervals = folder / "results" / "reference" / "intervals" / "calling.bed"
        hand = run_by_hand(folder, rows, known, intervals)
        print_figure(f"{name}, genome indexed for both, CPU s", indexed.cpu)
        print_figure(f"{name}, workflow, CPU s", own.cpu)
        print_figure(f"{name}, by hand, CPU s", hand.cpu)
        print_figure(f"{name}, workflow over by hand, CPU", own.cpu / hand.cpu, bound)
        print_figure(f"{name}, workflow on 2 cores over by hand, wall", own.wall / hand.wall, 0.6)
        differing = records_differ(folder, samples[0])
        print_figure(f"{name}, records changed by options of Java", differing, 0)
        print_truth(folder, name)


if __name__ == "__main__":
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not here: the reads are in its data/seq")
    if not (shutil.which("gatk") and JARS.is_dir()):
        raise SystemExit("GATK is not here: make setup")
    os.environ["LC_ALL"] = "C"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    for chosen in parser.parse_args().sets:
        compare(chosen)
