"""Which coding bases of a sample could have shown a variant."""

import re

TUMOURS = "|".join(map(re.escape, NORMALS)) or r"(?!)"


rule measure_callable:
    """Count the coding bases of each gene that a sample's gVCF shows well enough to call."""
    input:
        gvcf="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
        coding="results/reference/coding.bed",
    output:
        counts="results/samples/{sample}/callable.parquet",
    log:
        "logs/measure_callable/{sample}.log",
    benchmark:
        "benchmarks/results/measure_callable/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("measure_callable"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        limits=WELL_ASSAYED,
    script:
        "../scripts/measure_callable.py"


rule measure_tumour_depth:
    """Count the coding bases of each exon that a tumour's reads cover well enough to call."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        coding="results/reference/coding.bed",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
    output:
        thresholds=temp("results/samples/{sample}/somatic/depth.thresholds.bed.gz"),
        others=temp(
            multiext(
                "results/samples/{sample}/somatic/depth",
                ".thresholds.bed.gz.csi",
                ".regions.bed.gz",
                ".regions.bed.gz.csi",
                ".mosdepth.summary.txt",
                ".mosdepth.global.dist.txt",
                ".mosdepth.region.dist.txt",
            )
        ),
    log:
        "logs/measure_tumour_depth/{sample}.log",
    benchmark:
        "benchmarks/results/measure_tumour_depth/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        min_depth=SOMATIC["min_depth"],
        prefix=subpath(output.thresholds, strip_suffix=".thresholds.bed.gz"),
    # Mutect2 as well leaves out reads of a mapping quality below 20.
    shell:
        """
        exec 2>{log:q}
        mosdepth --no-per-base --by {input.coding:q} --thresholds {params.min_depth:q} --mapq 20 \
            --fasta {input.genome:q} {params.prefix:q} {input.alignment:q}
        """


rule measure_tumour_callable:
    """Count the callable coding bases of each gene in a tumour."""
    input:
        thresholds="results/samples/{sample}/somatic/depth.thresholds.bed.gz",
        coding="results/reference/coding.bed",
    output:
        counts="results/samples/{sample}/callable.parquet",
    log:
        "logs/measure_tumour_callable/{sample}.log",
    benchmark:
        "benchmarks/results/measure_tumour_callable/{sample}.tsv"
    wildcard_constraints:
        sample=TUMOURS,
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("measure_tumour_callable"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    script:
        "../scripts/measure_tumour_callable.py"


rule measure_untold:
    """Count which alleles of a given VCF it does not tell of each of its samples, gene by gene."""
    input:
        calls="results/cohorts/{cohort}/{generation}/given/{source}.bcf",
        unplaced=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/given/{source}.unplaced.tsv",
            source={int(wildcards.source)} & {*RUN.lifted_in(wildcards.cohort)},
        ),
        targets=lambda wildcards: TARGETS[wildcards.cohort],
        coding="results/reference/coding.bed",
    output:
        shares=temp("results/cohorts/{cohort}/{generation}/given/{source}.untold.parquet"),
    log:
        "logs/measure_untold/{cohort}/{generation}/{source}.log",
    benchmark:
        "benchmarks/results/measure_untold/{cohort}/{generation}/{source}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("measure_untold"),
        contents=lambda wildcards: contents_of(TARGETS[wildcards.cohort]),
    script:
        "../scripts/measure_untold.py"


ruleorder: measure_tumour_callable > measure_callable
