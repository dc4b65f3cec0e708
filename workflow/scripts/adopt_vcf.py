"""Bring the samples of a given VCF to the form that joint calls have."""

from functools import partial
from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.given import adopt, judge_sites
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    adopt(
        snakemake.input.calls,
        snakemake.params.samples,
        snakemake.input.genome,
        contig_sizes(snakemake.input.index),
        scratch,
        snakemake.output.calls,
        judge=partial(judge_sites, **snakemake.params.limits),
    )
