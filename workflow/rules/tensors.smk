"""The genotype tensor store of a generation: sites, calls, gene track, callable shares."""


rule encode_calls:
    """Encode the annotated genotypes of a generation: sites, calls by sample, common markers."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
        genes="results/reference/genes.parquet",
        records=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=["annotated.bcf", "annotated.bcf.csi"]
            * bool(RUN.samples_of(wildcards.cohort, *RECORDED)),
        ),
        targets=lambda wildcards: TARGETS[wildcards.cohort],
        maf=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=["maf/calls.parquet"] * bool(RUN.samples_of(wildcards.cohort, "maf")),
        ),
    output:
        sites="results/cohorts/{cohort}/{generation}/tensors/sites.parquet",
        indptr="results/cohorts/{cohort}/{generation}/tensors/calls/indptr.npy",
        site="results/cohorts/{cohort}/{generation}/tensors/calls/site.npy",
        dosage="results/cohorts/{cohort}/{generation}/tensors/calls/dosage.npy",
        vaf="results/cohorts/{cohort}/{generation}/tensors/calls/vaf.npy",
        depth="results/cohorts/{cohort}/{generation}/tensors/calls/depth.npy",
        quality="results/cohorts/{cohort}/{generation}/tensors/calls/quality.npy",
        markers="results/cohorts/{cohort}/{generation}/tensors/markers.parquet",
        dosages="results/cohorts/{cohort}/{generation}/tensors/dosages.npy",
        missing_by_sample=temp(
            "results/cohorts/{cohort}/{generation}/tensors/missing_by_sample.npy"
        ),
        carried_by_sample=temp(
            "results/cohorts/{cohort}/{generation}/tensors/carried_by_sample.npy"
        ),
    log:
        "logs/encode_calls/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/encode_calls/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 720 * attempt,
    params:
        code=code_of("encode_calls"),
        contents=lambda wildcards: contents_of(TARGETS[wildcards.cohort]),
        settings={"marker_frequency": SETTINGS["tensors"]["marker_frequency"]},
    script:
        "../scripts/encode_calls.py"


rule assemble_tensors:
    """Complete the tensor store: gene track, callable shares, scalars and the receipt."""
    input:
        manifest="results/cohorts/{cohort}/{generation}/manifest.tsv",
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
        genes="results/reference/genes.parquet",
        coding="results/reference/coding.bed",
        targets=lambda wildcards: TARGETS[wildcards.cohort],
        listed=lambda wildcards: list(filter(None, [RUN.cards[wildcards.cohort]["genes"]])),
        aliases=SETTINGS["annotation"]["maf"]["aliases"],
        chain=lambda wildcards: chain_of(wildcards.cohort),
        counts=lambda wildcards: collect(
            "results/samples/{sample}/callable.parquet",
            sample=RUN.samples_of(wildcards.cohort, *GENOTYPED),
        ),
        untold=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/given/{source}.untold.parquet",
            source=range(len(RUN.files_of(wildcards.cohort, "vcf"))),
        ),
        copies=lambda wildcards: collect(
            "results/samples/{sample}/copies.tsv", sample=COPIED[wildcards.cohort]
        ),
        segments=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=["segments.parquet"] * bool(RUN.cards[wildcards.cohort]["segments"]),
        ),
        structural=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=["structural.tsv"] * bool(STRUCTURAL[wildcards.cohort]),
        ),
        panel=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=["panel.tsv"]
            * (SETTINGS["tensors"]["require_panel"] and bool(PANELLED[wildcards.cohort])),
        ),
        sources=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/{file}",
            file=["annotated.bcf"] * bool(RUN.samples_of(wildcards.cohort, *RECORDED))
            + ["maf/calls.parquet"] * bool(RUN.samples_of(wildcards.cohort, "maf")),
        ),
        encoded=collect(
            "results/cohorts/{{cohort}}/{{generation}}/tensors/{file}",
            file=["sites.parquet", "markers.parquet", "dosages.npy"],
        ),
        calls=collect(
            "results/cohorts/{{cohort}}/{{generation}}/tensors/calls/{column}.npy",
            column=["indptr", "site", "dosage", "vaf", "depth", "quality"],
        ),
        missing_by_sample="results/cohorts/{cohort}/{generation}/tensors/missing_by_sample.npy",
        carried_by_sample="results/cohorts/{cohort}/{generation}/tensors/carried_by_sample.npy",
    output:
        track="results/cohorts/{cohort}/{generation}/tensors/genes.npy",
        gene_table="results/cohorts/{cohort}/{generation}/tensors/genes.parquet",
        callable="results/cohorts/{cohort}/{generation}/tensors/callable.npy",
        scalars="results/cohorts/{cohort}/{generation}/tensors/scalars.parquet",
        receipt="results/cohorts/{cohort}/{generation}/tensors/receipt.json",
    log:
        "logs/assemble_tensors/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/assemble_tensors/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("assemble_tensors"),
        contents=lambda wildcards: contents_of(
            filter(None, (RUN.cards[wildcards.cohort][key] for key in ("targets", "genes")))
        ),
        limits={
            "rare_frequency": SETTINGS["tensors"]["rare_frequency"],
            "min_callable": SETTINGS["tensors"]["min_callable"],
        },
    script:
        "../scripts/assemble_tensors.py"
