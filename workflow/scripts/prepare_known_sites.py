"""Bring known sites to the form in which recalibration reads them."""

from gcin._log import log_to
from gcin.reference.genome import contig_sizes
from gcin.reference.known_sites import prepare_known_sites

log_to(snakemake.log[0])

sizes = contig_sizes(snakemake.input.index)
prepare_known_sites(
    snakemake.input.given, sizes, snakemake.output.sites, snakemake.output.sites_index
)
