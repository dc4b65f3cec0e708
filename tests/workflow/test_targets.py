"""Reads are measured over the targets of their cohort, once however many cohorts there are."""

import gzip

import pandas as pd
import pytest
import yaml
from planning import files, planned

GENOME = ">chr1\n" + "ACGTTGCA" * 100 + "\n"
MODELS = 'chr1\tx\tgene\t1\t400\t.\t+\t.\tgene_id "G";\n'
TARGETS = {"genomes": None, "exomes": "exome.bed", "more_exomes": "copy.bed", "panel": "panel.bed"}
SAMPLES = {
    "genomes": ["genome", "both"],
    "exomes": ["exome", "other", "both", "twice"],
    "more_exomes": ["third"],
    "panel": ["twice"],
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Inputs of each job of a run of genomes, exomes and a panel: those of rule and wildcards."""
    folder = tmp_path_factory.mktemp("targets")
    exome = "chr1\t8\t80\n"
    beds = {"exome.bed": exome, "copy.bed": exome, "panel.bed": "chr1\t40\t99\n"}
    for name, text in {"genome.fa": GENOME, "genes.gtf": MODELS, **beds}.items():
        (folder / name).write_text(text)
    (folder / "cards").mkdir()
    for cohort, bed in TARGETS.items():
        card = {"title": "Exomes", "licence": "none", "assay": "wes", "targets": bed}
        (folder / "cards" / f"{cohort}.yaml").write_text(yaml.safe_dump(card))
    rows = [
        {"cohort": cohort, "patient": sample, "sample": sample, "unit": "L1"}
        | {"tissue": "germline", "kind": "fastq", "assembly": "GRCh38"}
        | {"file": f"{sample}_1.fq.gz", "mate": f"{sample}_2.fq.gz"}
        | {"platform": "ILLUMINA", "library": sample}
        for cohort, samples in SAMPLES.items()
        for sample in samples
    ]
    pd.DataFrame(rows).to_csv(folder / "samples.tsv", sep="\t", index=False)
    for path in {row[key] for row in rows for key in ("file", "mate")}:
        (folder / path).write_bytes(gzip.compress(b"@r\nACGT\n+\nFFFF\n"))
    own = {"samples": "samples.tsv", "cards": "cards"}
    own["reference"] = {"fasta": "genome.fa", "gene_models": "genes.gtf"}
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    return [(rule, files(body, "input"), files(body, "output")) for rule, body in planned(folder)]


def measured_over(plan, sample):
    """The BED over which a sample's reads are measured."""
    made = f"results/samples/{sample}/quality/flagstat.txt"
    (inputs,) = [read for rule, read, written in plan if made in written]
    (bed,) = [path for path in inputs if path.endswith(".bed")]
    return bed


def cut_from(plan, bed):
    """The targets that a BED was cut by."""
    (inputs,) = [read for rule, read, written in plan if bed in written]
    return {path for path in inputs if not path.startswith("results/")}


def test_a_genome_is_measured_over_all_that_is_called(plan):
    assert measured_over(plan, "genome") == "results/reference/intervals/calling.bed"


def test_exomes_are_measured_over_the_targets_of_their_card(plan):
    assert cut_from(plan, measured_over(plan, "exome")) <= {"exome.bed", "copy.bed"}
    assert measured_over(plan, "exome") == measured_over(plan, "other")
    assert measured_over(plan, "exome") == measured_over(plan, "third")


def test_a_sample_of_several_cohorts_is_measured_once_over_what_each_looks_at(plan):
    assert cut_from(plan, measured_over(plan, "twice")) == {"exome.bed", "panel.bed"}
    assert cut_from(plan, measured_over(plan, "both")) == {"exome.bed"}
    assert measured_over(plan, "both") != measured_over(plan, "exome")
    rules = [rule for rule, *_ in plan]
    assert rules.count("measure_reads") == len({name for own in SAMPLES.values() for name in own})
    assert rules.count("cut_targets") == 3


def test_each_cohort_gathers_by_its_own_targets(plan):
    read = {
        written[0].split("/")[2]: TARGETS[written[0].split("/")[2]] in inputs
        for rule, inputs, written in plan
        if rule == "gather_measures"
    }
    assert read == {"genomes": False, "exomes": True, "more_exomes": True, "panel": True}
