"""Average the designs of a stack in one fold, and calibrate the average."""

import joblib
import pandas as pd

from gcin._log import log_to
from gcin.model.outcomes import fold_table
from gcin.model.stacking import by_design, fit_stack, stacked, stacked_curves

log_to(snakemake.log[0])

first = fold_table(snakemake.input.patients, snakemake.input.split, seed=1).reset_index()
# Whoever validates for any seed of the members, does so for their average.
table = first.assign(part=first["part"].where(first["part"] == "test", "validation"))
members = snakemake.params.members
predictions = [pd.read_parquet(path) for path in snakemake.input.predictions]
curves = [pd.read_parquet(path) for path in snakemake.input.curves]
said = by_design(predictions, members)
stack = fit_stack(said, table)

rows = stacked(said, stack).merge(table[["patient", "part"]], on="patient")
columns = ["patient", "part", "endpoint", "arm", "raw", "value"]
rows[columns].to_parquet(snakemake.output.predictions, index=False)
averaged = stacked_curves(by_design(curves, members))
averaged.to_parquet(snakemake.output.curves, index=False)
joblib.dump(stack, snakemake.output.stack)
