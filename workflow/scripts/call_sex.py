"""Call a sample's sex from its depth on X and Y and its heterozygotes on X."""

from gcin._log import log_to
from gcin.quality.balance import balance_table
from gcin.quality.sex import sex_table, shared_regions

log_to(snakemake.log[0])

shared = shared_regions(snakemake.input.shared, snakemake.params.assembly)
balance = balance_table([snakemake.input.balance])
table = sex_table(balance, snakemake.input.depth, shared, snakemake.params.limits)
table.to_csv(snakemake.output.sex, sep="\t", float_format="%.6g")
