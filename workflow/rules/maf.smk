"""Cohorts that come as MAF files, with an annotation of their own."""


rule read_maf:
    """Read a cohort's MAF files into calls on GRCh38 and the genes of the universe."""
    input:
        files=lambda wildcards: RUN.files_of(wildcards.cohort, "maf"),
        genes="results/reference/genes.parquet",
        chain=SETTINGS["annotation"]["maf"]["chain"],
        aliases=SETTINGS["annotation"]["maf"]["aliases"],
        fasta=branch(bool(SETTINGS["reference"]["fasta"]), "results/reference/genome.fa", []),
        index=branch(bool(SETTINGS["reference"]["fasta"]), "results/reference/genome.fa.fai", []),
    output:
        calls="results/cohorts/{cohort}/{generation}/maf/calls.parquet",
        unplaced="results/cohorts/{cohort}/{generation}/maf/unplaced.tsv",
    log:
        "logs/read_maf/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/read_maf/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime="1h",
    params:
        code=code_of("read_maf"),
        sheet=lambda wildcards: RUN.rows_in(wildcards.cohort)
        .query("kind == 'maf'")[["sample", "file", "assembly", "tissue"]]
        .to_dict("list"),
        classifications=SETTINGS["annotation"]["maf"]["classifications"],
    script:
        "../scripts/read_maf.py"
