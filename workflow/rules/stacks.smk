"""Designs that average others, with the same weight each."""


rule stack_designs:
    """Average the designs of a stack in one fold, and calibrate the average."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        predictions=lambda wildcards: [
            path
            for member in DESIGNS[wildcards.design]["of"]
            for path in collect(
                "results/studies/{{study}}/{{edition}}/model/{member}/fold-{{fold}}/seed-{seed}/predictions.parquet",
                member=member,
                seed=SEEDS_OF[member],
            )
        ],
        curves=lambda wildcards: [
            path
            for member in DESIGNS[wildcards.design]["of"]
            for path in collect(
                "results/studies/{{study}}/{{edition}}/model/{member}/fold-{{fold}}/seed-{seed}/curves.parquet",
                member=member,
                seed=SEEDS_OF[member],
            )
        ],
    output:
        predictions="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
        curves="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/curves.parquet",
        stack="results/studies/{study}/{edition}/model/{design}/fold-{fold}/seed-{seed}/stack.joblib",
    log:
        "logs/stack_designs/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/stack_designs/{study}/{edition}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(STACKS) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("stack_designs"),
        members=lambda wildcards: [
            member for member in DESIGNS[wildcards.design]["of"] for _ in SEEDS_OF[member]
        ],
    script:
        "../scripts/stack_designs.py"


rule learn_subset_stack:
    """Average the designs of a stack that learnt from some of the training patients of one fold."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        predictions=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/evaluation/learning/size-{{size}}/model/{member}/fold-{{fold}}/seed-{seed}/predictions.parquet",
            member=DESIGNS[wildcards.design]["of"],
            seed=SEEDS,
        ),
    output:
        predictions="results/studies/{study}/{edition}/evaluation/learning/size-{size}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet",
    log:
        "logs/learn_subset_stack/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.log",
    benchmark:
        "benchmarks/results/learn_subset_stack/{study}/{edition}/size-{size}/{design}/fold-{fold}/seed-{seed}.tsv"
    wildcard_constraints:
        design="|".join(STACKS) or "(?!)",
        size=r"\d+",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("learn_subset_stack"),
        members=lambda wildcards: [
            member for member in DESIGNS[wildcards.design]["of"] for _ in SEEDS
        ],
    script:
        "../scripts/learn_subset_stack.py"


rule apply_stack:
    """Average what the frozen designs of a stack say of patients whom no model was fitted on."""
    input:
        stacks=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{fold}/seed-{seed}/stack.joblib",
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS[:1],
        ),
        designs=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/prediction/designs/{member}.parquet",
            member=DESIGNS[wildcards.design]["of"],
        ),
    output:
        predictions="results/studies/{study}/{edition}/prediction/designs/{design}.parquet",
    log:
        "logs/apply_stack/{study}/{edition}/{design}.log",
    benchmark:
        "benchmarks/results/apply_stack/{study}/{edition}/{design}.tsv"
    wildcard_constraints:
        design="|".join(STACKS) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("apply_stack"),
        runs=lambda wildcards: {
            member: len(SEEDS_OF[member]) for member in DESIGNS[wildcards.design]["of"]
        },
    script:
        "../scripts/apply_stack.py"
