"""Frozen models on patients whom no model was fitted on: external cohorts and new patients."""


rule apply_network:
    """Let the frozen networks of a design predict the patients whom no model was fitted on."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        stores=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "tensors/receipt.json"
        ),
        clinical=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, RUN.cohorts_of(wildcards.study)),
        visits=lambda wildcards: visits_of(RUN.cohorts_of(wildcards.study)),
        networks=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{fold}/seed-{seed}/network.keras",
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
        preparations=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{fold}/seed-{seed}/preparation.joblib",
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
    output:
        predictions="results/studies/{study}/{edition}/prediction/designs/{design}.parquet",
    log:
        "logs/apply_network/{study}/{edition}/{design}.log",
    benchmark:
        "benchmarks/results/apply_network/{study}/{edition}/{design}.tsv"
    wildcard_constraints:
        design="|".join(NETWORKS) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("apply_network"),
        cohorts=lambda wildcards: RUN.cohorts_of(wildcards.study),
        settings=lambda wildcards: {"backend": MODEL["backend"]},
    script:
        "../scripts/apply_network.py"


rule apply_baseline:
    """Let the frozen models of a baseline predict the patients whom no model was fitted on."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        stores=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "tensors/receipt.json"
        ),
        clinical=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, RUN.cohorts_of(wildcards.study)),
        visits=lambda wildcards: visits_of(RUN.cohorts_of(wildcards.study)),
        models=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{fold}/seed-{seed}/model.joblib",
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
    output:
        predictions="results/studies/{study}/{edition}/prediction/designs/{design}.parquet",
    log:
        "logs/apply_baseline/{study}/{edition}/{design}.log",
    benchmark:
        "benchmarks/results/apply_baseline/{study}/{edition}/{design}.tsv"
    wildcard_constraints:
        design="|".join(BASELINES) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("apply_baseline"),
        cohorts=lambda wildcards: RUN.cohorts_of(wildcards.study),
    script:
        "../scripts/apply_baseline.py"


rule apply_on_network:
    """Let frozen trees, each with the network it reads, predict patients no model was fitted on."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        stores=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "tensors/receipt.json"
        ),
        clinical=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, RUN.cohorts_of(wildcards.study)),
        visits=lambda wildcards: visits_of(RUN.cohorts_of(wildcards.study)),
        models=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{fold}/seed-{seed}/model.joblib",
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
        networks=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{network}/fold-{fold}/seed-{seed}/network.keras",
            network=DESIGNS[wildcards.design]["network"],
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
    output:
        predictions="results/studies/{study}/{edition}/prediction/designs/{design}.parquet",
    log:
        "logs/apply_on_network/{study}/{edition}/{design}.log",
    benchmark:
        "benchmarks/results/apply_on_network/{study}/{edition}/{design}.tsv"
    wildcard_constraints:
        design="|".join(ON_NETWORKS) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("apply_on_network"),
        cohorts=lambda wildcards: RUN.cohorts_of(wildcards.study),
        settings=lambda wildcards: {"backend": MODEL["backend"]},
    script:
        "../scripts/apply_on_network.py"


rule predict_external:
    """Average the frozen models of every design over folds and seeds, on the external cohorts."""
    input:
        designs=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/prediction/designs/{design}.parquet",
            design=STUDIES[wildcards.study]["designs"],
        ),
    output:
        predictions="results/studies/{study}/{edition}/prediction/external.parquet",
    log:
        "logs/predict_external/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/predict_external/{study}/{edition}.tsv"
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("predict_external"),
        designs=lambda wildcards: STUDIES[wildcards.study]["designs"],
    script:
        "../scripts/predict_external.py"


rule predict_patients:
    """Predict patients without an outcome: intervals over models, answers with stated coverage."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        folds="results/studies/{study}/{edition}/splits/folds.parquet",
        stores=training_stores,
        features=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, STUDIES[wildcards.study]["cohorts"]),
        visits=lambda wildcards: visits_of(STUDIES[wildcards.study]["cohorts"]),
        applied=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/prediction/designs/{design}.parquet",
            design=STUDIES[wildcards.study]["predict_with"],
        ),
        validation=lambda wildcards: of_every_run(
            wildcards.study, "predictions.parquet", [STUDIES[wildcards.study]["predict_with"]]
        ),
    output:
        predictions="results/studies/{study}/{edition}/prediction/patients.tsv",
    log:
        "logs/predict_patients/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/predict_patients/{study}/{edition}.tsv"
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("predict_patients"),
        settings=lookup("prediction", within=SETTINGS),
        transforms=lambda wildcards: RUN.transforms_of(wildcards.study),
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        reads=lambda wildcards: READ[wildcards.study],
        seeds=SEEDS,
        genes={name: MODEL["preparation"][name] for name in ("min_callable", "max_genes")},
    script:
        "../scripts/predict_patients.py"
