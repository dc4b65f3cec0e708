"""What goes with a study: model card, reporting checklist, the pointer to its newest edition."""

from gcin.intake.budgets import settings_tried, unequal_budgets
from gcin.intake.designs import LINEAR_KINDS

PAGES = ["report/index.html", "report/model_card.md", "prediction/pages"]
# Designs that tell which genes they lean on, and by what.
RANKED = {
    study: {
        "weights": [name for name in fitted_in(study) if DESIGNS[name]["kind"] in LINEAR_KINDS],
        "gates": [name for name in fitted_in(study) if name in NETWORKS],
    }
    for study in STUDIES
}


rule rank_genes:
    """Say which genes each design leans on, and whether its seeds and folds lean on the same."""
    input:
        baselines=lambda wildcards: of_every_run(
            wildcards.study, "model.joblib", RANKED[wildcards.study]["weights"]
        ),
        networks=lambda wildcards: of_every_run(
            wildcards.study, "network.keras", RANKED[wildcards.study]["gates"]
        ),
        preparations=lambda wildcards: of_every_run(
            wildcards.study, "preparation.joblib", RANKED[wildcards.study]["gates"]
        ),
    output:
        ranks="results/studies/{study}/{edition}/model/gene_ranks.tsv",
        stability="results/studies/{study}/{edition}/model/gene_stability.tsv",
    log:
        "logs/rank_genes/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/rank_genes/{study}/{edition}.tsv"
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("rank_genes"),
        backend=lookup("backend", within=MODEL),
    script:
        "../scripts/rank_genes.py"


rule write_model_card:
    """Write the model card and the reporting checklist (TRIPOD+AI) of a study from its run."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        features=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/features.parquet"
        ),
        tables=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/evaluation/{table}.tsv",
            table=["metrics", "subgroups", "warnings", "answered", "test_openings"]
            + ["policy", "policy_balance", "policy_control"] * (wildcards.study in POLICIES)
            + ["propensity"] * bool(HEADED_IN[wildcards.study])
            + ["external", "external_answered", "openings"]
            * bool(STUDIES[wildcards.study]["external"]),
        ),
        genes="results/studies/{study}/{edition}/model/gene_stability.tsv",
        trials=lambda wildcards: trials_in(wildcards.study),
        tried=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{design}/trials.tsv",
            design=[design for design in fitted_in(wildcards.study) if design in TREES],
        ),
        histories=lambda wildcards: histories_in(wildcards.study),
        points=lookup("report/checklist", within=SETTINGS),
    output:
        card="results/studies/{study}/{edition}/report/model_card.md",
        checklist="results/studies/{study}/{edition}/report/tripod_ai.tsv",
    log:
        "logs/write_model_card/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/write_model_card/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("write_model_card"),
        templates=templates(),
        study=lambda wildcards: STUDIES[wildcards.study],
        cards=lambda wildcards: {
            cohort: {"title": RUN.cards[cohort]["title"]}
            for cohort in RUN.cohorts_of(wildcards.study)
        },
        settings={stage: SETTINGS[stage] for stage in ("model", "evaluation", "quality")},
        search=lambda wildcards: {
            "tried": settings_tried(MODEL, STUDIES[wildcards.study]["designs"]),
            "budgets": unequal_budgets(MODEL, STUDIES[wildcards.study]["designs"]),
        },
    script:
        "../scripts/write_model_card.py"


rule point_to_edition:
    """Name a study's newest complete edition."""
    input:
        artefacts=lambda wildcards: final_artefacts(wildcards.study),
    output:
        pointer="results/studies/{study}/current",
    log:
        "logs/point_to_edition/{study}.log",
    benchmark:
        "benchmarks/results/point_to_edition/{study}.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        edition=lambda wildcards: EDITIONS[wildcards.study],
    shell:
        """
        exec 2>{log:q}
        printf '%s\\n' {params.edition:q} >{output.pointer:q}
        """
