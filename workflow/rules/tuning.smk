"""Settings of designs: tried on the training patients of a fold, chosen on inner splits."""

from gcin.generations import digest
from gcin.intake.trials import own_settings, trials_of

SEARCHED = trials_of(MODEL)
TRIALS = {design: trials for design, trials in SEARCHED.items() if design in NETWORKS}
TREES = sorted(set(SEARCHED) - set(TRIALS))
# A baseline that is not searched tries its settings as they stand.
TRIED = {design: [*SEARCHED.get(design, {"": {}}).values()] for design in BASELINES + ON_NETWORKS}
# The first inner fold has no name of its own, so that more of them leave what it gave.
INNER = ["", *(f"-inner-{n}" for n in range(2, 1 + MODEL["tuning"]["inner_folds"]))]
# In the path of what is chosen, so that a choice among less is never taken for it.
SEARCHES = {design: digest([*TRIALS[design], *INNER[1:]]) for design in TRIALS}


wildcard_constraints:
    trial=r"[0-9a-f]{12}",
    inner=r"(-inner-\d+)?",
    search=r"[0-9a-f]{12}",


rule try_settings:
    """Train a network with the settings of one trial in one inner fold; keep how it went."""
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
    output:
        history="results/studies/{study}/{edition}/model/{design}/fold-{fold}/trial-{trial}{inner}/history.tsv",
        outcome="results/studies/{study}/{edition}/model/{design}/fold-{fold}/trial-{trial}{inner}/outcome.json",
    log:
        "logs/try_settings/{study}/{edition}/{design}/fold-{fold}/trial-{trial}{inner}.log",
    benchmark:
        "benchmarks/results/try_settings/{study}/{edition}/{design}/fold-{fold}/trial-{trial}{inner}.tsv"
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
        inner=lambda wildcards: int(wildcards.inner.rpartition("-")[2] or 1),
        settings=settings_of_network,
        trial=lambda wildcards: TRIALS[wildcards.design][wildcards.trial],
    script:
        "../scripts/try_settings.py"


rule choose_trial:
    """Choose the trial of a design and fold with the least loss on the inner splits."""
    input:
        outcomes=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{{fold}}/trial-{trial}{inner}/outcome.json",
            trial=TRIALS[wildcards.design],
            inner=INNER,
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
        inner_folds=len(INNER),
        own=lambda wildcards: {
            key: own_settings(MODEL, wildcards.design)[key]
            for key in MODEL["tuning"]["designs"][wildcards.design]
        },
    script:
        "../scripts/choose_trial.py"


rule tabulate_tries:
    """Gather what the trees of a searched design tried, over its folds and seeds."""
    input:
        models=lambda wildcards: collect(
            "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{fold}/seed-{seed}/model.joblib",
            fold=RUN.folds_of(wildcards.study),
            seed=SEEDS,
        ),
    output:
        trials="results/studies/{study}/{edition}/model/{design}/trials.tsv",
    log:
        "logs/tabulate_tries/{study}/{edition}/{design}.log",
    benchmark:
        "benchmarks/results/tabulate_tries/{study}/{edition}/{design}.tsv"
    wildcard_constraints:
        design="|".join(TREES) or "(?!)",
    conda:
        "../../envs/model-cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("tabulate_tries"),
    script:
        "../scripts/tabulate_tries.py"
