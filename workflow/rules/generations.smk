"""Generations and editions: manifests, receipts and the pointers to the newest of them."""

import os

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake_interface_executor_plugins.settings import ExecMode

# Once a run, and not in each of its jobs, which read this file, too.
if workflow.exec_mode == ExecMode.DEFAULT:
    from gcin.splits.beforehand import check_beforehand

    try:
        seen = check_beforehand(RUN)
    except ValueError as error:
        raise WorkflowError(str(error)) from None
    for doubt in (*RUN.doubts, *seen):
        logger.warning(doubt)


onstart:
    # A job that fails or is killed leaves no output, and Snakemake misses none from which another
    # was made before: in the next run, what stands further on would pass for new. So whatever is to
    # be made again is first dated before everything else.
    for job in workflow.dag.needrun_jobs():
        for file in job.output:
            if os.path.lexists(file):
                file.touch(times=(1, 1))


rule write_manifest:
    """Write the sheet rows that a generation is made of."""
    output:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
    log:
        "logs/write_manifest/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/write_manifest/{cohort}/{generation}.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        code=code_of("write_manifest"),
        rows=lambda wildcards: RUN.rows_in(wildcards.cohort).to_dict("list"),
    script:
        "../scripts/write_manifest.py"


rule seal_generation:
    """Write the receipt of a whole generation, once every artefact of it holds its samples."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
        tensors="results/cohorts/{cohort}/{generation}/tensors/receipt.json",
        callers=lambda wildcards: collect("results/cohorts/{{cohort}}/{{generation}}/callers.tsv")[
            : bool(TOGETHER[wildcards.cohort])
        ],
        joint_gate=genotype_gate_of,
        artefacts=lambda wildcards: joint_artefacts(wildcards.cohort),
    output:
        receipt="results/cohorts/{cohort}/{generation}/receipt.json",
    log:
        "logs/seal_generation/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/seal_generation/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    # It hashes every byte of the joint artefacts: too much for the node where one logs in.
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("seal_generation"),
        settings=lambda wildcards: MADE_BY[wildcards.cohort],
    script:
        "../scripts/seal_generation.py"


rule point_to_generation:
    """Name a cohort's newest complete generation."""
    input:
        receipt=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{generation}/receipt.json",
            generation=GENERATIONS[wildcards.cohort],
        ),
    output:
        pointer="results/cohorts/{cohort}/current",
    log:
        "logs/point_to_generation/{cohort}.log",
    benchmark:
        "benchmarks/results/point_to_generation/{cohort}.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        generation=lambda wildcards: GENERATIONS[wildcards.cohort],
    shell:
        """
        exec 2>{log:q}
        printf '%s\\n' {params.generation:q} >{output.pointer:q}
        """
