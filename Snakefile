"""GCIN: sequencing reads and clinical tables in, validated treatment predictions out."""

from snakemake.utils import min_version

min_version("9.25")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/omics.smk"
include: "workflow/rules/download.smk"
include: "workflow/rules/reference.smk"
include: "workflow/rules/recalibration.smk"
include: "workflow/rules/reads.smk"
include: "workflow/rules/alignment.smk"
include: "workflow/rules/contamination.smk"
include: "workflow/rules/calling.smk"
include: "workflow/rules/somatic.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/somatic_evidence.smk"
include: "workflow/rules/gate.smk"
include: "workflow/rules/given.smk"
include: "workflow/rules/genotypes.smk"
include: "workflow/rules/vets.smk"
include: "workflow/rules/overview.smk"
include: "workflow/rules/genes.smk"
include: "workflow/rules/panel.smk"
include: "workflow/rules/annotation.smk"
include: "workflow/rules/copies.smk"
include: "workflow/rules/structural.smk"
include: "workflow/rules/callable.smk"
include: "workflow/rules/tensors.smk"
include: "workflow/rules/clinical.smk"
include: "workflow/rules/generations.smk"
include: "workflow/rules/relatedness.smk"
include: "workflow/rules/splits.smk"
include: "workflow/rules/model.smk"
include: "workflow/rules/tuning.smk"
include: "workflow/rules/stacks.smk"
include: "workflow/rules/learning.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/decisions.smk"
include: "workflow/rules/prediction.smk"
include: "workflow/rules/simulation.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/documents.smk"


rule all:
    """Every sample, cohort and study that the configuration names."""
    default_target: True
    input:
        samples_of_run,
        cohorts_of_run,
        studies_of_run,
        collect("resources/external/{file}", file=DOWNLOADS),
    localrule: True
