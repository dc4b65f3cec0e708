"""Foreign reads at common SNVs, where a VCF of these is given: before the calls, which heed them."""

from gcin.quality.contamination import LARGEST_ERROR

# An estimate that says nothing must not make the caller pass over reads.
TRUSTED_CONTAMINATION = 'NR > 1 { print $1, ($3 <= largest ? $2 : "0.0") }'
TRUSTED_TABLE = 'NR > 1 && !($3 <= largest) { $2 = "0.0" } 1'
COMMON_SITES = SETTINGS["quality"]["common_sites"]
CONTAMINATION = branch(
    bool(COMMON_SITES), then="results/samples/{sample}/contamination.list", otherwise=[]
)


rule prepare_common_sites:
    """Keep the common SNVs of the called bases, by which contamination is estimated."""
    input:
        given=branch(bool(COMMON_SITES), then=COMMON_SITES, otherwise=[]),
        index="results/reference/genome.fa.fai",
        calling="results/reference/intervals/calling.bed",
    output:
        sites="results/reference/common_sites.vcf.gz",
        sites_index="results/reference/common_sites.vcf.gz.tbi",
    log:
        "logs/prepare_common_sites.log",
    benchmark:
        "benchmarks/results/prepare_common_sites.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2_000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=code_of("prepare_common_sites"),
    script:
        "../scripts/prepare_common_sites.py"


rule estimate_contamination:
    """Estimate the share of foreign reads in a sample, and its error, at common SNVs."""
    input:
        alignment="results/samples/{sample}/alignment.cram",
        index="results/samples/{sample}/alignment.cram.crai",
        sites="results/reference/common_sites.vcf.gz",
        sites_index="results/reference/common_sites.vcf.gz.tbi",
        genome="results/reference/genome.fa",
        others=["results/reference/genome.fa.fai", "results/reference/genome.dict"],
    output:
        pileups=temp("results/samples/{sample}/pileups.table"),
        estimate="results/samples/{sample}/quality/contamination.table",
        listed="results/samples/{sample}/contamination.list",
    log:
        "logs/estimate_contamination/{sample}.log",
    benchmark:
        "benchmarks/results/estimate_contamination/{sample}.tsv"
    conda:
        "../../envs/gatk.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4_000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        identity=lambda wildcards: IDENTITIES[wildcards.sample],
        largest_error=LARGEST_ERROR,
        trusted=lambda wildcards: TRUSTED_CONTAMINATION,
        compiler=lambda wildcards: compiler_options(RUN.bytes_of(wildcards.sample)),
    # GATK does not notice that the disk is full where it writes tables.
    shell:
        """
        exec 2>{log:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" GetPileupSummaries \
            --reference {input.genome:q} --input {input.alignment:q} \
            --variant {input.sites:q} --intervals {input.sites:q} \
            --tmp-dir {resources.tmpdir:q} --output /dev/fd/3 3>&1 >&2 \
            | cat >{output.pileups:q}
        gatk --java-options "-Xmx$(({resources.mem_mb} * 4 / 5))m {params.compiler}" CalculateContamination \
            --input {output.pileups:q} --tmp-dir {resources.tmpdir:q} \
            --output {output.estimate:q} >&2
        (($(wc --lines <{output.estimate:q}) == 2)) || {{ echo "cut short: is the disk full?" >&2; exit 1; }}
        awk -F '\t' -v OFS='\t' -v largest={params.largest_error:q} {params.trusted:q} \
            {output.estimate:q} >{output.listed:q}
        """
