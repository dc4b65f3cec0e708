"""Settings of networks: tried on the training patients of a fold, chosen on its inner split."""

from gcin.generations import digest
from gcin.intake.trials import own_settings, trials_of

TRIALS = trials_of(MODEL)
# In the path of what is chosen, so that a choice among fewer trials is never taken for it.
SEARCHES = {design: digest([*TRIALS[design]]) for design in TRIALS}


wildcard_constraints:
    trial=r"[0-9a-f]{12}",
    search=r"[0-9a-f]{12}",


rule try_settings:
    """Train the network of one design and fold with the settings of one trial; keep how it went."""
    input:
        patients="results/studies/{study}/{edition}/splits/patients.parquet",
        split="results/studies/{study}/{edition}/splits/fold-{fold}.tsv",
        stores=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "tensors/receipt.json"
        ),
        clinical=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/features.parquet"
        ),
        omics=lambda wildcards: of_generations(
            STUDIES[wildcards.study]["cohorts"], "clinical/omics.parquet"
        ),
        visits=lambda wildcards: visits_of(STUDIES[wildcards.study]["cohorts"]),
        pathways="results/reference/pathways.tsv",
    output:
        history="results/studies/{study}/{edition}/model/{design}/fold-{fold}/trial-{trial}/history.tsv",
        outcome="results/studies/{study}/{edition}/model/{design}/fold-{fold}/trial-{trial}/outcome.json",
    log:
        "logs/try_settings/{study}/{edition}/{design}/fold-{fold}/trial-{trial}.log",
    benchmark:
        "benchmarks/results/try_settings/{study}/{edition}/{design}/fold-{fold}/trial-{trial}.tsv"
    wildcard_constraints:
        design="|".join(TRIALS) or "(?!)",
    conda:
        "../../envs/model-gpu.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 6_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        gpu=1,
    params:
        code=code_of("try_settings"),
        cohorts=lambda wildcards: STUDIES[wildcards.study]["cohorts"],
        variants=lookup("tensors/variants_per_patient", within=SETTINGS),
        seed=SEEDS[0],
        settings=settings_of_network,
        trial=lambda wildcards: TRIALS[wildcards.design][wildcards.trial],
    script:
        "../scripts/try_settings.py"


rule choose_trial:
    """Choose the trial of a design and fold with the least loss on the inner split."""
    input:
        outcomes=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{{fold}}/trial-{trial}/outcome.json",
            trial=TRIALS[wildcards.design],
        ),
    output:
        trials="results/studies/{study}/{edition}/model/{design}/fold-{fold}/search-{search}/trials.tsv",
        chosen="results/studies/{study}/{edition}/model/{design}/fold-{fold}/search-{search}/chosen.json",
    log:
        "logs/choose_trial/{study}/{edition}/{design}/fold-{fold}/search-{search}.log",
    benchmark:
        "benchmarks/results/choose_trial/{study}/{edition}/{design}/fold-{fold}/search-{search}.tsv"
    wildcard_constraints:
        design="|".join(TRIALS) or "(?!)",
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        code=code_of("choose_trial"),
        own=lambda wildcards: {
            key: own_settings(MODEL, wildcards.design)[key]
            for key in MODEL["tuning"]["designs"][wildcards.design]
        },
    script:
        "../scripts/choose_trial.py"
