"""Evidence beside the calls of a tumour: one read orientation, foreign reads, both alleles."""


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
        runtime=lambda wildcards, attempt: 240 * attempt,
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


rule judge_orientation:
    """Measure how much of a tumour is damaged; a fresh one's calls are not held to damage."""
    input:
        orientation=collect(
            "results/samples/{{sample}}/somatic/{shard}.f1r2.tar.gz", shard=SOMATIC_SHARDS
        ),
    output:
        damage="results/samples/{sample}/quality/damage.tsv",
        arguments=temp("results/samples/{sample}/somatic/orientation.list"),
    log:
        "logs/judge_orientation/{sample}.log",
    benchmark:
        "benchmarks/results/judge_orientation/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("judge_orientation"),
        identity=lambda wildcards: BESIDE[wildcards.sample],
        judgement=SOMATIC["orientation_model"],
        priors="results/samples/{sample}/somatic/orientation.tar.gz",
    script:
        "../scripts/judge_orientation.py"


rule segment_tumour:
    """Estimate a tumour's foreign reads beside its normal, and part it by its allele balance."""
    input:
        pileups="results/samples/{sample}/pileups.table",
        normal=lambda wildcards: collect(
            "results/samples/{sample}/pileups.table", sample=NORMALS[wildcards.sample][:1]
        ),
    output:
        contamination="results/samples/{sample}/somatic/contamination.table",
        trusted="results/samples/{sample}/somatic/trusted_contamination.table",
        segments="results/samples/{sample}/somatic/segments.table",
    log:
        "logs/segment_tumour/{sample}.log",
    benchmark:
        "benchmarks/results/segment_tumour/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        identity=lambda wildcards: BESIDE[wildcards.sample],
        normal=lambda wildcards, input: [
            word for path in input.normal for word in ("--matched-normal", path)
        ],
        largest_error=LARGEST_ERROR,
        heeded=lambda wildcards: TRUSTED_TABLE,
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # GATK does not notice that the disk is full where it writes tables.
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" CalculateContamination \
            --input {input.pileups:q} {params.normal:q} \
            --tumor-segmentation /dev/fd/3 \
            --tmp-dir {resources.tmpdir:q} --output {output.contamination:q} 3>&1 >&2 \
            | cat >{output.segments:q}
        (($(wc --lines <{output.contamination:q}) == 2)) || {{ echo "cut short: is the disk full?" >&2; exit 1; }}
        awk -F '\t' -v OFS='\t' -v largest={params.largest_error:q} {params.heeded:q} \
            {output.contamination:q} >{output.trusted:q}
        """


rule list_heterozygotes:
    """List the SNVs of which a germline sample carries both alleles, for its patient's tumours."""
    input:
        gvcf="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
    output:
        sites="results/samples/{sample}/heterozygotes.tsv",
    log:
        "logs/list_heterozygotes/{sample}.log",
    benchmark:
        "benchmarks/results/list_heterozygotes/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("list_heterozygotes"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        limits=WELL_ASSAYED,
    script:
        "../scripts/list_heterozygotes.py"


rule count_alleles:
    """Count a tumour's reads of both alleles where its patient's germline is heterozygous."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        sites=lambda wildcards: collect(
            "results/samples/{sample}/heterozygotes.tsv",
            sample=RUN.normals_of(wildcards.sample)[:1],
        ),
    output:
        alleles="results/samples/{sample}/alleles.tsv",
    log:
        "logs/count_alleles/{sample}.log",
    benchmark:
        "benchmarks/results/count_alleles/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 720 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    # Realigned base qualities would take reads away from one allele, the one that looks odd.
    shell:
        """
        exec 2>{log:q}
        bcftools mpileup --no-version --fasta-ref {input.genome:q} --targets-file {input.sites:q} \
            --min-MQ 20 --min-BQ 20 --no-BAQ --max-depth 10000 --annotate FORMAT/AD \
            --skip-indels --output-type u {input.alignment:q} \
            | bcftools query --format '%CHROM\t%POS\t%REF\t%ALT[\t%AD]\n' - >{output.alleles:q}
        """
