"""Gather the predictions of unseen patients over folds and seeds, beside their outcomes."""

from datetime import date
from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.answered import answered_table
from gcin.evaluation.openings import locked_rows, of_test_part, openings_of, record_openings
from gcin.evaluation.pooling import pool, read_folds, read_runs, with_curves
from gcin.evaluation.seeds import seed_table
from gcin.evaluation.thresholds import calibration_rows, threshold_table, with_thresholds

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
folds = read_folds(snakemake.input.folds)
predictions = read_runs(snakemake.input.predictions)
pooled = pool(predictions, patients, folds, snakemake.params.horizons)
looks = openings_of(
    locked_rows(pooled, snakemake.params.locked),
    snakemake.wildcards.edition,
    date.today().isoformat(),
)
# Before anything is measured, so that a run that dies here has been seen to look.
openings = record_openings(Path(snakemake.output.openings).parents[2] / "openings.tsv", looks)
openings[of_test_part(openings)].to_csv(snakemake.output.openings, sep="\t", index=False)
seed_table(predictions, pooled).to_csv(snakemake.output.seeds, sep="\t", index=False)
held = calibration_rows(read_runs(snakemake.input.predictions, "validation"), patients)
thresholds = threshold_table(pooled, held, snakemake.params.threshold)
thresholds.to_csv(snakemake.output.thresholds, sep="\t", index=False)
pooled = with_thresholds(pooled, thresholds)
pooled = with_curves(pooled, snakemake.input.curves, patients, folds)
pooled.to_parquet(snakemake.output.pooled, index=False)
answered = answered_table(predictions, patients, folds)
answered.to_csv(snakemake.output.answered, sep="\t", index=False)
