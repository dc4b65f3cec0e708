"""Measure every design, and test the differences between designs."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.comparison import (
    design_pairs,
    difference_table,
    metric_draws,
    metric_table,
    patients_of,
)
from gcin.evaluation.significance import significance_table

log_to(snakemake.log[0])

pooled = pd.read_parquet(snakemake.input.pooled)
settings = snakemake.params.evaluation
draws = metric_draws(pooled, settings["bootstrap_draws"], settings["seed"])
counts, pairs = patients_of(pooled), design_pairs(snakemake.params.kinds)

metrics = metric_table(draws, counts, settings["confidence"])
metrics.to_csv(snakemake.output.metrics, sep="\t", index=False)
differences = difference_table(draws, counts, pairs, settings["confidence"])
differences.to_csv(snakemake.output.differences, sep="\t", index=False)
tests = significance_table(pooled, draws, pairs)
tests.to_csv(snakemake.output.tests, sep="\t", index=False)
