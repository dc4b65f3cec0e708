"""Networks and baselines, each fitted on the training patients of one fold."""

from gcin.intake.halves import halves_read

MODEL = SETTINGS["model"]
NETWORKS = [design for design in DESIGNS if DESIGNS[design]["kind"] == "network"]
SELECTED = ["model/selection.tsv"] * (MODEL["preparation"]["selection"]["method"] != "none")
STACKS = [design for design in DESIGNS if DESIGNS[design]["kind"] == "stack"]
ON_NETWORKS = [design for design in DESIGNS if DESIGNS[design]["kind"] == "boosting_on_network"]
BASELINES = [design for design in DESIGNS if design not in NETWORKS + STACKS + ON_NETWORKS]
# Other patients validate for each seed; a stack averages them all.
SEEDS_OF = {design: SEEDS[:1] if design in STACKS else SEEDS for design in DESIGNS}
# What the design that predicts new patients may read of them.
READ = {study: halves_read(STUDIES[study]["predict_with"], MODEL) for study in STUDIES}
FITTED = {
    study: [
        member
        for design in STUDIES[study]["designs"]
        for member in (DESIGNS[design]["of"] if design in STACKS else [design])
    ]
    for study in STUDIES
}


rule train_network:
    """Train the network of one design, fold and seed, and predict patients it had not learnt from."""
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
        predictions="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
        curves="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/curves.parquet",
        network="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/network.keras",
        preparation="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/preparation.joblib",
        history="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/history.tsv",
    log:
        "logs/train_network/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/train_network/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(NETWORKS) or "(?!)",
    conda:
        "../../envs/model-gpu.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        gpu=1,
    params:
        code=code_of("train_network"),
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        variants=lookup("tensors/variants_per_patient", within=SETTINGS),
        settings=settings_of_network,
    script:
        "../scripts/train_network.py"


rule train_baseline:
    """Fit one baseline to one fold, and predict the patients it had not learnt from."""
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
        predictions="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
        curves="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/curves.parquet",
        model="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/model.joblib",
    log:
        "logs/train_baseline/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/train_baseline/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(BASELINES) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("train_baseline"),
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        design=lookup("{design}", within=DESIGNS),
        settings=settings_of_baseline,
        trials=lambda wildcards: TRIED[wildcards.design],
    script:
        "../scripts/train_baseline.py"


rule train_on_network:
    """Fit trees of each arm to what a network made of variants, and predict patients held out."""
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
        network=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{network}/fold-{{fold}}/seed-{{seed}}/network.keras",
            network=DESIGNS[wildcards.design]["network"],
        ),
        preparation=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{network}/fold-{{fold}}/seed-{{seed}}/preparation.joblib",
            network=DESIGNS[wildcards.design]["network"],
        ),
    output:
        predictions="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
        curves="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/curves.parquet",
        model="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/model.joblib",
    log:
        "logs/train_on_network/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/train_on_network/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(ON_NETWORKS) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("train_on_network"),
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        kind=lookup("{design}/kind", within=DESIGNS),
        settings={name: MODEL[name] for name in ("backend", "boosting")},
        trials=lambda wildcards: TRIED[wildcards.design],
    script:
        "../scripts/train_on_network.py"


rule tabulate_selection:
    """Count in how many folds each column was selected, and say how stable the selection is."""
    input:
        models=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/seed-{seed}/{file}.joblib",
            design=FITTED[wildcards.study][0],
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS[0],
            file="preparation" if FITTED[wildcards.study][0] in NETWORKS else "model",
        ),
    output:
        selection="results/studies/{study}/{edition}/model/selection.tsv",
        stability="results/studies/{study}/{edition}/model/stability.tsv",
    log:
        "logs/tabulate_selection/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/tabulate_selection/{study}/{edition}.tsv"
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("tabulate_selection"),
        selection=lookup("preparation/selection", within=MODEL),
    script:
        "../scripts/tabulate_selection.py"
