"""The gate before the joint call: which samples of a cohort enter it."""


rule measure_balance:
    """Measure the balance of a sample's own SNVs: foreign reads, Ti/Tv, heterozygotes."""
    input:
        gvcf="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
    output:
        balance="results/samples/{sample}/quality/balance.tsv",
    log:
        "logs/measure_balance/{sample}.log",
    benchmark:
        "benchmarks/results/measure_balance/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime="2h",
    params:
        code=code_of("measure_balance"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        limits={
            "min_depth": SETTINGS["quality"]["min_depth"],
            "min_genotype_quality": SETTINGS["quality"]["min_genotype_quality"],
        },
    script:
        "../scripts/measure_balance.py"


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
        balance=lambda wildcards: collect(
            "results/samples/{sample}/quality/balance.tsv",
            sample=RUN.samples_of(wildcards.cohort, *GENOTYPED),
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
        kinds=GENOTYPED,
        checks=SETTINGS["quality"]["checks"],
    script:
        "../scripts/gate_samples.py"
