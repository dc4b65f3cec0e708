"""Gather the shards of joint calls, merge what was given, and put the samples in order."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.joint import unite
from gcin.quality.gate import excluded, read_gate

log_to(snakemake.log[0])

left_out = excluded(read_gate(snakemake.input.gate))
tumours = zip(snakemake.params.tumours, snakemake.input.somatic, strict=True)
somatic = [calls for name, calls in tumours if name not in left_out]
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    unite(
        list(snakemake.input.shards),
        [*snakemake.input.given, *somatic],
        [name for name in snakemake.params.samples if name not in left_out],
        scratch,
        snakemake.output.genotypes,
    )
