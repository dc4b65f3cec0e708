"""Gather the shards of joint calls, merge what was given, and put the samples in order."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.joint import unite

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    unite(
        list(snakemake.input.shards),
        list(snakemake.input.given),
        snakemake.params.samples,
        scratch,
        snakemake.output.genotypes,
    )
