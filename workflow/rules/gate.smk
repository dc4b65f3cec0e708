"""The gate before the joint call: which samples of a cohort enter it."""


rule gate_samples:
    """Hold each sample's quality against the limits, before the joint call."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        reads=lambda wildcards: collect(
            "results/samples/{sample}/quality/flagstat.txt", sample=READS[wildcards.cohort]
        ),
        coverage=lambda wildcards: collect(
            "results/samples/{sample}/quality/coverage.thresholds.bed.gz",
            sample=READS[wildcards.cohort],
        ),
        depth=lambda wildcards: collect(
            "results/samples/{sample}/quality/coverage.regions.bed.gz",
            sample=READS[wildcards.cohort],
        ),
    output:
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
    log:
        "logs/gate_samples/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/gate_samples/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime="1h",
    params:
        code=code_of("gate_samples"),
        kinds=["fastq", "gvcf"],
        checks=SETTINGS["quality"]["checks"],
    script:
        "../scripts/gate_samples.py"
