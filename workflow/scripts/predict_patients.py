"""Predict patients without an outcome, with intervals over models and calibrations."""

import pandas as pd

from gcin._log import log_to
from gcin.prediction.averaging import patient_table, validation_rows

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
applied = pd.read_parquet(snakemake.input.applied[0])
runs = [pd.read_parquet(path) for path in snakemake.input.validation]
held = validation_rows(runs, patients)
table = patient_table(applied, held, snakemake.params.draws)
table.to_csv(snakemake.output.predictions, sep="\t", index=False)
