"""The simulated hospital's truth: read here, by scoring, and by nothing that learns."""


rule score_planted:
    """Score every design, and the calls, beside what was planted in the simulated hospital."""
    input:
        probabilities=lambda wildcards: f"{SETTINGS['simulation']['truth']}/probabilities.tsv",
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
        external=lambda wildcards: [
            "results/studies/{study}/{edition}/prediction/external.parquet"
        ][: bool(STUDIES[wildcards.study]["external"])],
        concordance=lambda wildcards: of_generations(
            [name for name in RUN.cohorts_of(wildcards.study) if RUN.cards[name]["truth"]],
            "quality/concordance.tsv",
        ),
    output:
        planted="results/studies/{study}/{edition}/evaluation/planted.tsv",
    log:
        "logs/score_planted/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/score_planted/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("score_planted"),
    script:
        "../scripts/score_planted.py"
