"""Input functions: which files the jobs of several stages read, and what the sheet says of them."""

from functools import cache

from gcin.copies.references import references_of
from gcin.intake.contents import contents_of, files_named


def fields_of_unit(wildcards, *names):
    """Name some fields of a unit's row in the sheet, each with its text."""
    row = RUN.units_of(wildcards.sample)[wildcards.unit]
    return {name: row[name] for name in names}


def reads_to_align(wildcards):
    """Name the files of a unit as the aligner takes them."""
    if TRIM["tool"] == "none":
        return RUN.reads_of(**wildcards)
    return collect("results/samples/{{sample}}/units/{{unit}}.{read}.fastq.gz", read=(1, 2))


def reports_of_trimming(samples):
    """Name the report of each unit whose reads were trimmed."""
    if TRIM["tool"] == "none":
        return []
    return [
        f"results/samples/{sample}/quality/{unit}.fastp.json"
        for sample in samples
        for unit, row in RUN.units_of(sample).items()
        if row["kind"] == "fastq"
    ]


def given_vcf(wildcards):
    """Name a cohort's given VCF by its number."""
    return RUN.files_of(wildcards.cohort, "vcf")[int(wildcards.source)]


def vcf_on_genome(wildcards):
    """Name a given VCF, or its lifted form where it is of GRCh37."""
    given = given_vcf(wildcards)
    lifted = "results/cohorts/{cohort}/{generation}/given/{source}.lifted.vcf.gz"
    return given if RUN.assembly_in(wildcards.cohort, given) == "GRCh38" else lifted


def contaminations_of(cohort):
    """Name the estimate of each sample of a cohort that came as reads; none where it is off.

    A tumour's is that beside its normal: alone, alleles that it lost look like foreign reads.
    """
    return [
        f"results/samples/{sample}/{'somatic' if NORMALS.get(sample) else 'quality'}/contamination.table"
        for sample in READS[cohort] * bool(COMMON_SITES)
    ]


def kept_of_cohort(wildcards):
    """Name the large files that stay of each sample of a cohort."""
    aligned = READS[wildcards.cohort] if SETTINGS["alignment"]["keep_cram"] else []
    called = TOGETHER[wildcards.cohort]
    return collect("results/samples/{sample}/alignment.cram", sample=aligned) + collect(
        "results/samples/{sample}/variants.g.vcf.gz", sample=called
    )


@cache
def copy_references():
    """Choose, once for all samples, whose depth each one's is compared with."""
    return references_of(RUN.samples, COPIES["normals"], COPIES["min_normals"])


def quality_of_study(name):
    """Make the function that names a file of each cohort of a study that has genotypes."""

    def files(wildcards):
        return of_generations(RECORDED_IN[wildcards.study], f"quality/{name}")

    return files


def scores_of_sites(wildcards):
    """Name the scores of a generation's sites, with their index, where sites are scored."""
    scores = "results/cohorts/{{cohort}}/{{generation}}/site_scores.vcf.gz{suffix}"
    return collect(scores, suffix=["", ".tbi"])[: 2 * bool(VETS)]


def genotype_gate_of(wildcards):
    """Name the gate after the joint call of a generation that has one."""
    gate = "results/cohorts/{{cohort}}/{{generation}}/quality/genotype_gate.tsv"
    return collect(gate)[: bool(CALLED_SAMPLES[wildcards.cohort])]


def gates_of(wildcards):
    """Name the gates of a generation, before and after the joint call."""
    before = "results/cohorts/{{cohort}}/{{generation}}/quality/gate.tsv"
    return collect(before) + genotype_gate_of(wildcards)


def of_generations(cohorts, *files):
    """Name files of some cohorts, each in the generation that this run describes."""
    return [
        f"results/cohorts/{cohort}/{GENERATIONS[cohort]}/{file}"
        for cohort in cohorts
        for file in files
    ]


def training_stores(wildcards):
    """Name the receipt of the tensor store of each cohort that a study trains on."""
    return of_generations(STUDIES[wildcards.study]["cohorts"], "tensors/receipt.json")


def visits_of(cohorts):
    """Name the visits of some cohorts; none at all where no card of theirs maps any."""
    mapped = any(RUN.cards[cohort]["visits"] for cohort in cohorts)
    return of_generations(cohorts[: len(cohorts) * mapped], "clinical/visits.parquet")


def of_every_run(study, file, designs=None):
    """Name a file of each run, fold by seed, of every design that a study lists, or of some."""
    return [
        path
        for design in (STUDIES[study]["designs"] if designs is None else designs)
        for path in collect(
            "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/seed-{seed}/{file}",
            design=design,
            fold=RUN.folds_of(study),
            seed=SEEDS_OF[design],
            file=file,
        )
    ]


def chosen_of(wildcards):
    """Name what trials chose for a network in a fold; nothing where its settings are not searched."""
    chosen = "results/studies/{{study}}/{{edition}}/model/{{design}}/fold-{{fold}}/search-{search}/chosen.json"
    return collect(chosen, search=SEARCHES[wildcards.design]) if wildcards.design in TRIALS else []


def fitted_in(study):
    """Name the designs that a study fits, and the networks that these read, sorted."""
    read = {DESIGNS[design].get("network", design) for design in FITTED[study]}
    return sorted(read.union(FITTED[study]))


def chain_of(cohort):
    """Name the chain file, where calls of a cohort are lifted over."""
    return [SETTINGS["annotation"]["maf"]["chain"]] * RUN.is_lifted(cohort)


def trials_in(study):
    """Name the tables of the trials of a study's networks, one a design and fold."""
    return [
        path
        for design in fitted_in(study)
        if design in TRIALS
        for path in collect(
            "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/search-{search}/trials.tsv",
            design=design,
            fold=RUN.folds_of(study),
            search=SEARCHES[design],
        )
    ]


def histories_in(study):
    """Name the history of every run of a study's networks."""
    return collect(
        "results/studies/{{study}}/{{edition}}/model/{design}/fold-{fold}/seed-{seed}/history.tsv",
        design=[design for design in fitted_in(study) if design in NETWORKS],
        fold=RUN.folds_of(study),
        seed=SEEDS,
    )


def settings_of_network(wildcards):
    """Collect what the configuration says of a network, before any trial."""
    prepared = MODEL["preparation"] | {"transforms": RUN.transforms_of(wildcards.study)}
    own = {key: MODEL[key] for key in ("backend", "linear", "ridge", "pretraining")}
    training = {key: value for key, value in MODEL["training"].items() if key != "seeds"}
    network = MODEL["network"] | DESIGNS[wildcards.design]
    return own | {"preparation": prepared, "network": network, "training": training}


def settings_of_baseline(wildcards):
    """Collect what the configuration says of baselines, and how the study's quantities are learnt."""
    prepared = MODEL["preparation"] | {"transforms": RUN.transforms_of(wildcards.study)}
    own = {key: MODEL[key] for key in ("linear", "ridge", "forest", "boosting", "cox", "coxnet")}
    return own | {"preparation": prepared}


def floor_of(wildcards):
    """Name the least chance of an arm at which it may be recommended: a policy's own, or that of all."""
    return (STUDIES[wildcards.study]["policy"] or SETTINGS["evaluation"])["min_propensity"]


def final_artefacts(study):
    """Name what a study's newest edition is read by."""
    files = [*PAGES, "evaluation/predictions.parquet", *SELECTED]
    return [f"results/studies/{study}/{EDITIONS[study]}/{file}" for file in files]
