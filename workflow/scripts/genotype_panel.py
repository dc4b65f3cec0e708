"""Genotype the alleles of the panel in a sample, from its genomic VCF."""

from gcin._log import log_to
from gcin.genotypes.panel import genotype_panel

log_to(snakemake.log[0])

genotype_panel(
    snakemake.input.gvcf,
    snakemake.input.panel,
    snakemake.wildcards.sample,
    snakemake.output.genotypes,
)
