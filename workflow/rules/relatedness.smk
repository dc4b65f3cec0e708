"""After the joint call: relatives, duplicates, and what else it shows against the limits."""

RECORDED_IN = {
    study: [cohort for cohort in RUN.cohorts_of(study) if CALLED_SAMPLES[cohort]]
    for study in STUDIES
}


rule measure_relatedness:
    """Find relatives among the samples of a generation, beside what sheet and card say of them."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        persons="results/cohorts/{cohort}/{generation}/clinical/person.parquet",
        genotypes="results/cohorts/{cohort}/{generation}/genotypes.bcf",
        index="results/cohorts/{cohort}/{generation}/genotypes.bcf.csi",
    output:
        pairs="results/cohorts/{cohort}/{generation}/quality/relatedness.tsv",
        samples="results/cohorts/{cohort}/{generation}/quality/kinship.tsv",
        sites="results/cohorts/{cohort}/{generation}/quality/markers.parquet",
        dosages="results/cohorts/{cohort}/{generation}/quality/dosages.parquet",
    log:
        "logs/measure_relatedness/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/measure_relatedness/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("measure_relatedness"),
        tumours=lambda wildcards: APART[wildcards.cohort],
        markers=SETTINGS["quality"]["relatedness"]["markers"],
        min_markers=SETTINGS["quality"]["relatedness"]["min_markers"],
        checks=SETTINGS["quality"]["relatedness"]["checks"],
    script:
        "../scripts/measure_relatedness.py"


rule measure_ancestry:
    """Place a cohort's samples on principal components of their genotypes, for the reader."""
    input:
        sites="results/cohorts/{cohort}/{generation}/quality/markers.parquet",
        dosages="results/cohorts/{cohort}/{generation}/quality/dosages.parquet",
        pairs="results/cohorts/{cohort}/{generation}/quality/relatedness.tsv",
    output:
        table="results/cohorts/{cohort}/{generation}/quality/ancestry.tsv",
    log:
        "logs/measure_ancestry/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/measure_ancestry/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("measure_ancestry"),
        components=SETTINGS["quality"]["ancestry"]["components"],
        min_markers=SETTINGS["quality"]["relatedness"]["min_markers"],
    script:
        "../scripts/measure_ancestry.py"


rule gate_genotypes:
    """Hold what the joint call shows of each sample against the limits: who is learnt from."""
    input:
        scalars="results/cohorts/{cohort}/{generation}/tensors/scalars.parquet",
        novelty="results/cohorts/{cohort}/{generation}/quality/novelty.tsv",
        pairs="results/cohorts/{cohort}/{generation}/quality/relatedness.tsv",
        kinship="results/cohorts/{cohort}/{generation}/quality/kinship.tsv",
    output:
        gate="results/cohorts/{cohort}/{generation}/quality/genotype_gate.tsv",
    log:
        "logs/gate_genotypes/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/gate_genotypes/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        code=code_of("gate_genotypes"),
        checks=SETTINGS["quality"]["joint_checks"],
        kinship=SETTINGS["quality"]["relatedness"]["checks"],
    script:
        "../scripts/gate_genotypes.py"


rule list_relatives:
    """List who is related among a study's patients, across its cohorts too."""
    input:
        pairs=quality_of_study("relatedness.tsv"),
        samples=quality_of_study("kinship.tsv"),
        sites=quality_of_study("markers.parquet"),
        dosages=quality_of_study("dosages.parquet"),
    output:
        relatives="results/studies/{study}/{edition}/splits/relatives.tsv",
    log:
        "logs/list_relatives/{study}/{edition}.log",
    benchmark:
        "benchmarks/results/list_relatives/{study}/{edition}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("list_relatives"),
        cohorts=lambda wildcards: RECORDED_IN[wildcards.study],
        min_markers=SETTINGS["quality"]["relatedness"]["min_markers"],
        max_kinship=SETTINGS["quality"]["relatedness"]["checks"]["max_kinship"]["limit"],
    script:
        "../scripts/list_relatives.py"
