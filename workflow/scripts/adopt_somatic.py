"""Bring a tumour's calls to the form that joint calls have, those left out that may not enter."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.somatic import adopt_somatic
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    adopt_somatic(
        snakemake.input.calls,
        snakemake.wildcards.sample,
        snakemake.params.accepted,
        snakemake.input.genome,
        contig_sizes(snakemake.input.index),
        scratch,
        snakemake.output.calls,
    )
