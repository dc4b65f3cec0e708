"""A tumour's own variants, beside the sequenced germline samples of its patient."""

from itertools import compress

NORMALS = {
    tumour: RUN.normals_of(tumour) for tumour in RUN.samples_of_kind(*SEQUENCED, tissue="tumour")
}
# Another normal, or none, makes the calls of a tumour anew, and not its alignment.
BESIDE = {
    tumour: identity_of_sample(
        [unit for name in (tumour, *normals) for unit in RUN.units_of(name).values()], SAMPLED
    )
    for tumour, normals in NORMALS.items()
}
SOMATIC = SETTINGS["calling"]["somatic"]
# What the filter weighs besides the calls, by option (rules of somatic_evidence.smk).
EVIDENCE = {
    "--arguments_file": "somatic/orientation.list",
    "--contamination-table": "somatic/trusted_contamination.table",
    "--tumor-segmentation": "somatic/segments.table",
}
ORIENTED = SOMATIC["orientation_model"]["use"] != "never"
WEIGHED = dict(
    compress(EVIDENCE.items(), [ORIENTED, *[bool(SETTINGS["quality"]["common_sites"])] * 2])
)
SOMATIC_SHARDS = range(SETTINGS["reference"]["shards"])
KNOWN_ALLELES = {
    option: SOMATIC[key]
    for option, key in (
        ("--germline-resource", "germline_resource"),
        ("--panel-of-normals", "panel_of_normals"),
    )
    if SOMATIC[key]
}


rule call_somatic_shard:
    """Call a tumour's somatic variants in a part of the genome."""
    input:
        alignments=lambda wildcards: collect(
            "results/samples/{sample}/alignment.cram",
            sample=[wildcards.sample, *NORMALS[wildcards.sample]],
        ),
        indexes=lambda wildcards: collect(
            "results/samples/{sample}/alignment.cram.crai",
            sample=[wildcards.sample, *NORMALS[wildcards.sample]],
        ),
        intervals="results/reference/intervals/shard-{shard}.bed",
        known=collect("{path}{suffix}", path=KNOWN_ALLELES.values(), suffix=["", ".tbi"]),
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        calls=temp("results/samples/{sample}/somatic/{shard}.vcf.gz"),
        index=temp("results/samples/{sample}/somatic/{shard}.vcf.gz.tbi"),
        counts=temp("results/samples/{sample}/somatic/{shard}.vcf.gz.stats"),
        orientation=temp("results/samples/{sample}/somatic/{shard}.f1r2.tar.gz"),
    log:
        "logs/call_somatic_shard/{sample}/{shard}.log",
    benchmark:
        "benchmarks/results/call_somatic_shard/{sample}/{shard}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 5_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: BESIDE[wildcards.sample],
        alignments=lambda wildcards, input: [
            word for path in input.alignments for word in ("--input", path)
        ],
        normals=lambda wildcards: [
            word for name in NORMALS[wildcards.sample] for word in ("--normal-sample", name)
        ],
        known=[word for pair in KNOWN_ALLELES.items() for word in pair],
        compiler=lambda wildcards: compiler_options(
            RUN.bytes_of(wildcards.sample, *NORMALS[wildcards.sample])
        ),
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" Mutect2 \
            --reference {input.genome:q} {params.alignments:q} {params.normals:q} \
            --intervals {input.intervals:q} {params.known:q} \
            --f1r2-tar-gz {output.orientation:q} --native-pair-hmm-threads {threads} \
            --tmp-dir {resources.tmpdir:q} --output {output.calls:q} >&2
        """


rule gather_somatic:
    """Gather the shards of a tumour's calls, and what Mutect2 counted on the way."""
    input:
        calls=collect("results/samples/{{sample}}/somatic/{shard}.vcf.gz", shard=SOMATIC_SHARDS),
        indexes=collect(
            "results/samples/{{sample}}/somatic/{shard}.vcf.gz.tbi", shard=SOMATIC_SHARDS
        ),
        counts=collect(
            "results/samples/{{sample}}/somatic/{shard}.vcf.gz.stats", shard=SOMATIC_SHARDS
        ),
    output:
        calls=temp("results/samples/{sample}/somatic/unfiltered.vcf.gz"),
        index=temp("results/samples/{sample}/somatic/unfiltered.vcf.gz.tbi"),
        counts=temp("results/samples/{sample}/somatic/unfiltered.vcf.gz.stats"),
    log:
        "logs/gather_somatic/{sample}.log",
    benchmark:
        "benchmarks/results/gather_somatic/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        identity=lambda wildcards: BESIDE[wildcards.sample],
        counts=lambda wildcards, input: [
            word for path in input.counts for word in ("--stats", path)
        ],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # An allele that reaches over the border of two shards may be called in both.
    shell:
        """
        exec 2>{log:q}
        bcftools concat --allow-overlaps --rm-dups exact --output-type z \
            --output {output.calls:q} {input.calls:q}
        tabix --preset vcf {output.calls:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" MergeMutectStats \
            {params.counts:q} --tmp-dir {resources.tmpdir:q} --output {output.counts:q} >&2
        """


rule filter_somatic:
    """Say of each of a tumour's calls whether it passes, and if not why."""
    input:
        calls="results/samples/{sample}/somatic/unfiltered.vcf.gz",
        index="results/samples/{sample}/somatic/unfiltered.vcf.gz.tbi",
        counts="results/samples/{sample}/somatic/unfiltered.vcf.gz.stats",
        evidence=collect("results/samples/{{sample}}/{file}", file=WEIGHED.values()),
        priors=collect("results/samples/{{sample}}/somatic/orientation.tar.gz")[:ORIENTED],
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        calls="results/samples/{sample}/somatic.vcf.gz",
        index="results/samples/{sample}/somatic.vcf.gz.tbi",
        counts="results/samples/{sample}/quality/somatic_filters.tsv",
    log:
        "logs/filter_somatic/{sample}.log",
    benchmark:
        "benchmarks/results/filter_somatic/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        identity=lambda wildcards: BESIDE[wildcards.sample],
        evidence=lambda wildcards, input: [
            word for pair in zip(WEIGHED, input.evidence) for word in pair
        ],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" FilterMutectCalls \
            --reference {input.genome:q} --variant {input.calls:q} --stats {input.counts:q} \
            {params.evidence:q} --filtering-stats {output.counts:q} \
            --tmp-dir {resources.tmpdir:q} --output {output.calls:q} >&2
        """


rule adopt_somatic:
    """Bring a tumour's calls to the form that joint calls have, without those that fail."""
    input:
        calls="results/samples/{sample}/somatic.vcf.gz",
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
    output:
        calls="results/samples/{sample}/somatic/accepted.bcf",
        index="results/samples/{sample}/somatic/accepted.bcf.csi",
    log:
        "logs/adopt_somatic/{sample}.log",
    benchmark:
        "benchmarks/results/adopt_somatic/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("adopt_somatic"),
        identity=lambda wildcards: BESIDE[wildcards.sample],
        accepted=SOMATIC["accepted_filters"],
    script:
        "../scripts/adopt_somatic.py"
