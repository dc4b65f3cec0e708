"""Gather what the trees of a design tried, over its folds and seeds."""

from gcin._log import log_to
from gcin.model.tried import tried_table

log_to(snakemake.log[0])

table = tried_table(snakemake.input.models)
table.to_csv(snakemake.output.trials, sep="\t", index=False)
