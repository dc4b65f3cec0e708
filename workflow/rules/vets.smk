"""VETS, in recipe `bqsr` where training sites are named: sites scored by their annotations."""

VETS = IS_RECALIBRATED * SETTINGS["genotypes"]["site_filter"]["vets"]["training"]


rule score_sites:
    """Score the sites of a cohort by how like known variants their annotations are."""
    input:
        shards=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/shards/{shard}.vcf.gz",
            shard=JOINT_SHARDS[wildcards.cohort],
        ),
        indexes=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/shards/{shard}.vcf.gz.tbi",
            shard=JOINT_SHARDS[wildcards.cohort],
        ),
        training=VETS,
        training_indexes=[f"{path}.tbi" for path in VETS],
    output:
        scores="results/cohorts/{cohort}/{generation}/site_scores.vcf.gz",
        index="results/cohorts/{cohort}/{generation}/site_scores.vcf.gz.tbi",
    log:
        "logs/score_sites/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/score_sites/{cohort}/{generation}.tsv"
    conda:
        "../../envs/vets.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        code=code_of("score_sites"),
        min_sites=SETTINGS["genotypes"]["site_filter"]["vets"]["min_sites"],
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(*TOGETHER[wildcards.cohort])),
    script:
        "../scripts/score_sites.py"
