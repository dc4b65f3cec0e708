"""What the filter of somatic calls weighs: damage of one read orientation, and foreign reads."""


rule learn_orientation:
    """Learn which substitutions of a tumour only reads of one orientation show: damaged DNA."""
    input:
        orientation=collect(
            "results/samples/{{sample}}/somatic/{shard}.f1r2.tar.gz", shard=SOMATIC_SHARDS
        ),
    output:
        orientation=temp("results/samples/{sample}/somatic/orientation.tar.gz"),
    log:
        "logs/learn_orientation/{sample}.log",
    benchmark:
        "benchmarks/results/learn_orientation/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime="4h",
    params:
        identity=lambda wildcards: BESIDE[wildcards.sample],
        orientation=lambda wildcards, input: [
            word for path in input.orientation for word in ("--input", path)
        ],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" LearnReadOrientationModel \
            {params.orientation:q} --tmp-dir {resources.tmpdir:q} --output {output.orientation:q} >&2
        """


rule summarise_pileups:
    """Count a sample's reads at common alleles."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        sites=SETTINGS["quality"]["common_sites"] or [],
        sites_index=collect("{path}.tbi", path=SETTINGS["quality"]["common_sites"] or []),
        intervals="results/reference/intervals/calling.bed",
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        pileups="results/samples/{sample}/quality/pileups.table",
    log:
        "logs/summarise_pileups/{sample}.log",
    benchmark:
        "benchmarks/results/summarise_pileups/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime="8h",
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # Only sites where bases are called: elsewhere an exome has few reads, and of off-target DNA.
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" GetPileupSummaries \
            --reference {input.genome:q} --input {input.alignment:q} --variant {input.sites:q} \
            --intervals {input.sites:q} --intervals {input.intervals:q} \
            --interval-set-rule INTERSECTION \
            --tmp-dir {resources.tmpdir:q} --output {output.pileups:q} >&2
        """


rule estimate_contamination:
    """Estimate the share of foreign reads in a tumour, and part it by its allele balance."""
    input:
        pileups="results/samples/{sample}/quality/pileups.table",
        normal=lambda wildcards: collect(
            "results/samples/{sample}/quality/pileups.table",
            sample=NORMALS[wildcards.sample][:1],
        ),
    output:
        contamination="results/samples/{sample}/quality/contamination.table",
        segments="results/samples/{sample}/quality/segments.table",
    log:
        "logs/estimate_contamination/{sample}.log",
    benchmark:
        "benchmarks/results/estimate_contamination/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime="1h",
    params:
        identity=lambda wildcards: BESIDE[wildcards.sample],
        normal=lambda wildcards, input: [
            word for path in input.normal for word in ("--matched-normal", path)
        ],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" CalculateContamination \
            --input {input.pileups:q} {params.normal:q} \
            --tumor-segmentation {output.segments:q} \
            --tmp-dir {resources.tmpdir:q} --output {output.contamination:q} >&2
        """
