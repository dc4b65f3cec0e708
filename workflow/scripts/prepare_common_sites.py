"""Keep the common SNVs of the called bases, by which contamination is estimated."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.reference.common_sites import prepare_common_sites
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    prepare_common_sites(
        snakemake.input.given,
        contig_sizes(snakemake.input.index),
        snakemake.input.calling,
        scratch,
        snakemake.output.sites,
        snakemake.output.sites_index,
    )
