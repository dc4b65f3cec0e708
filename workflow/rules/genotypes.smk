"""Genomic VCFs to the genotypes of a cohort; given VCFs (given.smk) and tumours join at the end."""

from gcin.calling import NOBODY

# What a cohort with genotypes has of them, besides the tensors.
RECORD_FILES = [
    "genotypes.bcf",
    "annotated.bcf",
    "annotated.vcf.gz",
    "quality/relatedness.tsv",
    "quality/novelty.tsv",
    "quality/genotype_gate.tsv",
    "quality/batches.tsv",
    "quality/batch_tests.tsv",
    *["quality/ancestry.tsv"] * bool(SETTINGS["quality"]["ancestry"]["components"]),
]

# Tumours are called by themselves (somatic.smk) and join at the end.
TOGETHER = {cohort: RUN.samples_of(cohort, *GENOTYPED, tissue="germline") for cohort in RUN.cohorts}
APART = {cohort: RUN.samples_of(cohort, *SEQUENCED, tissue="tumour") for cohort in RUN.cohorts}
JOINT_SHARDS = {
    cohort: range(SETTINGS["reference"]["shards"] * bool(TOGETHER[cohort]))
    for cohort in RUN.cohorts
}


rule list_calls:
    """List the genomic VCF of each sample that enters, and the GATK that called it."""
    input:
        calls=lambda wildcards: collect(
            "results/samples/{sample}/variants.g.vcf.gz",
            sample=TOGETHER[wildcards.cohort],
        ),
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
    output:
        listed="results/cohorts/{cohort}/{generation}/calls.tsv",
        callers="results/cohorts/{cohort}/{generation}/callers.tsv",
    log:
        "logs/list_calls/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/list_calls/{cohort}/{generation}.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        code=code_of("list_calls"),
        samples=lambda wildcards: TOGETHER[wildcards.cohort],
    script:
        "../scripts/list_calls.py"


rule genotype_shard:
    """Call a part of the genome jointly in all samples that have genomic VCFs."""
    input:
        # Each has its index beside it, made by the same job: naming these, too, in every shard
        # would double what a plan of many samples holds.
        calls=lambda wildcards: collect(
            "results/samples/{sample}/variants.g.vcf.gz", sample=TOGETHER[wildcards.cohort]
        ),
        listed="results/cohorts/{cohort}/{generation}/calls.tsv",
        intervals="results/reference/intervals/shard-{shard}.bed",
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        calls=temp("results/cohorts/{cohort}/{generation}/shards/{shard}.vcf.gz"),
        index=temp("results/cohorts/{cohort}/{generation}/shards/{shard}.vcf.gz.tbi"),
    log:
        "logs/genotype_shard/{cohort}/{generation}/{shard}.log",
    benchmark:
        "benchmarks/results/genotype_shard/{cohort}/{generation}/{shard}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        min_confidence=lookup("calling/min_confidence", within=SETTINGS),
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(*TOGETHER[wildcards.cohort])),
        nobody=NOBODY,
    # Where every sample is left out, nothing is called, and those that are given go on. The
    # workspace lives for this job only: one that is kept and added to would outlive the cohort it
    # was made for. GenomicsDB allocates outside the Java heap.
    shell:
        """
        exec 2>{log:q}
        [ -s {input.listed:q} ] \
            || {{ awk {params.nobody:q} {input.others[0]:q} | bgzip >{output.calls:q}; tabix {output.calls:q}; exit; }}
        workspace=$(mktemp --directory --tmpdir={resources.tmpdir:q})
        trap 'rm --recursive --force "$workspace"' EXIT
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" GenomicsDBImport \
            --sample-name-map {input.listed:q} --intervals {input.intervals:q} \
            --merge-input-intervals true --genomicsdb-shared-posixfs-optimizations true \
            --batch-size 50 --genomicsdb-workspace-path "$workspace/calls" \
            --tmp-dir {resources.tmpdir:q} >&2
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" GenotypeGVCFs \
            --reference {input.genome:q} --variant "gendb://$workspace/calls" \
            --intervals {input.intervals:q} --only-output-calls-starting-in-intervals true \
            --standard-min-confidence-threshold-for-calling {params.min_confidence:q} \
            --genomicsdb-shared-posixfs-optimizations true \
            --tmp-dir {resources.tmpdir:q} --output {output.calls:q} >&2
        """


rule filter_genotypes:
    """Judge each genotype by its own fields and each site, then split the sites by allele."""
    input:
        calls="results/cohorts/{cohort}/{generation}/shards/{shard}.vcf.gz",
        index="results/cohorts/{cohort}/{generation}/shards/{shard}.vcf.gz.tbi",
        scores=scores_of_sites,
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
    output:
        calls=temp("results/cohorts/{cohort}/{generation}/shards/{shard}.bcf"),
        index=temp("results/cohorts/{cohort}/{generation}/shards/{shard}.bcf.csi"),
    log:
        "logs/filter_genotypes/{cohort}/{generation}/{shard}.log",
    benchmark:
        "benchmarks/results/filter_genotypes/{cohort}/{generation}/{shard}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("filter_genotypes"),
        filter=lookup("genotypes/filter", within=SETTINGS),
        evidence=WELL_ASSAYED,
        sites=lookup("genotypes/site_filter", within=IN_FORCE),
    script:
        "../scripts/filter_genotypes.py"


rule unite_genotypes:
    """Gather the shards of joint calls, merge what was given, and put the samples in order."""
    input:
        shards=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/shards/{shard}.bcf",
            shard=JOINT_SHARDS[wildcards.cohort],
        ),
        shard_indexes=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/shards/{shard}.bcf.csi",
            shard=JOINT_SHARDS[wildcards.cohort],
        ),
        given=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/given/{source}.bcf",
            source=range(len(RUN.files_of(wildcards.cohort, "vcf"))),
        ),
        given_indexes=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/given/{source}.bcf.csi",
            source=range(len(RUN.files_of(wildcards.cohort, "vcf"))),
        ),
        somatic=lambda wildcards: collect(
            "results/samples/{sample}/somatic/accepted.bcf", sample=APART[wildcards.cohort]
        ),
        somatic_indexes=lambda wildcards: collect(
            "results/samples/{sample}/somatic/accepted.bcf.csi", sample=APART[wildcards.cohort]
        ),
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
    output:
        genotypes="results/cohorts/{cohort}/{generation}/genotypes.bcf",
        index="results/cohorts/{cohort}/{generation}/genotypes.bcf.csi",
    log:
        "logs/unite_genotypes/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/unite_genotypes/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("unite_genotypes"),
        samples=lambda wildcards: RUN.samples_of(wildcards.cohort, *RECORDED),
        tumours=lambda wildcards: APART[wildcards.cohort],
    script:
        "../scripts/unite_genotypes.py"
