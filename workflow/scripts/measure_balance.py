"""Measure the balance of a sample's own SNVs: foreign reads, Ti/Tv, heterozygotes."""

from cyvcf2 import VCF

from gcin._log import log_to
from gcin.quality.balance import snv_balance

log_to(snakemake.log[0])

balance = snv_balance(VCF(snakemake.input.gvcf), **snakemake.params.limits)
balance.insert(0, "sample", snakemake.wildcards.sample)
balance.to_csv(snakemake.output.balance, sep="\t", index=False, float_format="%.6g")
