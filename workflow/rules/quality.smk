"""Quality of samples, of a generation's genotypes, and their agreement with a known truth."""

# What a base of a genomic VCF, or an absent allele of a given one, must reach to count as seen.
WELL_ASSAYED = {key: SETTINGS["quality"][key] for key in ("min_depth", "min_genotype_quality")}
READS = {cohort: RUN.samples_of(cohort, *SEQUENCED) for cohort in RUN.cohorts}
PAIRED = {cohort: [name for name in READS[cohort] if NORMALS.get(name)] for cohort in RUN.cohorts}
CALLED_SAMPLES = {cohort: RUN.samples_of(cohort, *RECORDED) for cohort in RUN.cohorts}
TRUTHS = {
    cohort: [name for name in RUN.cards[cohort]["truth"] if name in CALLED_SAMPLES[cohort]]
    for cohort in RUN.cohorts
}


rule measure_reads:
    """Count a sample's reads, measure its fragments, and its depth over what its cohorts look at."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        intervals=lambda wildcards: BASES[wildcards.sample],
    output:
        multiext(
            "results/samples/{sample}/quality/",
            counts="flagstat.txt",
            stats="stats.txt",
            summary="coverage.mosdepth.summary.txt",
            distribution="coverage.mosdepth.region.dist.txt",
            regions="coverage.regions.bed.gz",
            thresholds="coverage.thresholds.bed.gz",
        ),
    log:
        "logs/measure_reads/{sample}.log",
    benchmark:
        "benchmarks/results/measure_reads/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 1080 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        prefix=subpath(output.summary, strip_suffix=".mosdepth.summary.txt"),
    # Duplicates would count a fragment twice. Of what mosdepth writes besides, nobody reads a thing.
    shell:
        """
        exec 2>{log:q}
        samtools flagstat --input-fmt-option reference={input.genome:q} \
            {input.alignment:q} | cat >{output.counts:q}
        samtools stats --remove-dups --reference {input.genome:q} \
            {input.alignment:q} | cat >{output.stats:q}
        mosdepth --no-per-base --by {input.intervals:q} --thresholds 1,10,20,30 \
            --fasta {input.genome:q} {params.prefix:q} {input.alignment:q}
        rm {params.prefix:q}.{{regions,thresholds}}.bed.gz.csi {params.prefix:q}.mosdepth.global.dist.txt
        """


rule compare_normals:
    """Compare a tumour with its patient's germline samples: are they of one person?"""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        alignment_index="results/samples/{sample}/alignment.cram.crai",
        gvcfs=lambda wildcards: collect(
            "results/samples/{sample}/variants.g.vcf.gz", sample=NORMALS[wildcards.sample]
        ),
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
    output:
        normals="results/samples/{sample}/quality/normals.tsv",
    log:
        "logs/compare_normals/{sample}.log",
    benchmark:
        "benchmarks/results/compare_normals/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("compare_normals"),
        identity=lambda wildcards: BESIDE[wildcards.sample],
        normals=lambda wildcards: NORMALS[wildcards.sample],
        limits=WELL_ASSAYED,
        comparison=SETTINGS["quality"]["normals"],
    script:
        "../scripts/compare_normals.py"


rule count_variants:
    """Count each sample's passing genotypes: transitions, heterozygotes."""
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
        runtime=lambda wildcards, attempt: 240 * attempt,
    shell:
        """
        exec 2>{log:q}
        samples=$(bcftools query --list-samples {input.genotypes:q})
        bcftools +setGT {input.genotypes:q} --output-type u -- \
            --target-gt q --new-gt . --include 'FORMAT/FT!="PASS"' \
            | bcftools stats ${{samples:+--samples -}} - | cat >{output.counts:q}
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
        targets=lambda wildcards: TARGETS[wildcards.cohort],
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
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("measure_concordance"),
        samples=lambda wildcards: TRUTHS[wildcards.cohort],
    script:
        "../scripts/measure_concordance.py"
