"""Clinical tables of a cohort, in the small common data model."""


rule harmonise_clinical:
    """Map a cohort's clinical tables to the common data model; identifiers and dates stay out."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        tables=lambda wildcards: files_named(RUN.cards[wildcards.cohort]["tables"], "file"),
        omics=lambda wildcards: files_named(RUN.cards[wildcards.cohort]["omics"], "file", "sets"),
    output:
        tables=collect(
            "results/cohorts/{{cohort}}/{{generation}}/clinical/{table}.parquet",
            table=["person", "condition", "treatment", "measurement", "visits", "outcome"],
        ),
        features="results/cohorts/{cohort}/{generation}/clinical/features.parquet",
        omics="results/cohorts/{cohort}/{generation}/clinical/omics.parquet",
        patients="results/cohorts/{cohort}/{generation}/clinical/patients.parquet",
        receipt="results/cohorts/{cohort}/{generation}/clinical/receipt.json",
    log:
        "logs/harmonise_clinical/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/harmonise_clinical/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("harmonise_clinical"),
        contents=lambda wildcards: contents_of(
            files_named(RUN.cards[wildcards.cohort]["tables"], "file")
            + files_named(RUN.cards[wildcards.cohort]["omics"], "file", "sets")
        ),
        card=lambda wildcards: {
            section: RUN.cards[wildcards.cohort][section]
            for section in (
                "tables",
                "person",
                "condition",
                "treatment",
                "measurement",
                "visits",
                "outcome",
                "omics",
            )
        },
    script:
        "../scripts/harmonise_clinical.py"
