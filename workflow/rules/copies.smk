"""Copy number of genes: depth over bins beside that of normals (off where its tool is none), or
segments that a cohort hands in."""

from gcin.quality.gate import BY_ITSELF, is_asked

COPIES = SETTINGS["calling"]["copy_number"]
COPIED = {
    cohort: RUN.samples_of(cohort, *SEQUENCED) if COPIES["tool"] != "none" else []
    for cohort in RUN.cohorts
}
# Whose X and Y tell how many are usual in a sample's patient: nobody's in a tumour without a normal.
INHERITED = {sample: NORMALS.get(sample, [sample])[:1] for own in COPIED.values() for sample in own}
# What a sample shows by itself, and may be left out for.
EXCLUDING = {
    name: check
    for name, check in SETTINGS["quality"]["checks"].items()
    if check["action"] == "exclude" and name in BY_ITSELF and is_asked(name, check)
}


rule cut_copy_bins:
    """Cut the called bases of the genes into bins, each with its share of G and C."""
    input:
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
        intervals="results/reference/intervals/calling.bed",
        genes="results/reference/genes.parquet",
    output:
        bins="results/reference/copies/bins.bed",
    log:
        "logs/cut_copy_bins.log",
    benchmark:
        "benchmarks/results/cut_copy_bins.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("cut_copy_bins"),
        bin_bases=COPIES["bin_bases"],
    script:
        "../scripts/cut_copy_bins.py"


rule measure_bins:
    """Measure a sample's depth over the bins, by reads that lie in one place only."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        bins="results/reference/copies/bins.bed",
    output:
        depths="results/samples/{sample}/bins.bed.gz",
    log:
        "logs/measure_bins/{sample}.log",
    benchmark:
        "benchmarks/results/measure_bins/{sample}.tsv"
    conda:
        "../../envs/reads.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
    # Below mapping quality 20 a read may lie elsewhere as well; bwa gives 0 to those that do.
    shell:
        """
        exec 2>{log:q}
        scratch=$(mktemp --directory --tmpdir={resources.tmpdir:q})
        trap 'rm --recursive --force "$scratch"' EXIT
        mosdepth --no-per-base --mapq 20 --by {input.bins:q} --fasta {input.genome:q} \
            "$scratch/depth" {input.alignment:q}
        mv "$scratch/depth.regions.bed.gz" {output.depths:q}
        """


rule judge_normal:
    """Hold a sample whose depth others are compared with against the checks that exclude."""
    input:
        reads="results/samples/{sample}/quality/flagstat.txt",
        stats="results/samples/{sample}/quality/stats.txt",
        depth="results/samples/{sample}/quality/coverage.regions.bed.gz",
        coverage="results/samples/{sample}/quality/coverage.thresholds.bed.gz",
        balance="results/samples/{sample}/quality/balance.tsv",
        contamination=lambda wildcards: collect(
            "results/samples/{{sample}}/quality/{file}",
            file=["contamination.table"] * bool(COMMON_SITES),
        ),
        units=lambda wildcards: collect(
            "results/samples/{{sample}}/quality/{file}",
            file=["units.tsv"] * (len(RUN.units_of(wildcards.sample)) > 1),
        ),
    output:
        gate="results/samples/{sample}/quality/gate.tsv",
    log:
        "logs/judge_normal/{sample}.log",
    benchmark:
        "benchmarks/results/judge_normal/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("judge_normal"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        checks=EXCLUDING,
    script:
        "../scripts/judge_normal.py"


rule measure_copies:
    """Measure the copy number of every gene in a sample, by its depth beside that of normals."""
    input:
        depths="results/samples/{sample}/bins.bed.gz",
        normals=lambda wildcards: collect(
            "results/samples/{sample}/bins.bed.gz",
            sample=copy_references()[wildcards.sample].samples,
        ),
        inherited=lambda wildcards: collect(
            "results/samples/{sample}/bins.bed.gz", sample=INHERITED[wildcards.sample]
        ),
        gates=lambda wildcards: collect(
            "results/samples/{sample}/quality/gate.tsv",
            sample=copy_references()[wildcards.sample].samples if EXCLUDING else [],
        ),
        alleles=lambda wildcards: collect(
            "results/samples/{{sample}}/{file}",
            file=["alleles.tsv"] * bool(RUN.normals_of(wildcards.sample)),
        ),
        sites=lambda wildcards: collect(
            "results/samples/{sample}/heterozygotes.tsv",
            sample=RUN.normals_of(wildcards.sample)[:1],
        ),
        genes="results/reference/genes.parquet",
    output:
        copies="results/samples/{sample}/copies.tsv",
    log:
        "logs/measure_copies/{sample}.log",
    benchmark:
        "benchmarks/results/measure_copies/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("measure_copies"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        reference=lambda wildcards: {
            "samples": {
                name: IDENTITIES[name] for name in copy_references()[wildcards.sample].samples
            },
            "needed": copy_references()[wildcards.sample].needed,
        },
    script:
        "../scripts/measure_copies.py"


rule place_segments:
    """Turn the segments that a cohort's card names into a copy number of each gene and sample."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        segments=lambda wildcards: RUN.cards[wildcards.cohort]["segments"],
        recorded="results/cohorts/{cohort}/{generation}/quality/recorded_sexes.tsv",
        shared=SETTINGS["quality"]["sex"]["shared_regions"],
        chain=SETTINGS["annotation"]["maf"]["chain"],
        genes="results/reference/genes.parquet",
    output:
        ratios=temp("results/cohorts/{cohort}/{generation}/segments.parquet"),
    log:
        "logs/place_segments/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/place_segments/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("place_segments"),
        contents=lambda wildcards: contents_of([RUN.cards[wildcards.cohort]["segments"]]),
        assembly=SETTINGS["reference"]["name"],
        of_men=lambda wildcards: RUN.cards[wildcards.cohort]["segments_of_men"],
    script:
        "../scripts/place_segments.py"
