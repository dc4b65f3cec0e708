"""List the regions of X and Y of which a sample has one copy, by its depth there."""

from gcin._log import log_to
from gcin.quality.sex import haploid_regions, sex_by_depth, shared_regions
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])

shared = shared_regions(snakemake.input.shared, snakemake.params.assembly)
sex = sex_by_depth(snakemake.input.depth, shared, snakemake.params.limits)
regions = haploid_regions(sex, contig_sizes(snakemake.input.index), shared)
regions.to_csv(snakemake.output.regions, sep="\t", header=False, index=False)
