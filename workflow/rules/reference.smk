"""The genome: sequence, indexes, and the intervals that calling is shared out over."""

from gcin.generations import digest
from gcin.intake.assayed import assayed_by_sample
from gcin.intake.contents import contents_of

ASSAYED = assayed_by_sample(RUN.samples, RUN.cards, SEQUENCED)
# Named by what stands in the BEDs: another file in the place of one, or two of one assay, are seen.
LIMITS = {
    assayed: digest([contents_of(assayed.targets), assayed.everything])
    for assayed in sorted({*ASSAYED.values()}, reverse=True)
    if assayed.targets
}
LIMITED = {name: assayed for assayed, name in LIMITS.items()}
# Targets of each cohort, as inputs.
TARGETS = {cohort: list(filter(None, [RUN.cards[cohort]["targets"]])) for cohort in RUN.cohorts}
# Over which each sample is measured: its cohorts' targets, or all that is called.
BASES = {
    sample: "results/reference/intervals/"
    + (f"targets-{LIMITS[assayed]}.bed" if assayed in LIMITS else "calling.bed")
    for sample, assayed in ASSAYED.items()
}


rule prepare_genome:
    """Unpack the reference sequence and index it."""
    input:
        fasta=SETTINGS["reference"]["fasta"] or [],
    output:
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
        dictionary="results/reference/genome.dict",
    log:
        "logs/prepare_genome.log",
    benchmark:
        "benchmarks/results/prepare_genome.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        name=SETTINGS["reference"]["name"],
    shell:
        """
        exec 2>{log:q}
        gzip --decompress --stdout --force {input.fasta:q} >{output.genome:q}
        samtools faidx --fai-idx {output.index:q} {output.genome:q}
        samtools dict --assembly {params.name:q} --uri genome.fa {output.genome:q} \
            | cat >{output.dictionary:q}
        """


rule prepare_cram_genome:
    """Unpack and index the genome that given CRAMs were compressed with, where it is another."""
    input:
        fasta=SETTINGS["reference"]["cram_fasta"] or [],
    output:
        genome="results/reference/cram.fa",
        index="results/reference/cram.fa.fai",
        dictionary="results/reference/cram.dict",
    log:
        "logs/prepare_cram_genome.log",
    benchmark:
        "benchmarks/results/prepare_cram_genome.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    shell:
        """
        exec 2>{log:q}
        gzip --decompress --stdout --force {input.fasta:q} >{output.genome:q}
        samtools faidx --fai-idx {output.index:q} {output.genome:q}
        samtools dict --uri cram.fa {output.genome:q} | cat >{output.dictionary:q}
        """


rule index_genome:
    """Build the index that bwa aligns with."""
    input:
        genome="results/reference/genome.fa",
    output:
        index=multiext("results/reference/genome.fa", ".amb", ".ann", ".bwt", ".pac", ".sa"),
    log:
        "logs/index_genome.log",
    benchmark:
        "benchmarks/results/index_genome.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, input, attempt: max(1_000, int(3 * input.size_mb)) * attempt,
        runtime=lambda wildcards, attempt: 360 * attempt,
    shell:
        """
        exec 2>{log:q}
        bwa index {input.genome:q}
        """


rule compose_str_table:
    """List the short tandem repeats that DRAGEN mode's error model is fitted on."""
    input:
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
        dictionary="results/reference/genome.dict",
    output:
        table="results/reference/genome.str.zip",
    log:
        "logs/compose_str_table.log",
    benchmark:
        "benchmarks/results/compose_str_table.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m" ComposeSTRTableFile \
            --reference {input.genome:q} --output {output.table:q} >&2
        """


rule prepare_intervals:
    """Settle the intervals to call and share them out among jobs."""
    input:
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
        intervals=SETTINGS["reference"]["calling_intervals"] or [],
    output:
        calling="results/reference/intervals/calling.bed",
        shards=expand(
            "results/reference/intervals/shard-{shard}.bed",
            shard=range(SETTINGS["reference"]["shards"]),
        ),
    log:
        "logs/prepare_intervals.log",
    benchmark:
        "benchmarks/results/prepare_intervals.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("prepare_intervals"),
        padding_bases=lookup("reference/padding_bases", within=SETTINGS),
    script:
        "../scripts/prepare_intervals.py"


rule cut_targets:
    """Cut the called bases that cohorts target where the targets of one of them begin or end."""
    input:
        index="results/reference/genome.fa.fai",
        calling="results/reference/intervals/calling.bed",
        targets=lambda wildcards: LIMITED[wildcards.assayed].targets,
    output:
        pieces="results/reference/intervals/targets-{assayed}.bed",
    log:
        "logs/cut_targets/{assayed}.log",
    benchmark:
        "benchmarks/results/cut_targets/{assayed}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("cut_targets"),
        everything=lambda wildcards: LIMITED[wildcards.assayed].everything,
    script:
        "../scripts/cut_targets.py"
