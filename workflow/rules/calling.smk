"""Alignments to a genomic VCF of each sample; a given genomic VCF joins at the end."""

import re

from gcin.calling import VARIANT_QUALITY

# Joint genotyping drops a sample's own QUAL, which in DRAGEN mode is the posterior that the filter
# for it is made for: it goes along as a field of the sample. What follows a genotype may be cut off.
# `gcin.calling.carry_quality` does the same to given files; GATK's environment has no library for it.
CARRY_QUALITY = r"""
    /^#CHROM/ { print header }
    !/^#/ && $5 != "<NON_REF>" { sub(/^GT/, "GT:VQ", $9); sub(/^[^:\t]*/, "&:" $6, $10) }
    { print }
"""
# Regions of X and Y that are called with one copy, where that is asked for.
HAPLOID = branch(
    SETTINGS["calling"]["sex_ploidy"], then="results/samples/{sample}/haploid.bed", otherwise=[]
)
ADOPTED_SAMPLES = "|".join(map(re.escape, RUN.samples_of_kind("gvcf"))) or r"(?!)"


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


rule calibrate_dragstr:
    """Fit the error model of short tandem repeats to a sample."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        repeats="results/reference/genome.str.zip",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        model="results/samples/{sample}/dragstr.txt",
    log:
        "logs/calibrate_dragstr/{sample}.log",
    benchmark:
        "benchmarks/results/calibrate_dragstr/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # GATK does not notice that the disk is full here; a whole model has 36 lines.
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" CalibrateDragstrModel \
            --reference {input.genome:q} --input {input.alignment:q} \
            --str-table-path {input.repeats:q} --output {output.model:q} \
            --tmp-dir {resources.tmpdir:q} >&2
        (($(wc --lines <{output.model:q}) == 36)) || {{ echo "cut short: is the disk full?" >&2; exit 1; }}
        """


rule call_shard:
    """Call a sample's variants, and its confidence where there are none, in a part of the genome."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        model=branch(IS_RECALIBRATED, then=[], otherwise="results/samples/{sample}/dragstr.txt"),
        contamination=CONTAMINATION,
        haploid=HAPLOID,
        intervals="results/reference/intervals/shard-{shard}.bed",
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        calls=temp("results/samples/{sample}/shards/{shard}.g.vcf.gz"),
        index=temp("results/samples/{sample}/shards/{shard}.g.vcf.gz.tbi"),
    log:
        "logs/call_shard/{sample}/{shard}.log",
    benchmark:
        "benchmarks/results/call_shard/{sample}/{shard}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 5_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        mode=lambda wildcards, input: (
            ["--dragen-mode", "true", "--dragstr-params-path", input.model] * bool(input.model)
            + ["--contamination-fraction-per-sample-file", input.contamination]
            * bool(input.contamination)
            + ["--ploidy-regions", input.haploid] * bool(input.haploid)
        ),
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" HaplotypeCaller \
            --reference {input.genome:q} --input {input.alignment:q} \
            --intervals {input.intervals:q} --emit-ref-confidence GVCF \
            {params.mode:q} \
            --native-pair-hmm-threads {threads} --tmp-dir {resources.tmpdir:q} \
            --output {output.calls:q} >&2
        """


rule reblock_gvcf:
    """Gather a sample's shards and keep of each genomic VCF what joint genotyping needs."""
    input:
        calls=expand(
            "results/samples/{{sample}}/shards/{shard}.g.vcf.gz",
            shard=range(SETTINGS["reference"]["shards"]),
        ),
        indexes=expand(
            "results/samples/{{sample}}/shards/{shard}.g.vcf.gz.tbi",
            shard=range(SETTINGS["reference"]["shards"]),
        ),
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        calls="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
    log:
        "logs/reblock_gvcf/{sample}.log",
    benchmark:
        "benchmarks/results/reblock_gvcf/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        calls=lambda wildcards, input: [
            word for path in input.calls for word in ("--variant", path)
        ],
        header=VARIANT_QUALITY,
        carry=lambda wildcards: CARRY_QUALITY,
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    shell:
        """
        exec 2>{log:q}
        scratch=$(mktemp --directory --tmpdir={resources.tmpdir:q})
        trap 'rm --recursive --force "$scratch"' EXIT
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" ReblockGVCF --reference {input.genome:q} \
            {params.calls:q} --create-output-variant-index false \
            --tmp-dir {resources.tmpdir:q} --output "$scratch/reblocked.vcf.gz" >&2
        bgzip --decompress --stdout "$scratch/reblocked.vcf.gz" \
            | awk -F '\t' -v OFS='\t' -v header={params.header:q} {params.carry:q} \
            | bgzip >{output.calls:q}
        tabix --preset vcf {output.calls:q}
        """


rule adopt_gvcf:
    """Check a given genomic VCF and keep it where called ones are kept."""
    input:
        calls=lambda wildcards: [*RUN.units_of(wildcards.sample).values()][0]["file"],
        index="results/reference/genome.fa.fai",
    output:
        calls="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
    log:
        "logs/adopt_gvcf/{sample}.log",
    benchmark:
        "benchmarks/results/adopt_gvcf/{sample}.tsv"
    wildcard_constraints:
        sample=ADOPTED_SAMPLES,
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("adopt_gvcf"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    script:
        "../scripts/adopt_gvcf.py"


ruleorder: adopt_gvcf > reblock_gvcf
