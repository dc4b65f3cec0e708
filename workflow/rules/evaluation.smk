"""What each design is worth on patients that it had not seen."""


rule pool_predictions:
    """Gather the predictions of unseen patients over folds and seeds, beside their outcomes."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        folds=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/splits/fold-{fold}.tsv",
            fold=RUN.folds_of(wildcards.study),
        ),
        predictions=lambda wildcards: of_every_run(wildcards.study, "predictions.parquet"),
        curves=lambda wildcards: of_every_run(wildcards.study, "curves.parquet"),
    output:
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
        answered="results/studies/{study}/{edition}/evaluation/answered.tsv",
        seeds="results/studies/{study}/{edition}/evaluation/seeds.tsv",
        openings="results/studies/{study}/{edition}/evaluation/test_openings.tsv",
        thresholds="results/studies/{study}/{edition}/evaluation/thresholds.tsv",
    log:
        "logs/pool_predictions/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/pool_predictions/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("pool_predictions"),
        horizons=lookup("evaluation/horizons_months", within=SETTINGS),
        # A division in one, such as 70-15-15, has a test part that nobody else is tested beside.
        locked=lambda wildcards: isinstance(STUDIES[wildcards.study]["split"]["scheme"], str),
        threshold=lookup("evaluation/threshold", within=SETTINGS),
    script:
        "../scripts/pool_predictions.py"


rule evaluate_designs:
    """Measure every design, and test the differences between designs."""
    input:
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
    output:
        metrics="results/studies/{study}/{edition}/evaluation/metrics.tsv",
        differences="results/studies/{study}/{edition}/evaluation/differences.tsv",
        tests="results/studies/{study}/{edition}/evaluation/tests.tsv",
    log:
        "logs/evaluate_designs/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/evaluate_designs/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("evaluate_designs"),
        evaluation=lookup("evaluation", within=SETTINGS),
        kinds=lambda wildcards: {
            design: DESIGNS[design]["kind"] for design in STUDIES[wildcards.study]["designs"]
        },
    script:
        "../scripts/evaluate_designs.py"


rule trace_curves:
    """Trace ROC, precision-recall, calibration and decision curves, and survival by risk group."""
    input:
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
    output:
        roc="results/studies/{study}/{edition}/evaluation/roc.tsv",
        pr="results/studies/{study}/{edition}/evaluation/pr.tsv",
        calibration="results/studies/{study}/{edition}/evaluation/calibration.tsv",
        net_benefit="results/studies/{study}/{edition}/evaluation/net_benefit.tsv",
        agreement="results/studies/{study}/{edition}/evaluation/agreement.tsv",
        kaplan_meier="results/studies/{study}/{edition}/evaluation/kaplan_meier.tsv",
        logrank="results/studies/{study}/{edition}/evaluation/logrank.tsv",
        d_calibration="results/studies/{study}/{edition}/evaluation/d_calibration.tsv",
    log:
        "logs/trace_curves/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/trace_curves/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("trace_curves"),
        evaluation=lookup("evaluation", within=SETTINGS),
    script:
        "../scripts/trace_curves.py"


rule check_shortcuts:
    """Look for what designs may live off instead of medicine: one column, the site, twins."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
        features=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/features.parquet"
        ),
        treatment=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/treatment.parquet"
        ),
        stores=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "tensors/receipt.json"
        ),
    output:
        warnings="results/studies/{study}/{edition}/evaluation/warnings.tsv",
    log:
        "logs/check_shortcuts/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/check_shortcuts/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("check_shortcuts"),
        cohorts=lambda wildcards: RUN.cohorts_of(wildcards.study),
        evaluation=lookup("evaluation", within=SETTINGS),
    script:
        "../scripts/check_shortcuts.py"


rule evaluate_subgroups:
    """Measure every design in groups of patients, and the risk groups: ratios and means."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
        features=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        samples=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "tensors/scalars.parquet"
        ),
    output:
        subgroups="results/studies/{study}/{edition}/evaluation/subgroups.tsv",
        hazards="results/studies/{study}/{edition}/evaluation/hazard_ratios.tsv",
        means="results/studies/{study}/{edition}/evaluation/restricted_means.tsv",
    log:
        "logs/evaluate_subgroups/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/evaluate_subgroups/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("evaluate_subgroups"),
        evaluation=lookup("evaluation", within=SETTINGS),
    script:
        "../scripts/evaluate_subgroups.py"


rule evaluate_external:
    """Measure the frozen designs on the cohorts that no design was trained on."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        predictions="results/studies/{study}/{edition}/prediction/external.parquet",
        thresholds="results/studies/{study}/{edition}/evaluation/thresholds.tsv",
    output:
        external="results/studies/{study}/{edition}/evaluation/external.tsv",
        answered="results/studies/{study}/{edition}/evaluation/external_answered.tsv",
        openings="results/studies/{study}/{edition}/evaluation/openings.tsv",
    log:
        "logs/evaluate_external/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/evaluate_external/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("evaluate_external"),
        evaluation=lookup("evaluation", within=SETTINGS),
    script:
        "../scripts/evaluate_external.py"
