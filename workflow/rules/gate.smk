"""The gate before the joint call: which samples of a cohort enter it."""

from gcin.intake.recorded import card_of_one, recorded_digest

# Samples whose reads came in several units; a tumour has no gVCF to compare them by.
MIXED = {
    cohort: [
        name
        for name in RUN.samples_of(cohort, *SEQUENCED, tissue="germline")
        if len(RUN.units_of(name)) > 1
    ]
    for cohort in RUN.cohorts
}
# Targets of the cohorts that a sample with a genomic VCF stands in.
AIMED = {
    sample: list(own.targets)
    for sample, own in assayed_by_sample(RUN.samples, RUN.cards, GENOTYPED).items()
}
SEX_CARDS = {cohort: card_of_one(RUN.cards[cohort], "person", "sex") for cohort in RUN.cohorts}


rule measure_balance:
    """Measure the balance of a sample's own SNVs: foreign reads, Ti/Tv, heterozygotes."""
    input:
        gvcf="results/samples/{sample}/variants.g.vcf.gz",
        shared=SETTINGS["quality"]["sex"]["shared_regions"],
        targets=lambda wildcards: AIMED[wildcards.sample],
    output:
        balance="results/samples/{sample}/quality/balance.tsv",
    log:
        "logs/measure_balance/{sample}.log",
    benchmark:
        "benchmarks/results/measure_balance/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("measure_balance"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        contents=lambda wildcards: contents_of(AIMED[wildcards.sample]),
        assembly=SETTINGS["reference"]["name"],
        limits=WELL_ASSAYED,
    script:
        "../scripts/measure_balance.py"


rule compare_units:
    """Compare the genotypes of a sample's units: is a lane or library of somebody else in it?"""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        alignment_index="results/samples/{sample}/alignment.cram.crai",
        gvcf="results/samples/{sample}/variants.g.vcf.gz",
        index="results/samples/{sample}/variants.g.vcf.gz.tbi",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
    output:
        pairs="results/samples/{sample}/quality/units.tsv",
    log:
        "logs/compare_units/{sample}.log",
    benchmark:
        "benchmarks/results/compare_units/{sample}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        code=code_of("compare_units"),
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        limits=WELL_ASSAYED,
        comparison=SETTINGS["quality"]["units"],
    script:
        "../scripts/compare_units.py"


rule list_sexes:
    """List the sex that a cohort's card, or else the sheet, gives each patient with samples."""

    # The table is an old file: an edit of it that leaves every sex as it was must not make the
    # gate, and with it the joint calls, anew. Their digest is what an edit is noticed by.
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        tables=lambda wildcards: [
            ancient(table["file"]) for table in SEX_CARDS[wildcards.cohort]["tables"].values()
        ],
    output:
        sexes="results/cohorts/{cohort}/{generation}/quality/recorded_sexes.tsv",
    log:
        "logs/list_sexes/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/list_sexes/{cohort}/{generation}.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        code=code_of("list_sexes"),
        card=lambda wildcards: SEX_CARDS[wildcards.cohort],
        recorded=lambda wildcards: recorded_digest(SEX_CARDS[wildcards.cohort]),
    script:
        "../scripts/list_sexes.py"


rule gather_measures:
    """Gather what was measured of each sample by itself, and call its sex: one row per sample."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        reads=lambda wildcards: collect(
            "results/samples/{sample}/quality/flagstat.txt", sample=READS[wildcards.cohort]
        ),
        stats=lambda wildcards: collect(
            "results/samples/{sample}/quality/stats.txt", sample=READS[wildcards.cohort]
        ),
        coverage=lambda wildcards: collect(
            "results/samples/{sample}/quality/coverage.thresholds.bed.gz",
            sample=READS[wildcards.cohort],
        ),
        depth=lambda wildcards: collect(
            "results/samples/{sample}/quality/coverage.regions.bed.gz",
            sample=READS[wildcards.cohort],
        ),
        balance=lambda wildcards: collect(
            "results/samples/{sample}/quality/balance.tsv", sample=TOGETHER[wildcards.cohort]
        ),
        contaminations=lambda wildcards: contaminations_of(wildcards.cohort),
        units=lambda wildcards: collect(
            "results/samples/{sample}/quality/units.tsv", sample=MIXED[wildcards.cohort]
        ),
        normals=lambda wildcards: collect(
            "results/samples/{sample}/quality/normals.tsv", sample=PAIRED[wildcards.cohort]
        ),
        shared=SETTINGS["quality"]["sex"]["shared_regions"],
        targets=lambda wildcards: TARGETS[wildcards.cohort],
    output:
        measures="results/cohorts/{cohort}/{generation}/quality/measures.tsv",
    log:
        "logs/gather_measures/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/gather_measures/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("gather_measures"),
        contents=lambda wildcards: contents_of(TARGETS[wildcards.cohort]),
        assembly=SETTINGS["reference"]["name"],
        limits=SETTINGS["quality"]["sex"],
    script:
        "../scripts/gather_measures.py"


rule gate_samples:
    """Hold each sample's quality against the limits, before the joint call."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        measures="results/cohorts/{cohort}/{generation}/quality/measures.tsv",
        recorded="results/cohorts/{cohort}/{generation}/quality/recorded_sexes.tsv",
    output:
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
    log:
        "logs/gate_samples/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/gate_samples/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("gate_samples"),
        kinds=GENOTYPED,
        checks=SETTINGS["quality"]["checks"],
        min_stretches=SETTINGS["quality"]["normals"]["min_stretches"],
    script:
        "../scripts/gate_samples.py"
