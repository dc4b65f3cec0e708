"""Take the sites of a cohort alone, and look up the configured fields of other VCFs."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.annotation.selection import select_sites
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    select_sites(
        snakemake.input.genotypes,
        list(zip(snakemake.input.custom, snakemake.params.fields, strict=True)),
        snakemake.input.genome,
        contig_sizes(snakemake.input.genome_index),
        scratch,
        snakemake.output.sites,
    )
