"""Structural variants: found in each sample, genotyped in all of a generation, mapped to genes."""

STRUCTURAL = {
    cohort: (
        RUN.samples_of(cohort, *SEQUENCED)
        if SETTINGS["calling"]["structural"]["tool"] != "none"
        else []
    )
    for cohort in RUN.cohorts
}
EXCLUDED_REGIONS = SETTINGS["calling"]["structural"]["exclude"]


rule discover_structural:
    """Find a sample's structural variants."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        exclude=EXCLUDED_REGIONS or [],
    output:
        calls="results/samples/{sample}/structural.bcf",
        index="results/samples/{sample}/structural.bcf.csi",
    log:
        "logs/discover_structural/{sample}.log",
    benchmark:
        "benchmarks/results/discover_structural/{sample}.tsv"
    conda:
        "../../envs/structural.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        exclude=["--exclude", EXCLUDED_REGIONS] if EXCLUDED_REGIONS else [],
        remedy="{sample}: where delly lacks data for library parameters, its read pairs are too few: "
        "take the sample out of the sheet, or switch calling.structural off.",
    shell:
        """
        exec 2>{log:q}
        delly call --genome {input.genome:q} {params.exclude:q} \
            --outfile {output.calls:q} {input.alignment:q} >&2 \
            || {{ echo {params.remedy:q} >&2; exit 1; }}
        """


rule list_structural:
    """List the structural variants of each sample that enters: too many for a command line."""
    input:
        calls=lambda wildcards: collect(
            "results/samples/{sample}/structural.bcf", sample=STRUCTURAL[wildcards.cohort]
        ),
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
    output:
        listed="results/cohorts/{cohort}/{generation}/structural/calls.txt",
    log:
        "logs/list_structural/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/list_structural/{cohort}/{generation}.tsv"
    localrule: True
    conda:
        "../../envs/tables.yaml"
    params:
        code=code_of("list_structural"),
        samples=lambda wildcards: STRUCTURAL[wildcards.cohort],
    script:
        "../scripts/list_structural.py"


rule merge_structural:
    """Make one list of sites of what was found in the samples: precise and passing ones."""
    input:
        calls=lambda wildcards: collect(
            "results/samples/{sample}/structural.bcf{suffix}",
            sample=STRUCTURAL[wildcards.cohort],
            suffix=["", ".csi"],
        ),
        listed="results/cohorts/{cohort}/{generation}/structural/calls.txt",
    output:
        sites=temp("results/cohorts/{cohort}/{generation}/structural/sites.bcf"),
        index=temp("results/cohorts/{cohort}/{generation}/structural/sites.bcf.csi"),
    log:
        "logs/merge_structural/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/merge_structural/{cohort}/{generation}.tsv"
    conda:
        "../../envs/structural.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        max_bases=SETTINGS["calling"]["structural"]["max_bases"],
    shell:
        """
        exec 2>{log:q}
        delly merge --precise --pass --maxsize {params.max_bases:q} \
            --outfile {output.sites:q} {input.listed:q} >&2
        """


rule genotype_structural:
    """Genotype a sample on every site of its generation: what it lacks is told from no reads."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        sites="results/cohorts/{cohort}/{generation}/structural/sites.bcf",
        sites_index="results/cohorts/{cohort}/{generation}/structural/sites.bcf.csi",
    output:
        calls=temp("results/cohorts/{cohort}/{generation}/structural/samples/{sample}.bcf"),
        calls_index=temp(
            "results/cohorts/{cohort}/{generation}/structural/samples/{sample}.bcf.csi"
        ),
    log:
        "logs/genotype_structural/{cohort}/{generation}/{sample}.log",
    benchmark:
        "benchmarks/results/genotype_structural/{cohort}/{generation}/{sample}.tsv"
    conda:
        "../../envs/structural.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    shell:
        """
        exec 2>{log:q}
        delly call --genome {input.genome:q} --vcffile {input.sites:q} \
            --outfile {output.calls:q} {input.alignment:q} >&2
        """


rule unite_structural:
    """Merge the structural genotypes of the samples that enter."""
    input:
        calls=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/structural/samples/{sample}.bcf",
            sample=STRUCTURAL[wildcards.cohort],
        ),
        indexes=lambda wildcards: collect(
            "results/cohorts/{{cohort}}/{{generation}}/structural/samples/{sample}.bcf.csi",
            sample=STRUCTURAL[wildcards.cohort],
        ),
        gate="results/cohorts/{cohort}/{generation}/quality/gate.tsv",
    output:
        calls="results/cohorts/{cohort}/{generation}/structural.vcf.gz",
        index="results/cohorts/{cohort}/{generation}/structural.vcf.gz.tbi",
    log:
        "logs/unite_structural/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/unite_structural/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("unite_structural"),
        samples=lambda wildcards: STRUCTURAL[wildcards.cohort],
    script:
        "../scripts/unite_structural.py"


rule map_structural:
    """Map the structural variants of a generation to the genes that they alter."""
    input:
        calls="results/cohorts/{cohort}/{generation}/structural.vcf.gz",
        index="results/cohorts/{cohort}/{generation}/structural.vcf.gz.tbi",
        coding="results/reference/coding.bed",
    output:
        table="results/cohorts/{cohort}/{generation}/structural.tsv",
    log:
        "logs/map_structural/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/map_structural/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("map_structural"),
    script:
        "../scripts/map_structural.py"
