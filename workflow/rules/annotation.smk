"""What each variant does to the genes it meets, as INFO/CSQ in the way of Ensembl VEP."""


rule select_sites:
    """Take the sites of a cohort alone, and look up the configured fields of other VCFs."""
    input:
        genotypes="results/cohorts/{cohort}/{generation}/genotypes.bcf",
        index="results/cohorts/{cohort}/{generation}/genotypes.bcf.csi",
        custom=[source["file"] for source in SETTINGS["annotation"]["custom"]],
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
    output:
        sites=temp("results/cohorts/{cohort}/{generation}/consequences/sites.vcf.gz"),
        sites_index=temp("results/cohorts/{cohort}/{generation}/consequences/sites.vcf.gz.tbi"),
    log:
        "logs/select_sites/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/select_sites/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("select_sites"),
        fields=[source["fields"] for source in SETTINGS["annotation"]["custom"]],
    script:
        "../scripts/select_sites.py"


rule predict_consequences:
    """Ask bcftools csq what each site does to the coding sequence, record by record."""
    input:
        sites="results/cohorts/{cohort}/{generation}/consequences/sites.vcf.gz",
        sites_index="results/cohorts/{cohort}/{generation}/consequences/sites.vcf.gz.tbi",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        models="results/reference/gene_models.gff3.gz",
    output:
        known=temp("results/cohorts/{cohort}/{generation}/consequences/known.vcf.gz"),
        known_index=temp("results/cohorts/{cohort}/{generation}/consequences/known.vcf.gz.tbi"),
        predicted=temp("results/cohorts/{cohort}/{generation}/consequences/predicted.vcf.gz"),
    log:
        "logs/predict_consequences/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/predict_consequences/{cohort}/{generation}.tsv"
    conda:
        "../../envs/annotation.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    shell:
        """
        exec 2>{log:q}
        bcftools norm --fasta-ref {input.genome:q} --check-ref x --output-type u {input.sites:q} \
            | bcftools csq --fasta-ref {input.genome:q} --gff-annot {input.models:q} --local-csq \
                --ncsq 4000 --samples - --output-type z --output {output.known:q}
        tabix --preset vcf {output.known:q}
        bcftools annotate --annotations {output.known:q} --columns INFO/BCSQ --pair-logic exact \
            --output-type z --output {output.predicted:q} {input.sites:q}
        """


rule describe_consequences:
    """Write the embedded annotator's consequences as VEP does."""
    input:
        sites="results/cohorts/{cohort}/{generation}/consequences/predicted.vcf.gz",
        transcripts="results/reference/transcripts.parquet",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
    output:
        consequences="results/cohorts/{cohort}/{generation}/consequences/csq.vcf.gz",
        index="results/cohorts/{cohort}/{generation}/consequences/csq.vcf.gz.tbi",
    log:
        "logs/describe_consequences/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/describe_consequences/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=code_of("describe_consequences"),
        distance=SETTINGS["annotation"]["distance_bases"],
        custom=[n for source in SETTINGS["annotation"]["custom"] for n in source["fields"].values()],
    script:
        "../scripts/describe_consequences.py"


rule run_vep:
    """Ask Ensembl VEP, with the run's gene models or with a cache."""
    input:
        sites="results/cohorts/{cohort}/{generation}/consequences/sites.vcf.gz",
        genome="results/reference/genome.fa",
        genome_index="results/reference/genome.fa.fai",
        models="results/reference/gene_models.gtf.gz",
        models_index="results/reference/gene_models.gtf.gz.tbi",
    output:
        answered=temp("results/cohorts/{cohort}/{generation}/consequences/answered.vcf.gz"),
    log:
        "logs/run_vep/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/run_vep/{cohort}/{generation}.tsv"
    conda:
        "../../envs/annotation-vep.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 8_000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        source=lambda wildcards, input: branch(
            bool(SETTINGS["annotation"]["vep"]["cache"]),
            ["--cache", "--offline", "--dir_cache", SETTINGS["annotation"]["vep"]["cache"]],
            ["--gtf", input.models],
        ),
        distance=SETTINGS["annotation"]["distance_bases"],
        extra=SETTINGS["annotation"]["vep"]["extra"],
    # Where VEP compresses by itself, it does not notice that the disk is full.
    shell:
        """
        exec 2>{log:q}
        vep --input_file {input.sites:q} --format vcf --fasta {input.genome:q} {params.source:q} \
            --vcf --output_file STDOUT \
            --no_stats --warning_file STDERR --fork {threads} --distance {params.distance:q} \
            --symbol --biotype --hgvs --numbers --protein --canonical --mane --variant_class \
            --flag_pick_allele_gene {params.extra:q} \
            | bgzip >{output.answered:q}
        """


rule extend_consequences:
    """Add the configured custom fields to VEP's consequences."""
    input:
        sites="results/cohorts/{cohort}/{generation}/consequences/answered.vcf.gz",
    output:
        consequences="results/cohorts/{cohort}/{generation}/consequences/vep.vcf.gz",
        index="results/cohorts/{cohort}/{generation}/consequences/vep.vcf.gz.tbi",
    log:
        "logs/extend_consequences/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/extend_consequences/{cohort}/{generation}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("extend_consequences"),
        custom=[n for source in SETTINGS["annotation"]["custom"] for n in source["fields"].values()],
    script:
        "../scripts/extend_consequences.py"


rule annotate_variants:
    """Add the consequences, as INFO/CSQ, to the cohort's genotypes."""
    input:
        genotypes="results/cohorts/{cohort}/{generation}/genotypes.bcf",
        index="results/cohorts/{cohort}/{generation}/genotypes.bcf.csi",
        consequences=collect(
            "results/cohorts/{{cohort}}/{{generation}}/consequences/{tool}.vcf.gz",
            tool=SETTINGS["annotation"]["tool"],
        ),
    output:
        annotated="results/cohorts/{cohort}/{generation}/annotated.bcf",
        annotated_index="results/cohorts/{cohort}/{generation}/annotated.bcf.csi",
        readable="results/cohorts/{cohort}/{generation}/annotated.vcf.gz",
        readable_index="results/cohorts/{cohort}/{generation}/annotated.vcf.gz.tbi",
    log:
        "logs/annotate_variants/{cohort}/{generation}.log",
    benchmark:
        "benchmarks/results/annotate_variants/{cohort}/{generation}.tsv"
    conda:
        "../../envs/annotation.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    shell:
        """
        exec 2>{log:q}
        bcftools annotate --no-version --annotations {input.consequences:q} --columns INFO/CSQ \
            --pair-logic exact --output-type b --output {output.annotated:q} {input.genotypes:q}
        bcftools index --csi --force {output.annotated:q}
        bcftools view --no-version --output-type z --output {output.readable:q} {output.annotated:q}
        bcftools index --tbi --force {output.readable:q}
        """
