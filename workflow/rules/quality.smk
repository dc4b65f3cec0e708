"""Quality of samples, of a generation's genotypes, and their agreement with a known truth."""

READS = {cohort: RUN.samples_of(cohort, *SEQUENCED) for cohort in RUN.cohorts}
CALLED_SAMPLES = {cohort: RUN.samples_of(cohort, *RECORDED) for cohort in RUN.cohorts}
TRUTHS = {
    cohort: [name for name in RUN.cards[cohort]["truth"] if name in CALLED_SAMPLES[cohort]]
    for cohort in RUN.cohorts
}


rule count_reads:
    """Count a sample's reads, mapped, paired, duplicates, and measure the length of its fragments."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
    output:
        counts="results/samples/{sample}/quality/flagstat.txt",
        stats="results/samples/{sample}/quality/stats.txt",
    log:
        "logs/count_reads/{sample}.log",
    benchmark:
        "benchmarks/results/count_reads/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime="12h",
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    # Duplicates would count a fragment twice.
    shell:
        """
        exec 2>{log:q}
        samtools flagstat --input-fmt-option reference={input.genome:q} \
            {input.alignment:q} | cat >{output.counts:q}
        samtools stats --threads {threads} --remove-dups --reference {input.genome:q} \
            {input.alignment:q} | cat >{output.stats:q}
        """


rule measure_coverage:
    """Measure a sample's depth over the calling intervals, duplicates left out."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        intervals="results/reference/intervals/calling.bed",
    output:
        multiext(
            "results/samples/{sample}/quality/coverage",
            summary=".mosdepth.summary.txt",
            distribution=".mosdepth.global.dist.txt",
            region_distribution=".mosdepth.region.dist.txt",
            regions=".regions.bed.gz",
            regions_index=".regions.bed.gz.csi",
            thresholds=".thresholds.bed.gz",
            thresholds_index=".thresholds.bed.gz.csi",
        ),
    log:
        "logs/measure_coverage/{sample}.log",
    benchmark:
        "benchmarks/results/measure_coverage/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime="8h",
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        prefix=subpath(output.summary, strip_suffix=".mosdepth.summary.txt"),
    shell:
        """
        exec 2>{log:q}
        mosdepth --no-per-base --by {input.intervals:q} --thresholds 1,10,20,30 \
            --fasta {input.genome:q} {params.prefix:q} {input.alignment:q}
        """


rule count_variants:
    """Count each sample's passing genotypes: transitions, heterozygotes, no-calls."""
    input:
        genotypes="results/cohorts/{cohort}/{generation}/genotypes.bcf",
        index="results/cohorts/{cohort}/{generation}/genotypes.bcf.csi",
    output:
        counts="results/cohorts/{cohort}/{generation}/quality/genotypes.txt",
    log:
        "logs/count_variants/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/count_variants/{cohort}/{generation}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime="4h",
    shell:
        """
        exec 2>{log:q}
        bcftools +setGT {input.genotypes:q} --output-type u -- \
            --target-gt q --new-gt . --include 'FORMAT/FT!="PASS"' \
            | bcftools stats --samples - - | cat >{output.counts:q}
        """


rule measure_concordance:
    """Compare the passing genotypes of samples whose truth is known with that truth."""
    input:
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
        genotypes="results/cohorts/{cohort}/{generation}/genotypes.bcf",
        index="results/cohorts/{cohort}/{generation}/genotypes.bcf.csi",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        intervals="results/reference/intervals/calling.bed",
        truths=lambda wildcards: [
            RUN.cards[wildcards.cohort]["truth"][name]["vcf"] for name in TRUTHS[wildcards.cohort]
        ],
        regions=lambda wildcards: [
            RUN.cards[wildcards.cohort]["truth"][name]["bed"] for name in TRUTHS[wildcards.cohort]
        ],
    output:
        table="results/cohorts/{cohort}/{generation}/quality/concordance.tsv",
    log:
        "logs/measure_concordance/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/measure_concordance/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime="4h",
    params:
        code=code_of("measure_concordance"),
        samples=lambda wildcards: TRUTHS[wildcards.cohort],
    script:
        "../scripts/measure_concordance.py"
