"""One copy of X and Y in a male: which regions are called so, where `calling: sex_ploidy` asks."""

HAPLOID = branch(
    SETTINGS["calling"]["sex_ploidy"], then="results/samples/{sample}/haploid.bed", otherwise=[]
)


rule list_haploid:
    """List the regions of X and Y of which a sample has one copy, by its depth there."""
    input:
        depth="results/samples/{sample}/quality/coverage.regions.bed.gz",
        shared=SETTINGS["quality"]["sex"]["shared_regions"],
        index="results/reference/genome.fa.fai",
    output:
        regions="results/samples/{sample}/haploid.bed",
    log:
        "logs/list_haploid/{sample}.log",
    benchmark:
        "benchmarks/results/list_haploid/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("list_haploid"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        assembly=SETTINGS["reference"]["name"],
        limits=SETTINGS["quality"]["sex"],
    script:
        "../scripts/list_haploid.py"
