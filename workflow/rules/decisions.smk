"""What designs are worth to who decides: answers of stated coverage, policies, and who got what."""

from gcin.intake.propensity import heads_of

HEADED = heads_of(MODEL)
# Networks of each study that tell which arm a patient received.
HEADED_IN = {
    study: [design for design in fitted_in(study) if design in HEADED] for study in STUDIES
}
# Studies that declare what their clinicians went by when they chose an arm.
POLICIES = {study: STUDIES[study]["policy"] for study in STUDIES if STUDIES[study]["policy"]}
RESAMPLED = {key: SETTINGS["evaluation"][key] for key in ("bootstrap_draws", "seed", "confidence")}
# Tables that only some studies have.
FURTHER = {
    study: ["conformal"] * bool({"binary", "quantity"} & {*RUN.kinds_of(study).values()})
    + ["abstention"] * ("binary" in RUN.kinds_of(study).values())
    + ["learning_curve"] * bool(LEARNT[study])
    + ["policy", "policy_balance", "policy_control"] * (study in POLICIES)
    + ["propensity"] * bool(HEADED_IN[study])
    + ["external", "external_answered", "openings"] * bool(STUDIES[study]["external"])
    + ["planted"] * bool(SETTINGS["simulation"]["truth"])
    for study in STUDIES
}


rule measure_conformal:
    """Hold the conformal answers of each design against test patients, and what abstaining saves."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
        predictions=lambda wildcards: of_every_run(wildcards.study, "predictions.parquet"),
    output:
        conformal="results/studies/{study}/{edition}/evaluation/conformal.tsv",
        risk_coverage="results/studies/{study}/{edition}/evaluation/risk_coverage.tsv",
        abstention="results/studies/{study}/{edition}/evaluation/abstention.tsv",
    log:
        "logs/measure_conformal/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/measure_conformal/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("measure_conformal"),
        conformal=lookup("prediction/conformal", within=SETTINGS),
        transforms=lambda wildcards: RUN.transforms_of(wildcards.study),
        evaluation=RESAMPLED,
    script:
        "../scripts/measure_conformal.py"


rule weigh_treatments:
    """Estimate each patient's chance of each arm, and of being followed, from other patients."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        folds=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/splits/fold-{fold}.tsv",
            fold=RUN.folds_of(wildcards.study),
        ),
        features=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
    output:
        propensities="results/studies/{study}/{edition}/evaluation/propensities.parquet",
        outcomes="results/studies/{study}/{edition}/evaluation/policy_outcomes.parquet",
        overlap="results/studies/{study}/{edition}/evaluation/overlap.tsv",
    log:
        "logs/weigh_treatments/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/weigh_treatments/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("weigh_treatments"),
        policy=lookup("{study}", within=POLICIES),
    script:
        "../scripts/weigh_treatments.py"


rule value_policies:
    """Estimate what the recommendations of each design are worth, doubly robust."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        features=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        propensities="results/studies/{study}/{edition}/evaluation/propensities.parquet",
        outcomes="results/studies/{study}/{edition}/evaluation/policy_outcomes.parquet",
        predictions=lambda wildcards: of_every_run(wildcards.study, "predictions.parquet"),
        curves=lambda wildcards: of_every_run(wildcards.study, "curves.parquet"),
    output:
        policy="results/studies/{study}/{edition}/evaluation/policy.tsv",
        balance="results/studies/{study}/{edition}/evaluation/policy_balance.tsv",
        control="results/studies/{study}/{edition}/evaluation/policy_control.tsv",
    log:
        "logs/value_policies/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/value_policies/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("value_policies"),
        policy=lookup("{study}", within=POLICIES),
        evaluation=RESAMPLED,
    script:
        "../scripts/value_policies.py"


rule tell_propensity:
    """Let the trained network of one design, fold and seed tell which arms its test patients got."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        stores=training_stores,
        clinical=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, STUDIES[wildcards.study]["cohorts"]),
        visits=lambda wildcards: visits_of(STUDIES[wildcards.study]["cohorts"]),
        network="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/network.keras",
        preparation="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/preparation.joblib",
    output:
        propensity="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/propensity.parquet",
    log:
        "logs/tell_propensity/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/tell_propensity/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(HEADED) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("tell_propensity"),
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        settings={"backend": MODEL["backend"]},
    script:
        "../scripts/tell_propensity.py"


rule measure_propensity:
    """Measure how well networks tell which arm a patient received, and where arms overlap."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        propensities=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/seed-{seed}/propensity.parquet",
            design=HEADED_IN[wildcards.study],
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
    output:
        table="results/studies/{study}/{edition}/evaluation/propensity.tsv",
    log:
        "logs/measure_propensity/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/measure_propensity/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("measure_propensity"),
        evaluation=RESAMPLED,
        floor=floor_of,
    script:
        "../scripts/measure_propensity.py"
