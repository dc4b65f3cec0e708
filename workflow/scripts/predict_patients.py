"""Predict patients without an outcome: intervals over models, and answers with stated coverage."""

import pandas as pd

from gcin._log import log_to
from gcin.prediction.averaging import patient_table, validation_rows, with_answers
from gcin.prediction.experience import outside_experience

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
applied = pd.read_parquet(snakemake.input.applied[0])
features = pd.concat([pd.read_parquet(path) for path in snakemake.input.features])
runs = [pd.read_parquet(path) for path in snakemake.input.validation]
held = validation_rows(runs, patients)
table = patient_table(applied, held, snakemake.params.draws)
table = with_answers(table, applied, held, patients, **snakemake.params.conformal)
table["outside"] = table["patient"].map(outside_experience(features, patients))
table.to_csv(snakemake.output.predictions, sep="\t", index=False)
