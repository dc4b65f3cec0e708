"""How good designs would be with fewer patients: refitted on nested subsets of the training part."""

LEARNING = SETTINGS["evaluation"]["learning_curve"]
# Designs of each study that are refitted; none where no size is asked for.
LEARNT = {
    study: [design for design in LEARNING["designs"] if design in STUDIES[study]["designs"]]
    * bool(LEARNING["sizes"])
    for study in STUDIES
}


rule learn_subset:
    """Fit a baseline to some of the training patients of one fold, and predict its test patients."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        stores=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "tensors/receipt.json"
        ),
        clinical=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, STUDIES[wildcards.study]["cohorts"]),
        visits=lambda wildcards: visits_of(STUDIES[wildcards.study]["cohorts"]),
    output:
        predictions="results/studies/{study}/{edition}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
    log:
        "logs/learn_subset/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/learn_subset/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(BASELINES) or "(?!)",
        size=r"\d+",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("learn_subset"),
        order=SEEDS[0],
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        design=lookup("{design}", within=DESIGNS),
        settings=settings_of_baseline,
        trials=lambda wildcards: TRIED[wildcards.design],
    script:
        "../scripts/learn_subset.py"


rule learn_subset_network:
    """Train a network on some of the training patients of one fold, and predict its test patients."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        stores=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "tensors/receipt.json"
        ),
        clinical=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, STUDIES[wildcards.study]["cohorts"]),
        visits=lambda wildcards: visits_of(STUDIES[wildcards.study]["cohorts"]),
        pathways="results/reference/pathways.tsv",
        chosen=chosen_of,
    output:
        predictions="results/studies/{study}/{edition}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
        network="results/studies/{study}/{edition}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/network.keras",
        preparation="results/studies/{study}/{edition}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/preparation.joblib",
    log:
        "logs/learn_subset_network/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/learn_subset_network/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(NETWORKS) or "(?!)",
        size=r"\d+",
    conda:
        "../../envs/model-gpu.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        gpu=1,
    params:
        code=code_of("learn_subset_network"),
        order=SEEDS[0],
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        variants=lookup("tensors/variants_per_patient", within=SETTINGS),
        settings=settings_of_network,
    script:
        "../scripts/learn_subset_network.py"


rule learn_subset_on_network:
    """Fit trees to what a network of the same patients made of variants; predict test patients."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        stores=training_stores,
        clinical=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        omics=lambda wildcards: omics_of(wildcards, STUDIES[wildcards.study]["cohorts"]),
        visits=lambda wildcards: visits_of(STUDIES[wildcards.study]["cohorts"]),
        network=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/evaluation/learning/size-{{size}}/model/{network}/fold-{{fold}}/seed-{{seed}}/network.keras",
            network=DESIGNS[wildcards.design]["network"],
        ),
        preparation=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/evaluation/learning/size-{{size}}/model/{network}/fold-{{fold}}/seed-{{seed}}/preparation.joblib",
            network=DESIGNS[wildcards.design]["network"],
        ),
    output:
        predictions="results/studies/{study}/{edition}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
    log:
        "logs/learn_subset_on_network/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/learn_subset_on_network/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(ON_NETWORKS) or "(?!)",
        size=r"\d+",
    conda:
        "../../envs/model-cpu.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("learn_subset_on_network"),
        order=SEEDS[0],
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        kind=lookup("{design}/kind", within=DESIGNS),
        settings={name: MODEL[name] for name in ("backend", "boosting")},
    script:
        "../scripts/learn_subset_on_network.py"


rule trace_learning:
    """Measure the designs at every number of training patients."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        folds=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/splits/fold-{fold}.tsv",
            fold=RUN.folds_of(wildcards.study),
        ),
        predictions=lambda wildcards: [
            path
            for design in LEARNT[wildcards.study]
            for path in collect(
                "results/studies/{{study}}/{{edition}}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
                size=LEARNING["sizes"],
                design=design,
                fold=RUN.folds_of(wildcards.study),
                seed=SEEDS_OF[design],
            )
        ],
    output:
        learning="results/studies/{study}/{edition}/evaluation/learning_curve.tsv",
    log:
        "logs/trace_learning/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/trace_learning/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("trace_learning"),
        evaluation=lookup("evaluation", within=SETTINGS),
    script:
        "../scripts/trace_learning.py"
