"""Genotype the alleles of the panel in a sample, from its genomic VCF."""

from gcin._log import log_to
from gcin.genotypes.panel import Trust, genotype_panel

log_to(snakemake.log[0])

genotype_panel(
    snakemake.input.gvcf,
    snakemake.input.panel,
    snakemake.wildcards.sample,
    Trust(**snakemake.params.filter),
    snakemake.output.genotypes,
)
