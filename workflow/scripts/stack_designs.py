"""Average the designs of a stack in one fold, and calibrate the average."""

import joblib
import pandas as pd

from gcin._log import log_to
from gcin.model.outcomes import fold_table
from gcin.model.stacking import by_design, stack_fold, stacked_curves

log_to(snakemake.log[0])

table = fold_table(snakemake.input.patients, snakemake.input.split, seed=1).reset_index()
members = snakemake.params.members
predictions = [pd.read_parquet(path) for path in snakemake.input.predictions]
curves = [pd.read_parquet(path) for path in snakemake.input.curves]
stack, rows = stack_fold(by_design(predictions, members), table)
rows.to_parquet(snakemake.output.predictions, index=False)
averaged = stacked_curves(by_design(curves, members))
averaged.to_parquet(snakemake.output.curves, index=False)
joblib.dump(stack, snakemake.output.stack)
