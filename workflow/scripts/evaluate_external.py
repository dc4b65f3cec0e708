"""Measure the frozen designs on the cohorts that no design was trained on."""

from datetime import date
from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.answered import external_answered_table
from gcin.evaluation.comparison import external_table
from gcin.evaluation.openings import of_test_part, openings_of, record_openings
from gcin.evaluation.pooling import external_rows
from gcin.evaluation.thresholds import with_mean_thresholds
from gcin.tables import read_table

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
predictions = pd.read_parquet(snakemake.input.predictions)
settings = snakemake.params.evaluation

rows = external_rows(predictions, patients, settings["horizons_months"])
looks = openings_of(rows, snakemake.wildcards.edition, date.today().isoformat())
# Before anything is measured, so that a run that dies here has been seen to look.
openings = record_openings(Path(snakemake.output.openings).parents[2] / "openings.tsv", looks)
openings[~of_test_part(openings)].to_csv(snakemake.output.openings, sep="\t", index=False)
thresholds = read_table(snakemake.input.thresholds, "design", "endpoint")
rows = with_mean_thresholds(rows, thresholds)
table = external_table(rows, settings["bootstrap_draws"], settings["seed"], settings["confidence"])
table.to_csv(snakemake.output.external, sep="\t", index=False)
answered = external_answered_table(predictions, patients)
answered.to_csv(snakemake.output.answered, sep="\t", index=False)
