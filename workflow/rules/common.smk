"""What the other files share: the checked run, its hashes, and what it must produce."""

import gc
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# A plan is of objects that stay: looking through them for garbage takes an eighth of its time.
gc.set_threshold(100_000, 50, 10)
sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "scripts"))

from gcin._code import code_of, run_own_package
from gcin._java import compiler_options
from gcin.generations import edition_of_study, generation_of_cohort, identity_of_sample
from gcin.intake.kinds import GENOTYPED, RECORDED, SEQUENCED
from gcin.intake.run import read_run
from gcin.intake.scratch import folder_of_jobs

run_own_package()
try:
    SCRATCH = folder_of_jobs(workflow.resource_settings)
    RUN = read_run(config, workflow.basedir, workflow.configfiles, SCRATCH)
except ValueError as error:
    raise WorkflowError(str(error)) from None

SETTINGS = RUN.settings
IN_FORCE = RUN.in_force
STUDIES = SETTINGS["studies"]
DESIGNS = SETTINGS["model"]["designs"]
SEEDS = SETTINGS["model"]["training"]["seeds"]

CALLED = {stage: IN_FORCE[stage] for stage in ("reference", "alignment", "calling")}
JOINT = {stage: IN_FORCE[stage] for stage in ("genotypes", "quality", "annotation", "tensors")}
STUDIED = {stage: IN_FORCE[stage] for stage in ("splits", "model")}
CALLED_OVER = ("fasta", "calling_intervals", "padding_bases", "shards", "known_sites")
# Gene models and pathways come after the calls: another one makes no sample anew.
SAMPLED = {
    "alignment": IN_FORCE["alignment"],
    "genome": [value for key, value in IN_FORCE["reference"].items() if key in CALLED_OVER],
}
IDENTITIES = {
    name: identity_of_sample(RUN.units_of(name).values(), SAMPLED) for name in RUN.sample_names
}
MADE_BY = {cohort: CALLED | JOINT | RUN.assay_of(cohort) for cohort in RUN.cohorts}
GENERATIONS = {
    cohort: generation_of_cohort(RUN.rows_in(cohort), MADE_BY[cohort]) for cohort in MADE_BY
}
EDITIONS = {
    study: edition_of_study(
        STUDIED | own | {"cards": list(map(RUN.card_in_force, RUN.cohorts_of(study)))},
        {cohort: GENERATIONS[cohort] for cohort in RUN.cohorts_of(study)},
    )
    for study, own in IN_FORCE["studies"].items()
}


wildcard_constraints:
    cohort=r"[A-Za-z0-9._-]+",
    sample=r"[A-Za-z0-9._-]+",
    unit=r"[A-Za-z0-9._-]+",
    study=r"[A-Za-z0-9._-]+",
    design=r"[A-Za-z0-9_]+",
    shard=r"\d+",
    fold=r"\d+",
    seed=r"\d+",
    generation=r"[0-9a-f]{12}",
    edition=r"[0-9a-f]{12}",


def samples_of_run(wildcards):
    """Name the artefacts of every sample that is processed here."""
    return collect("results/samples/{file}", file=RUN.called_files())


def joint_artefacts(cohort):
    """Name every joint artefact of a cohort's generation, which its receipt vouches for."""
    called = RUN.samples_of(cohort, *RECORDED)
    files = ["manifest.tsv", "quality/measures.tsv", "quality/multiqc.html"]
    files += ["tensors/receipt.json", "clinical/receipt.json"]
    files += RECORD_FILES if called else []
    files += [f"given/{number}.unplaced.tsv" for number in RUN.lifted_in(cohort)]
    files += ["maf/calls.parquet"] if RUN.samples_of(cohort, "maf") else []
    files += ["structural.vcf.gz", "structural.tsv"] if STRUCTURAL[cohort] else []
    files += ["site_scores.vcf.gz"] if VETS and TOGETHER[cohort] else []
    files += ["panel.tsv"] if PANELLED[cohort] else []
    files += ["quality/concordance.tsv"] if RUN.cards[cohort]["truth"] else []
    return of_generations([cohort], *files)


def cohorts_of_run(wildcards):
    """Name the newest generation of each cohort: the pointer asks for all of it, but once only."""
    pointers = collect("results/cohorts/{cohort}/current", cohort=RUN.cohorts)
    return [*pointers, *(file for cohort in RUN.cohorts for file in joint_artefacts(cohort))]


def studies_of_run(wildcards):
    """Name the newest edition of each study, as for cohorts."""
    pointers = collect("results/studies/{study}/current", study=STUDIES)
    return [*pointers, *(file for study in STUDIES for file in final_artefacts(study))]
