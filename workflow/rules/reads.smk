"""Reads: each unit checked, trimmed where the configuration asks for it, and aligned."""

from gcin.alignment.reads import read_group

TRIM = SETTINGS["alignment"]["trim"]


rule check_reads:
    """Read the files of a unit to their ends: the aligner would not notice a cut one."""
    input:
        reads=lambda wildcards: RUN.reads_of(**wildcards),
    output:
        pairs="results/samples/{sample}/units/{unit}.pairs.tsv",
    log:
        "logs/check_reads/{sample}/{unit}.log",
    benchmark:
        "benchmarks/results/check_reads/{sample}/{unit}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("check_reads"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    script:
        "../scripts/check_reads.py"


rule trim_reads:
    """Cut the adapters off the read pairs of a unit."""
    input:
        reads=lambda wildcards: RUN.reads_of(**wildcards),
        pairs="results/samples/{sample}/units/{unit}.pairs.tsv",
        adapters=TRIM["adapters"] or [],
    output:
        reads=temp("results/samples/{sample}/units/{unit}.1.fastq.gz"),
        mates=temp("results/samples/{sample}/units/{unit}.2.fastq.gz"),
        report="results/samples/{sample}/quality/{unit}.fastp.json",
    log:
        "logs/trim_reads/{sample}/{unit}.log",
    benchmark:
        "benchmarks/results/trim_reads/{sample}/{unit}.tsv"
    conda:
        "../../envs/reads.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 720 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        reads=lambda wildcards, input: (
            ["--in1", input.reads[0], "--in2", input.reads[1]]
            if len(input.reads) == 2
            else ["--interleaved_in", "--in1", input.reads[0]]
        ),
        adapters=lambda wildcards, input: (
            ["--adapter_fasta", input.adapters] if input.adapters else []
        ),
        min_length_bases=TRIM["min_length_bases"],
    # Reads of low quality stay: callers weigh them, and what is dropped here nobody sees again.
    # fastp does not notice that the disk is full, and the aligner takes no reads for none.
    shell:
        """
        exec 2>{log:q}
        fastp {params.reads:q} {params.adapters:q} \
            --disable_quality_filtering --length_required {params.min_length_bases:q} \
            --thread {threads} --compression 1 --json {output.report:q} --html /dev/null \
            --out1 {output.reads:q} --out2 {output.mates:q}
        told=$(grep --after-context 1 '"after_filtering"' {output.report:q} | tr -cd 0-9) || told=-1
        kept=$(gzip --decompress --stdout {output.reads:q} {output.mates:q} | wc --lines) || kept=-2
        ((kept == 4 * told)) || {{ echo "cut short: is the disk full?" >&2; exit 1; }}
        """


rule align_reads:
    """Align the read pairs of a unit; what is of one pair stays together."""
    input:
        reads=reads_to_align,
        pairs="results/samples/{sample}/units/{unit}.pairs.tsv",
        genome="results/reference/genome.fa",
        index=multiext("results/reference/genome.fa", ".amb", ".ann", ".bwt", ".pac", ".sa"),
    output:
        alignment=temp("results/samples/{sample}/units/{unit}.bam"),
    log:
        "logs/align_reads/{sample}/{unit}.log",
    benchmark:
        "benchmarks/results/align_reads/{sample}/{unit}.tsv"
    conda:
        "../../envs/reads.yaml"
    threads: 8
    resources:
        mem_mb=lambda wildcards, attempt: 16_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        layout=lambda wildcards, input: ["-p"] * (len(input.reads) == 1),
        group=lambda wildcards: read_group(
            **fields_of_unit(wildcards, "sample", "unit", "platform", "library")
        ),
    # A fixed -K makes the batches, and with them the insert sizes that bwa learns, independent of
    # the number of threads; -Y keeps the whole sequence of supplementary alignments.
    shell:
        """
        exec 2>{log:q}
        bwa mem -K 100000000 -Y -t {threads} -R {params.group:q} \
            {params.layout:q} {input.genome:q} {input.reads:q} \
            | samtools view --no-PG --output-fmt bam,level=1 --output {output.alignment:q} -
        """
