"""One row and one page of quality for all samples of a generation."""


rule tabulate_quality:
    """Gather one row per sample of a generation."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        gates=gates_of,
        measures="results/cohorts/{cohort}/{generation}/quality/measures.tsv",
        kept=kept_of_cohort,
        genotypes=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/quality/genotypes.txt"
        )[: bool(CALLED_SAMPLES[wildcards.cohort])],
        kinship=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/quality/kinship.tsv"
        )[: bool(CALLED_SAMPLES[wildcards.cohort])],
        novelty=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/quality/novelty.tsv"
        )[: bool(CALLED_SAMPLES[wildcards.cohort])],
    output:
        table="results/cohorts/{cohort}/{generation}/quality/samples.tsv",
    log:
        "logs/tabulate_quality/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/tabulate_quality/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("tabulate_quality"),
    script:
        "../scripts/tabulate_quality.py"


rule compare_batches:
    """Compare the quality of a cohort's batches: site, month of sequencing, flow cell."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        gates=gates_of,
        persons="results/cohorts/{cohort}/{generation}/clinical/person.parquet",
        reads=lambda wildcards: [
            file for kind in SEQUENCED for file in RUN.files_of(wildcards.cohort, kind)
        ],
    output:
        medians="results/cohorts/{cohort}/{generation}/quality/batches.tsv",
        tests="results/cohorts/{cohort}/{generation}/quality/batch_tests.tsv",
    log:
        "logs/compare_batches/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/compare_batches/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("compare_batches"),
        settings=SETTINGS["quality"]["batches"],
    script:
        "../scripts/compare_batches.py"


rule render_multiqc:
    """Show the quality of every sample of a generation on one page."""
    input:
        samples="results/cohorts/{cohort}/{generation}/quality/samples.tsv",
        gates=gates_of,
        pairs=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/quality/relatedness.tsv"
        )[: bool(CALLED_SAMPLES[wildcards.cohort])],
        batches=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/quality/batches.tsv"
        )[: bool(CALLED_SAMPLES[wildcards.cohort])],
        batch_tests=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/quality/batch_tests.tsv"
        )[: bool(CALLED_SAMPLES[wildcards.cohort])],
        ancestry=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=(
                {"quality/ancestry.tsv"}.intersection(RECORD_FILES)
                if CALLED_SAMPLES[wildcards.cohort]
                else []
            ),
        ),
        reports=lambda wildcards: collect(
            "results/samples/{sample}/quality/{report}",
            sample=READS[wildcards.cohort],
            report=[
                "flagstat.txt",
                "stats.txt",
                "duplicates.txt",
                "coverage.mosdepth.summary.txt",
                "coverage.mosdepth.region.dist.txt",
            ],
        ),
        trimming=lambda wildcards: reports_of_trimming(READS[wildcards.cohort]),
    output:
        page="results/cohorts/{cohort}/{generation}/quality/multiqc.html",
    log:
        "logs/render_multiqc/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/render_multiqc/{cohort}/{generation}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("render_multiqc"),
    script:
        "../scripts/render_multiqc.py"


rule measure_novelty:
    """Count the variants of each sample that no population is known to have."""
    input:
        sites="results/cohorts/{cohort}/{generation}/tensors/sites.parquet",
        indptr="results/cohorts/{cohort}/{generation}/tensors/calls/indptr.npy",
        site="results/cohorts/{cohort}/{generation}/tensors/calls/site.npy",
        dosage="results/cohorts/{cohort}/{generation}/tensors/calls/dosage.npy",
        scalars="results/cohorts/{cohort}/{generation}/tensors/scalars.parquet",
    output:
        table="results/cohorts/{cohort}/{generation}/quality/novelty.tsv",
    log:
        "logs/measure_novelty/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/measure_novelty/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("measure_novelty"),
    script:
        "../scripts/measure_novelty.py"
