"""Given calls: VCFs, lifted over where of GRCh37, in the form of joint calls; MAF files as tables."""


wildcard_constraints:
    source=r"\d+",


rule lift_vcf:
    """Lift the samples of a given VCF of GRCh37 over to the genome; list what does not lift."""
    input:
        calls=given_vcf,
        chain=SETTINGS["annotation"]["maf"]["chain"],
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
        dictionary="results/reference/genome.dict",
    output:
        calls=temp("results/cohorts/{cohort}/{generation}/given/{source}.lifted.vcf.gz"),
        unplaced="results/cohorts/{cohort}/{generation}/given/{source}.unplaced.tsv",
    log:
        "logs/lift_vcf/{cohort}/{generation}/{source}.log",
    benchmark:
        "benchmarks/results/lift_vcf/{cohort}/{generation}/{source}.tsv"
    conda:
        "../../envs/lifting.yaml"
    # LiftoverVcf holds the whole genome in memory, but not the calls, however many there are.
    resources:
        mem_mb=lambda wildcards, input, attempt: (
            (4_000 + min(8_000, int(2 * input.size_mb))) * attempt
        ),
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("lift_vcf"),
        samples=lambda wildcards: RUN.samples_in(wildcards.cohort, given_vcf(wildcards)),
        compiler=lambda wildcards: compiler_options(
            RUN.bytes_of(*RUN.samples_in(wildcards.cohort, given_vcf(wildcards)))
        ),
    script:
        "../scripts/lift_vcf.py"


rule adopt_vcf:
    """Bring the samples of a given VCF to the form that joint calls have."""
    input:
        calls=vcf_on_genome,
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
    output:
        calls=temp("results/cohorts/{cohort}/{generation}/given/{source}.bcf"),
        index=temp("results/cohorts/{cohort}/{generation}/given/{source}.bcf.csi"),
    log:
        "logs/adopt_vcf/{cohort}/{generation}/{source}.log",
    benchmark:
        "benchmarks/results/adopt_vcf/{cohort}/{generation}/{source}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("adopt_vcf"),
        samples=lambda wildcards: RUN.samples_in(wildcards.cohort, given_vcf(wildcards)),
        limits=WELL_ASSAYED,
    script:
        "../scripts/adopt_vcf.py"


rule read_maf:
    """Read a cohort's MAF files into calls on GRCh38 and the genes of the universe."""
    input:
        files=lambda wildcards: RUN.files_of(wildcards.cohort, "maf"),
        genes="results/reference/genes.parquet",
        chain=SETTINGS["annotation"]["maf"]["chain"],
        aliases=SETTINGS["annotation"]["maf"]["aliases"],
        shared=SETTINGS["quality"]["sex"]["shared_regions"],
        fasta=branch(bool(SETTINGS["reference"]["fasta"]), "results/reference/genome.fa", []),
        index=branch(bool(SETTINGS["reference"]["fasta"]), "results/reference/genome.fa.fai", []),
    output:
        calls="results/cohorts/{cohort}/{generation}/maf/calls.parquet",
        unplaced="results/cohorts/{cohort}/{generation}/maf/unplaced.tsv",
    log:
        "logs/read_maf/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/read_maf/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("read_maf"),
        sheet=lambda wildcards: RUN.rows_in(wildcards.cohort)
        .query("kind == 'maf'")[["sample", "file", "assembly", "tissue"]]
        .to_dict("list"),
        classifications=SETTINGS["annotation"]["maf"]["classifications"],
    script:
        "../scripts/read_maf.py"
