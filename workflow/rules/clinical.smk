"""Clinical tables of a cohort, in the small common data model; gene sets of a study's cohorts."""


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
        genes="results/cohorts/{cohort}/{generation}/clinical/set_genes.parquet",
        sets="results/cohorts/{cohort}/{generation}/clinical/gene_sets.parquet",
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


rule average_gene_sets:
    """Average the gene sets of a cohort over the genes that stand for them in a study."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        omics=lambda wildcards: of_generations(averaged_beside(wildcards), "clinical/omics.parquet"),
        genes=lambda wildcards: of_generations(
            averaged_beside(wildcards), "clinical/set_genes.parquet"
        ),
        sets=lambda wildcards: of_generations(
            averaged_beside(wildcards), "clinical/gene_sets.parquet"
        ),
    output:
        omics="results/studies/{study}/{edition}/clinical/{cohort}/omics.parquet",
    log:
        "logs/average_gene_sets/{study}/{edition}/{cohort}.log",
    benchmark:
        "benchmarks/results/average_gene_sets/{study}/{edition}/{cohort}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("average_gene_sets"),
        cohorts=averaged_beside,
        trained=lookup("{study}/cohorts", within=STUDIES),
        fewest=lambda wildcards: fewest_of(wildcards.study),
    script:
        "../scripts/average_gene_sets.py"
