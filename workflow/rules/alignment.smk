"""Given alignments unit by unit, then all units of a sample together."""

import re

from gcin.intake.kinds import ALIGNMENTS

GIVEN_SAMPLES = "|".join(map(re.escape, RUN.samples_of_kind(*ALIGNMENTS))) or r"(?!)"
# What a CRAM may have been compressed with; the first is the genome.
DECODERS = ["genome"] + ["cram"] * bool(SETTINGS["reference"]["cram_fasta"])
kept = str if SETTINGS["alignment"]["keep_cram"] else temp


rule check_alignment:
    """Read a given alignment to its end, and plan whether it is used as it is or realigned."""
    input:
        alignment=lambda wildcards: RUN.units_of(wildcards.sample)[wildcards.unit]["file"],
        fastas=expand("results/reference/{name}.fa", name=DECODERS),
        dictionaries=expand("results/reference/{name}.dict", name=DECODERS),
    output:
        plan="results/samples/{sample}/units/{unit}.plan.json",
    log:
        "logs/check_alignment/{sample}/{unit}.log",
    benchmark:
        "benchmarks/results/check_alignment/{sample}/{unit}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("check_alignment"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        unit=lambda wildcards: fields_of_unit(
            wildcards, "sample", "unit", "kind", "assembly", "platform", "library"
        ),
    script:
        "../scripts/check_alignment.py"


rule adopt_alignment:
    """Make a unit's alignment of a given one; the reads are aligned anew where its plan says so."""
    input:
        given=lambda wildcards: RUN.units_of(wildcards.sample)[wildcards.unit]["file"],
        plan="results/samples/{sample}/units/{unit}.plan.json",
        fastas=expand("results/reference/{name}.fa{suffix}", name=DECODERS, suffix=["", ".fai"]),
        genome="results/reference/genome.fa",
        index=multiext("results/reference/genome.fa", ".amb", ".ann", ".bwt", ".pac", ".sa"),
    output:
        alignment=temp("results/samples/{sample}/units/{unit}.bam"),
    log:
        "logs/adopt_alignment/{sample}/{unit}.log",
    benchmark:
        "benchmarks/results/adopt_alignment/{sample}/{unit}.tsv"
    wildcard_constraints:
        sample=GIVEN_SAMPLES,
    conda:
        "../../envs/reads.yaml"
    threads: 8
    resources:
        mem_mb=lambda wildcards, attempt: 16_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        code=code_of("adopt_alignment"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    script:
        "../scripts/adopt_alignment.py"


ruleorder: adopt_alignment > align_reads


rule mark_duplicates:
    """Unite the units of a sample, mark the reads that copy one molecule, and sort by position."""
    input:
        units=lambda wildcards: collect(
            "results/samples/{{sample}}/units/{unit}.bam",
            unit=RUN.units_of(wildcards.sample),
        ),
    output:
        alignment=temp("results/samples/{sample}/marked.bam"),
        metrics="results/samples/{sample}/quality/duplicates.txt",
    log:
        "logs/mark_duplicates/{sample}.log",
    benchmark:
        "benchmarks/results/mark_duplicates/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        units=lambda wildcards, input: [word for path in input.units for word in ("--INPUT", path)],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # Only where all records of a read stand together does MarkDuplicates mark the supplementary
    # ones of a copy, too (WARP); in order of position they would stay, and be called as further
    # molecules. Grouped is enough, though the option says sorted. Its own words go to the log.
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 3 / 5))m {params.compiler}" MarkDuplicates {params.units:q} \
            --ASSUME_SORT_ORDER queryname --OUTPUT /dev/fd/3 --METRICS_FILE {output.metrics:q} \
            --COMPRESSION_LEVEL 0 --VALIDATION_STRINGENCY SILENT \
            --ADD_PG_TAG_TO_READS false --TMP_DIR {resources.tmpdir:q} 3>&1 >&2 \
            | samtools sort --no-PG -m 768M -T {resources.tmpdir:q}/sort.$$ \
                --output-fmt bam,level=1 -o {output.alignment:q} -
        """


rule compress_alignment:
    """Keep a sample's alignment as CRAM, in the version that every reader knows."""
    input:
        alignment=FINISHED,
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
    output:
        alignment=kept("results/samples/{sample}/alignment.cram"),
        index=kept("results/samples/{sample}/alignment.cram.crai"),
    log:
        "logs/compress_alignment/{sample}.log",
    benchmark:
        "benchmarks/results/compress_alignment/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 720 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    shell:
        """
        exec 2>{log:q}
        samtools view --no-PG --threads {threads} --reference {input.genome:q} \
            --output-fmt cram,version=3.0 --output {output.alignment:q} {input.alignment:q}
        samtools index {output.alignment:q} {output.index:q}
        """
