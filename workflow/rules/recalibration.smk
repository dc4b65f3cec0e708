"""Base quality recalibration, in recipe `bqsr` only: between marked duplicates and the CRAM."""

IS_RECALIBRATED = SETTINGS["alignment"]["recipe"] == "bqsr"
FINISHED = branch(
    IS_RECALIBRATED,
    then="results/samples/{sample}/recalibrated.bam",
    otherwise="results/samples/{sample}/marked.bam",
)
# Recipe `bqsr` asks for known sites at the door; those that were fetched come behind the given.
KNOWN_SITES = SETTINGS["reference"]["known_sites"] + [
    f"resources/external/{PurePosixPath(file['url']).name}" for file in ASKED["known_sites"]
]


rule prepare_known_sites:
    """Compress and index known variants, and see that they are of the genome."""
    input:
        given=lambda wildcards: KNOWN_SITES[int(wildcards.number)],
        index="results/reference/genome.fa.fai",
    output:
        sites="results/reference/known_sites/{number}.vcf.gz",
        sites_index="results/reference/known_sites/{number}.vcf.gz.tbi",
    log:
        "logs/prepare_known_sites/{number}.log",
    benchmark:
        "benchmarks/results/prepare_known_sites/{number}.tsv"
    wildcard_constraints:
        number=r"\d+",
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("prepare_known_sites"),
    script:
        "../scripts/prepare_known_sites.py"


rule index_marked:
    """Index a sample's marked alignment, so that its shards can be read apart."""
    input:
        alignment="results/samples/{sample}/marked.bam",
    output:
        index=temp("results/samples/{sample}/marked.bam.bai"),
    log:
        "logs/index_marked/{sample}.log",
    benchmark:
        "benchmarks/results/index_marked/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    shell:
        """
        exec 2>{log:q}
        samtools index {input.alignment:q} {output.index:q}
        """


rule learn_recalibration:
    """Count a sample's mismatches by reported quality, cycle and context in a part of the genome."""
    input:
        alignment="results/samples/{sample}/marked.bam",
        index="results/samples/{sample}/marked.bam.bai",
        intervals="results/reference/intervals/shard-{shard}.bed",
        sites=expand(
            "results/reference/known_sites/{number}.vcf.gz", number=range(len(KNOWN_SITES))
        ),
        sites_indexes=expand(
            "results/reference/known_sites/{number}.vcf.gz.tbi", number=range(len(KNOWN_SITES))
        ),
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        table=temp("results/samples/{sample}/shards/{shard}.recalibration.txt"),
    log:
        "logs/learn_recalibration/{sample}/{shard}.log",
    benchmark:
        "benchmarks/results/learn_recalibration/{sample}/{shard}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        sites=lambda wildcards, input: [
            word for path in input.sites for word in ("--known-sites", path)
        ],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # Where a given alignment was recalibrated before, its original qualities are used, if kept.
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" BaseRecalibrator \
            --reference {input.genome:q} --input {input.alignment:q} \
            --intervals {input.intervals:q} {params.sites:q} --use-original-qualities true \
            --tmp-dir {resources.tmpdir:q} --output /dev/fd/3 3>&1 >&2 \
            | cat >{output.table:q}
        """


rule recalibrate_alignment:
    """Gather what was learnt of a sample's base qualities, and write the corrected ones."""
    input:
        alignment="results/samples/{sample}/marked.bam",
        tables=expand(
            "results/samples/{{sample}}/shards/{shard}.recalibration.txt",
            shard=range(SETTINGS["reference"]["shards"]),
        ),
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        alignment=temp("results/samples/{sample}/recalibrated.bam"),
        table="results/samples/{sample}/quality/recalibration.txt",
    log:
        "logs/recalibrate_alignment/{sample}.log",
    benchmark:
        "benchmarks/results/recalibrate_alignment/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        tables=lambda wildcards, input: [
            word for path in input.tables for word in ("--input", path)
        ],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" GatherBQSRReports \
            {params.tables:q} --output /dev/fd/3 3>&1 >&2 \
            | cat >{output.table:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" ApplyBQSR \
            --reference {input.genome:q} --input {input.alignment:q} \
            --bqsr-recal-file {output.table:q} --use-original-qualities true \
            --create-output-bam-index false --add-output-sam-program-record false \
            --tmp-dir {resources.tmpdir:q} --output {output.alignment:q} >&2
        """
