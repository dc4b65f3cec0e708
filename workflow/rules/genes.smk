"""Gene models, the gene universe and its pathways."""


rule prepare_gene_models:
    """Normalise the gene models for every program that reads them."""
    input:
        models=SETTINGS["reference"]["gene_models"] or [],
        index=branch(bool(SETTINGS["reference"]["fasta"]), "results/reference/genome.fa.fai", []),
    output:
        transcripts="results/reference/transcripts.parquet",
        gff3="results/reference/gene_models.gff3.gz",
        gff3_index="results/reference/gene_models.gff3.gz.tbi",
        gtf="results/reference/gene_models.gtf.gz",
        gtf_index="results/reference/gene_models.gtf.gz.tbi",
    log:
        "logs/prepare_gene_models.log",
    benchmark:
        "benchmarks/results/prepare_gene_models.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("prepare_gene_models"),
    script:
        "../scripts/prepare_gene_models.py"


rule list_genes:
    """List the coding genes in genome order, with the regions that code."""
    input:
        transcripts="results/reference/transcripts.parquet",
        index=branch(bool(SETTINGS["reference"]["fasta"]), "results/reference/genome.fa.fai", []),
        genes=SETTINGS["reference"]["genes"] or [],
        centromeres=SETTINGS["reference"]["centromeres"] or [],
    output:
        genes="results/reference/genes.parquet",
        regions="results/reference/coding.bed",
    log:
        "logs/list_genes.log",
    benchmark:
        "benchmarks/results/list_genes.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("list_genes"),
    script:
        "../scripts/list_genes.py"


rule list_pathways:
    """List the pathways that hold enough genes of the universe."""
    input:
        genes="results/reference/genes.parquet",
        gene_sets=SETTINGS["reference"]["pathways"],
    output:
        pathways="results/reference/pathways.tsv",
    log:
        "logs/list_pathways.log",
    benchmark:
        "benchmarks/results/list_pathways.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        code=code_of("list_pathways"),
        limits=SETTINGS["reference"]["pathway_genes"],
    script:
        "../scripts/list_pathways.py"
