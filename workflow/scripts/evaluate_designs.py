"""Measure every design, and the differences between designs, with bootstrap intervals."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.comparison import (
    design_pairs,
    difference_table,
    metric_draws,
    metric_table,
    patients_of,
)

log_to(snakemake.log[0])

pooled = pd.read_parquet(snakemake.input.pooled)
settings = snakemake.params.evaluation
draws = metric_draws(pooled, settings["bootstrap_draws"], settings["seed"])
counts, pairs = patients_of(pooled), design_pairs(snakemake.params.kinds)

metrics = metric_table(draws, counts, settings["confidence"])
metrics.to_csv(snakemake.output.metrics, sep="\t", index=False)
differences = difference_table(draws, counts, pairs, settings["confidence"])
differences.to_csv(snakemake.output.differences, sep="\t", index=False)
