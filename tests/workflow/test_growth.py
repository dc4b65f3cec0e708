"""Cohorts of 2 to 16 exomes that take in one more plan its own jobs and the joint stages, once."""

import gzip
import re
from collections import Counter, defaultdict

import pandas as pd
import pytest
import yaml
from planning import files, planned, pretend_to_run

SIZES = range(2, 17)
READ = gzip.compress(b"@r\nACGT\n+\nFFFF\n")
GENOME = ">chr1\n" + "ACGTTGCA" * 100 + "\n"
MODELS = 'chr1\tx\tgene\t1\t400\t.\t+\t.\tgene_id "G";\n'
CARD = {"title": "Exomes", "licence": "none", "assay": "wes"}
# Off by default; both look at several samples at once, so they could run again for the others.
SWITCHED_ON = {"calling": {"structural": {"tool": "delly"}, "copy_number": {"tool": "depth"}}}


def cohort_of(size: int) -> str:
    return f"of{size:02d}"


def rows_of(cohort: str, count: int) -> list[dict[str, str]]:
    """Rows of the first so many exomes of a cohort, each in two lanes."""
    return [
        {"cohort": cohort, "patient": sample, "sample": sample, "unit": lane}
        | {"tissue": "germline", "kind": "fastq", "assembly": "GRCh38"}
        | {"file": f"{sample}_{lane}_1.fq.gz", "mate": f"{sample}_{lane}_2.fq.gz"}
        | {"platform": "ILLUMINA", "library": sample}
        for sample in (f"{cohort}-{number:02d}" for number in range(count))
        for lane in ("L1", "L2")
    ]


def newcomer_of(size: int) -> str:
    return f"{cohort_of(size)}-{size:02d}"


def describe(folder, more: int) -> None:
    """Write the sheet of every cohort, each with so many exomes more than its name says."""
    rows = [row for size in SIZES for row in rows_of(cohort_of(size), size + more)]
    pd.DataFrame(rows).to_csv(folder / "samples.tsv", sep="\t", index=False)
    for path in {row[key] for row in rows for key in ("file", "mate")}:
        if not (folder / path).exists():
            (folder / path).write_bytes(READ)


def jobs_of(folder) -> list[tuple[str, str, str, list[str]]]:
    """Jobs of a dry run: rule, cohort and sample (empty where it has none), outputs."""
    return [
        (rule, *(named(body, key) for key in ("cohort", "sample")), files(body, "output"))
        for rule, body in planned(folder)
    ]


def named(body: str, wildcard: str) -> str:
    found = re.search(rf"\b{wildcard}=([\w.-]+)", body)
    return found[1] if found else ""


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Jobs of a run from nothing, and those of a run with one exome more in each cohort."""
    folder = tmp_path_factory.mktemp("growth")
    for name, text in {"genome.fa": GENOME, "genes.gtf": MODELS}.items():
        (folder / name).write_text(text)
    (folder / "cards").mkdir()
    for size in SIZES:
        (folder / "cards" / f"{cohort_of(size)}.yaml").write_text(yaml.safe_dump(CARD))
    own = {"samples": "samples.tsv", "cards": "cards", **SWITCHED_ON}
    own["reference"] = {"fasta": "genome.fa", "gene_models": "genes.gtf", "shards": 2}
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    describe(folder, more=0)
    first = jobs_of(folder)
    pretend_to_run(folder, [path for *_, outputs in first for path in outputs])
    assert jobs_of(folder) == []
    describe(folder, more=1)
    return first, jobs_of(folder)


def by_cohort(jobs) -> dict[str, Counter]:
    """Count the joint jobs of each cohort by rule: those of no sample, or of all samples."""
    counted = defaultdict(Counter)
    for rule, cohort, sample, _ in jobs:
        if cohort:
            counted[cohort][rule, bool(sample)] += 1
    return counted


def by_sample(jobs) -> dict[str, Counter]:
    """Count the jobs of each sample by rule, those that are of a generation left out."""
    counted = defaultdict(Counter)
    for rule, cohort, sample, _ in jobs:
        if sample and not cohort:
            counted[sample][rule] += 1
    return counted


def test_of_samples_only_the_new_ones_are_processed_each_as_any_other(plans):
    first, grown = map(by_sample, plans)
    assert set(grown) == {newcomer_of(size) for size in SIZES}
    (typical,) = {frozenset(jobs.items()) for jobs in first.values()}
    assert {frozenset(jobs.items()) for jobs in grown.values()} == {typical}


@pytest.mark.parametrize("size", SIZES)
def test_each_joint_stage_runs_once_more(plans, size):
    first, grown = (by_cohort(jobs)[cohort_of(size)] for jobs in plans)
    of_each_sample = {key: count * (size + 1) // size for key, count in first.items() if key[1]}
    assert grown == first | of_each_sample
    assert {("genotype_shard", False), ("genotype_structural", True)} <= set(grown)


def test_nothing_of_the_reference_is_made_again(plans):
    first, grown = ({rule for rule, *of, _ in jobs if not any(of)} for jobs in plans)
    assert {"prepare_genome", "index_genome", "list_genes"} <= first
    assert grown == set()
