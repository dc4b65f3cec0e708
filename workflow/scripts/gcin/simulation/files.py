"""Everything a hospital hands over, written into one folder."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from gcin.simulation.calls import cohort_vcf, gvcf, observe, sites_vcf, truth_vcf
from gcin.simulation.cards import away_card, configuration, home_card, lanes_of, sample_sheet
from gcin.simulation.clinic import ARMS, Clinic, make_clinic
from gcin.simulation.genome import Genome, make_genome
from gcin.simulation.hospital import Hospital
from gcin.simulation.maf import maf_table
from gcin.simulation.models import gtf_text
from gcin.simulation.packed import write_gzip, write_vcf
from gcin.simulation.people import People, make_people
from gcin.simulation.reads import fastq_text, read_pairs
from gcin.simulation.tables import clinical_away, clinical_home, outcome_table
from gcin.simulation.variants import make_catalogue
from gcin.simulation.visits import laboratory, labs_away, labs_home, starts

SCORES = {"AF": "frequency", "CADD": "cadd", "REVEL": "missense", "SPLICE": "splice"}
README = """# A simulated hospital

Every sequence, person and outcome here was drawn by a program (`gcin.simulation`). Gene symbols
and their order are real; positions and sequences are not. Nobody here exists.

`truth/` holds what was planted. Scoring alone may read it: a model that does has cheated.
"""


def write_hospital(folder: Path, hospital: Hospital, name: str) -> None:
    """Write a hospital: reference, reads, variants, clinical tables, truth and settings.

    Args:
        folder: An empty folder to fill.
        hospital: What to simulate.
        name: Path under which a run will find the folder, as its settings shall say it.
    """
    for part in ("reference", "reads", "variants", "clinical", "truth", "cohorts"):
        (folder / part).mkdir()
    genome = make_genome(hospital)
    catalogue = make_catalogue(genome, hospital)
    people = make_people(catalogue, hospital)
    clinic = make_clinic(people, hospital)
    (folder / "README.md").write_text(README)
    _write_reference(folder / "reference", genome, catalogue)
    _write_variants(folder / "variants", genome, catalogue, people, hospital)
    _write_reads(folder / "reads", genome, catalogue, people, hospital)
    _write_clinical(folder / "clinical", people, clinic, hospital)
    _write_truth(folder / "truth", genome, catalogue, people, clinic)
    _write_settings(folder, people, name)


def _write_reference(folder: Path, genome: Genome, catalogue: pd.DataFrame) -> None:
    """Write genome, gene models, targets, the panel's genes, known sites and scores."""
    (folder / "genome.fa").write_text(genome.fasta())
    (folder / "targets.bed").write_text(genome.bed())
    (folder / "genes.txt").write_text("".join(f"{gene.name}\n" for gene in genome.genes))
    write_gzip(folder / "genes.gtf.gz", gtf_text(genome).encode())
    common = catalogue[catalogue["frequency"] >= 0.01]
    write_vcf(folder / "known_sites.vcf.gz", sites_vcf(genome, common, {"AF": "frequency"}))
    write_vcf(folder / "scores.vcf.gz", sites_vcf(genome, catalogue, SCORES))


def _write_variants(
    folder: Path, genome: Genome, catalogue: pd.DataFrame, people: People, hospital: Hospital
) -> None:
    """Write the VCF and the gVCFs of hospital A and the MAF of hospital B."""
    kind, dosage = people.patients["kind"].to_numpy(), people.dosage
    names = people.patients.index.to_numpy()
    seen = observe(hospital.stream("vcf"), dosage[kind == "vcf"], hospital.depth, 0.015)
    text = cohort_vcf(genome, catalogue, list(names[kind == "vcf"]), seen)
    write_vcf(folder / "hospital_a.vcf.gz", text)
    for i in np.flatnonzero(kind == "gvcf"):
        rng = hospital.stream(f"gvcf {names[i]}")
        text = gvcf(genome, catalogue, names[i], dosage[i], hospital.depth, rng)
        write_vcf(folder / f"{names[i]}.g.vcf.gz", text)
    if hospital.external == 0:
        return
    seen = observe(hospital.stream("maf"), dosage[kind == "maf"], 3 * hospital.depth, 0.0)
    table = maf_table(genome, catalogue, list(names[kind == "maf"]), seen)
    write_gzip(folder / "hospital_b.maf.gz", table.to_csv(sep="\t", index=False).encode())


def _write_reads(
    folder: Path, genome: Genome, catalogue: pd.DataFrame, people: People, hospital: Hospital
) -> None:
    """Write the FASTQ pairs, lane by lane."""
    for patient, lanes in lanes_of(people.patients).items():
        carried = people.haplotypes[people.patients.index.get_loc(patient)]
        units = read_pairs(genome, catalogue, carried, hospital, patient, len(lanes))
        for lane, reads in zip(lanes, units, strict=True):
            for mate in (0, 1):
                path = folder / f"{patient}_{lane}_R{mate + 1}.fastq.gz"
                write_gzip(path, fastq_text(reads, mate, lane))


def _write_clinical(folder: Path, people: People, clinic: Clinic, hospital: Hospital) -> None:
    """Write the clinical tables, outcomes and laboratory values of both hospitals."""
    rng, start = hospital.stream("tables"), starts(people, hospital.stream("starts"))
    labs = {
        cohort: laboratory(people, clinic, cohort, hospital.stream(f"visits {cohort}"))
        for cohort in ("hospital_a", "hospital_b")
    }
    tables = {
        "hospital_a.clinical": clinical_home(people, clinic, rng),
        "hospital_b.clinical": clinical_away(people, clinic, start, rng),
        "hospital_a.outcomes": outcome_table(people, clinic, "hospital_a", rng),
        "hospital_b.outcomes": outcome_table(people, clinic, "hospital_b", rng),
        "hospital_a.labs": labs_home(labs["hospital_a"]),
        "hospital_b.labs": labs_away(labs["hospital_b"], start),
    }
    present = set(people.patients["cohort"])
    for name, table in tables.items():
        if name.split(".")[0] in present:
            table.to_csv(folder / f"{name}.tsv", sep="\t", index=False)


def _write_truth(
    folder: Path, genome: Genome, catalogue: pd.DataFrame, people: People, clinic: Clinic
) -> None:
    """Write what was planted: alleles by patient, chances by arm, true VCFs."""
    patient, allele = np.nonzero(people.dosage)
    columns = ["chromosome", "position", "reference", "alternate", "gene", "consequence"]
    table = catalogue.iloc[allele][[*columns, "impairing"]].reset_index(drop=True)
    genotypes = np.array(["0/0", "0/1", "1/1"])[people.dosage[patient, allele]]
    table.insert(0, "patient", people.patients.index[patient])
    table.insert(5, "genotype", genotypes)
    table.to_csv(folder / "variants.tsv", sep="\t", index=False)
    chances = clinic.probability.rename_axis("patient").reset_index()
    chances.melt("patient", list(ARMS), "arm", "probability").sort_values(
        ["patient", "arm"]
    ).to_csv(folder / "probabilities.tsv", sep="\t", index=False, float_format="%.6f")
    for name in lanes_of(people.patients):
        dosage = people.dosage[people.patients.index.get_loc(name)]
        write_vcf(folder / f"{name}.vcf.gz", truth_vcf(genome, catalogue, name, dosage))
    (folder / "callable.bed").write_text(genome.bed())


def _write_settings(folder: Path, people: People, name: str) -> None:
    """Write the sample sheet, the cards and the configuration."""
    sample_sheet(people).to_csv(folder / "samples.tsv", sep="\t", index=False)
    cards = {"hospital_a": home_card(people), "hospital_b": away_card()}
    cohorts = list(people.patients["cohort"].unique())
    for cohort in cohorts:
        text = yaml.safe_dump(cards[cohort], sort_keys=False)
        (folder / "cohorts" / f"{cohort}.yaml").write_text(text)
    settings = yaml.safe_dump(configuration(name, cohorts[1:]), sort_keys=False)
    (folder / "config.yaml").write_text(
        "# A simulated hospital; run with --configfile\n" + settings
    )
