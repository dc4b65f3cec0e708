"""Folds of a study: its patients, one exact division, and who trains in each fold."""


rule list_patients:
    """List a study's patients with their roles and outcomes."""
    input:
        clinical=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/patients.parquet"
        ),
        scalars=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "tensors/scalars.parquet"
        ),
        relatives=lambda wildcards: [
            "results/studies/{study}/{edition}/splits/relatives.tsv".format(**wildcards)
        ][: len(RECORDED_IN[wildcards.study])],
        gates=quality_of_study("genotype_gate.tsv"),
    output:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
    log:
        "logs/list_patients/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/list_patients/{study}/{edition}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("list_patients"),
        cohorts=lambda wildcards: RUN.cohorts_of(wildcards.study),
        external=lookup("{study}/external", within=STUDIES),
        endpoints=lookup("{study}/endpoints", within=STUDIES),
    script:
        "../scripts/list_patients.py"


rule divide_patients:
    """Divide a study's training patients in folds: exact, balanced, families whole."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        given=lambda wildcards: RUN.given_folds_of(wildcards.study),
    output:
        folds="results/studies/{study}/{edition}/splits/folds.parquet",
        balance="results/studies/{study}/{edition}/splits/balance.tsv",
    log:
        "logs/divide_patients/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/divide_patients/{study}/{edition}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("divide_patients"),
        contents=lambda wildcards: contents_of(RUN.given_folds_of(wildcards.study)),
        split=lookup("{study}/split", within=STUDIES),
        drawing=lookup("splits", within=SETTINGS),
    script:
        "../scripts/divide_patients.py"


rule split_patients:
    """Write who trains, validates and tests in one fold."""
    input:
        folds="results/studies/{study}/{edition}/splits/folds.parquet",
    output:
        parts="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
    log:
        "logs/split_patients/{study}/{edition}/fold-{fold}.log",
    benchmark:
        "benchmarks/results/split_patients/{study}/{edition}/fold-{fold}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        code=code_of("split_patients"),
    script:
        "../scripts/split_patients.py"
