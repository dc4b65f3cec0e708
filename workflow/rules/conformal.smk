"""Answers of stated coverage, held against what became of test patients."""

# Tables that only some studies have.
FURTHER = {
    study: ["conformal"] * bool({"binary", "quantity"} & {*RUN.kinds_of(study).values()})
    + ["learning_curve"] * bool(LEARNT[study])
    + ["external"] * bool(STUDIES[study]["external"])
    + ["planted"] * bool(SETTINGS["simulation"]["truth"])
    for study in STUDIES
}


rule measure_conformal:
    """Measure how often the conformal answers of each design hold the outcome of test patients."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        predictions=lambda wildcards: [
            path
            for design in STUDIES[wildcards.study]["designs"]
            for path in collect(
                "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
                design=design,
                fold=RUN.folds_of(wildcards.study),
                seed=SEEDS_OF[design],
            )
        ],
    output:
        conformal="results/studies/{study}/{edition}/evaluation/conformal.tsv",
    log:
        "logs/measure_conformal/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/measure_conformal/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime="1h",
    params:
        code=code_of("measure_conformal"),
        conformal=lookup("prediction/conformal", within=SETTINGS),
        transforms=lambda wildcards: RUN.transforms_of(wildcards.study),
        confidence=lookup("evaluation/confidence", within=SETTINGS),
    script:
        "../scripts/measure_conformal.py"
