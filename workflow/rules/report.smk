"""What a reader sees: figures, one page a study, one page a new patient."""

from gcin.intake.budgets import unequal_budgets
from gcin.report._templates import templates

FIGURES = {
    study: ["metrics", "differences", "subgroups"]
    + ["roc", "pr", "calibration", "net_benefit"] * ("binary" in RUN.kinds_of(study).values())
    + ["risk_coverage"] * ("binary" in RUN.kinds_of(study).values())
    + ["agreement"] * ("quantity" in RUN.kinds_of(study).values())
    + ["kaplan_meier"] * ("survival" in RUN.kinds_of(study).values())
    + ["history"] * any(design in NETWORKS for design in STUDIES[study]["designs"])
    + ["learning_curve"] * bool(LEARNT[study])
    + ["policy", "overlap"] * (study in POLICIES)
    + ["external"] * bool(STUDIES[study]["external"])
    + ["planted"] * bool(SETTINGS["simulation"]["truth"])
    for study in STUDIES
}

TABLES = ["metrics", "differences", "tests", "warnings", "subgroups", "hazard_ratios"]
TABLES += ["restricted_means"]
TABLES += ["calibration", "logrank", "d_calibration", "answered", "seeds", "test_openings"]
TABLES += ["thresholds"]


rule draw_figures:
    """Draw one figure of the report from the table of the same name."""
    input:
        tables="results/studies/{study}/{edition}/evaluation/{figure}.tsv",
    output:
        figure=report(
            "results/studies/{study}/{edition}/report/figures/{figure}.png",
            caption="../report/figure.rst",
            category="{study}",
            labels={"figure": "{figure}"},
        ),
    log:
        "logs/draw_figures/{study}/{edition}/{figure}.log",
    benchmark:
        "benchmarks/results/draw_figures/{study}/{edition}/{figure}.tsv"
    wildcard_constraints:
        figure="metrics|differences|subgroups|roc|pr|calibration|net_benefit|risk_coverage|agreement|kaplan_meier|learning_curve|policy|overlap|external|planted",
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("draw_figures"),
        designs=lambda wildcards: STUDIES[wildcards.study]["designs"],
    script:
        "../scripts/draw_figures.py"


rule draw_history:
    """Draw the learning history of every run of the networks."""
    input:
        histories=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/seed-{seed}/history.tsv",
            design=[name for name in STUDIES[wildcards.study]["designs"] if name in NETWORKS],
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
    output:
        figure=report(
            "results/studies/{study}/{edition}/report/figures/history.png",
            caption="../report/history.rst",
            category="{study}",
            labels={"figure": "history"},
        ),
    log:
        "logs/draw_history/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/draw_history/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("draw_history"),
        designs=lambda wildcards: STUDIES[wildcards.study]["designs"],
    script:
        "../scripts/draw_history.py"


rule render_report:
    """Write the report of a study as one self-contained page."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        features=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "clinical/features.parquet"
        ),
        tables=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/{table}.tsv",
            table=[
                "splits/balance",
                "prediction/patients",
                "model/gene_ranks",
                "model/gene_stability",
                *(f"evaluation/{table}" for table in [*TABLES, *FURTHER[wildcards.study]]),
            ],
        ),
        figures=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/report/figures/{figure}.png",
            figure=FIGURES[wildcards.study],
        ),
        quality=lambda wildcards: of_generations(
            RUN.cohorts_of(wildcards.study), "quality/samples.tsv"
        ),
        concordance=lambda wildcards: of_generations(
            [name for name in RUN.cohorts_of(wildcards.study) if RUN.cards[name]["truth"]],
            "quality/concordance.tsv",
        ),
        receipts=lambda wildcards: of_generations(RUN.cohorts_of(wildcards.study), "receipt.json"),
    output:
        report=report(
            "results/studies/{study}/{edition}/report/index.html",
            caption="../report/study.rst",
            category="{study}",
            labels={"figure": "report"},
        ),
    log:
        "logs/render_report/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/render_report/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("render_report"),
        templates=templates(),
        title=lookup("report/title", within=SETTINGS),
        evaluation=lookup("evaluation", within=SETTINGS),
        settings=lambda wildcards: STUDIES[wildcards.study],
        networks=NETWORKS,
        budgets=lambda wildcards: unequal_budgets(MODEL, STUDIES[wildcards.study]["designs"]),
    script:
        "../scripts/render_report.py"


rule render_patient_pages:
    """Write one page for each patient without an outcome, and an index of them."""
    input:
        predictions="results/studies/{study}/{edition}/prediction/patients.tsv",
        pooled="results/studies/{study}/{edition}/evaluation/predictions.parquet",
        warnings="results/studies/{study}/{edition}/evaluation/warnings.tsv",
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        folds="results/studies/{study}/{edition}/splits/folds.parquet",
        features=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        samples=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "tensors/scalars.parquet"
        ),
        panels=lambda wildcards: of_generations(
            [name for name in STUDIES[wildcards.study]["cohorts"] if PANELLED[name]], "panel.tsv"
        ),
        gates=lambda wildcards: [
            path
            for name in ["gate.tsv", "genotype_gate.tsv"]
            for path in quality_of_study(name)(wildcards)
        ],
        manifests=lambda wildcards: of_generations(RUN.cohorts_of(wildcards.study), "manifest.tsv"),
    output:
        pages=directory("results/studies/{study}/{edition}/prediction/pages"),
    log:
        "logs/render_patient_pages/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/render_patient_pages/{study}/{edition}.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("render_patient_pages"),
        templates=templates(),
        design=lambda wildcards: STUDIES[wildcards.study]["predict_with"],
        reads=lambda wildcards: READ[wildcards.study],
        seeds=SEEDS,
        coverage=lookup("prediction/conformal/coverage", within=SETTINGS),
        units=lambda wildcards: RUN.amount_units_of(wildcards.study),
    script:
        "../scripts/render_patient_pages.py"
