"""Alleles that are asked of every germline sample: an absent one is told from one not seen."""

PANEL_SITES = SETTINGS["calling"]["panel_sites"]
PANELLED = {cohort: TOGETHER[cohort] * (PANEL_SITES is not None) for cohort in RUN.cohorts}


rule prepare_panel:
    """Write the panel's alleles one a record, normalised."""
    input:
        sites=PANEL_SITES or [],
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
    output:
        panel="results/reference/panel.vcf.gz",
        panel_index="results/reference/panel.vcf.gz.tbi",
    log:
        "logs/prepare_panel.log",
    benchmark:
        "benchmarks/results/prepare_panel.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    # The header takes its contigs from the genome, as a panel need not name them.
    shell:
        """
        exec 2>{log:q}
        scratch=$(mktemp --directory --tmpdir={resources.tmpdir:q})
        trap 'rm --recursive --force "$scratch"' EXIT
        bcftools view --output-type v --output "$scratch/sites.vcf" {input.sites:q}
        bcftools reheader --fai {input.index:q} "$scratch/sites.vcf" \
            | bcftools view --drop-genotypes --output-type u - \
            | bcftools annotate --remove QUAL,FILTER,INFO --output-type u - \
            | bcftools norm --fasta-ref {input.genome:q} --multiallelics -any --output-type u - \
            | bcftools sort --output-type u - \
            | bcftools norm --rm-dup exact --output-type z --output {output.panel:q} -
        tabix --preset vcf {output.panel:q}
        """


rule genotype_panel:
    """Tell of each allele of the panel whether a sample has it, with depth and quality."""
    input:
        gvcf="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
        panel="results/reference/panel.vcf.gz",
        panel_index="results/reference/panel.vcf.gz.tbi",
    output:
        genotypes="results/samples/{sample}/panel.vcf.gz",
        genotypes_index="results/samples/{sample}/panel.vcf.gz.tbi",
    log:
        "logs/genotype_panel/{sample}.log",
    benchmark:
        "benchmarks/results/genotype_panel/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("genotype_panel"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        filter=lookup("genotypes/filter", within=SETTINGS),
    script:
        "../scripts/genotype_panel.py"


rule tabulate_panel:
    """Gather which alleles of the panel the samples of a generation carry, lack, or do not cover."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
        told=lambda wildcards: collect(
            "results/samples/{sample}/panel.vcf.gz", sample=PANELLED[wildcards.cohort]
        ),
        genes="results/reference/genes.parquet",
    output:
        panel="results/cohorts/{cohort}/{generation}/panel.tsv",
    log:
        "logs/tabulate_panel/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/tabulate_panel/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("tabulate_panel"),
        reach_bases=SETTINGS["annotation"]["distance_bases"],
        limits=WELL_ASSAYED,
    script:
        "../scripts/tabulate_panel.py"
