"""Measure the balance of a sample's own SNVs: foreign reads, Ti/Tv, heterozygotes."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.quality.balance import balances
from gcin.quality.sex import shared_regions
from gcin.quality.snvs import read_snvs
from gcin.reference.intervals import read_bed

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    snvs = read_snvs(snakemake.input.gvcf, scratch, **snakemake.params.limits)
shared = shared_regions(snakemake.input.shared, snakemake.params.assembly)
targets = dict(zip(snakemake.input.targets, map(read_bed, snakemake.input.targets), strict=True))
balance = balances(snvs, shared, targets)
balance.insert(0, "sample", snakemake.wildcards.sample)
balance.to_csv(snakemake.output.balance, sep="\t", index=False, float_format="%.6g")
