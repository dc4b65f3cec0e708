"""Average what the frozen designs of a stack say of patients whom no model was fitted on."""

import joblib
import pandas as pd

from gcin._log import log_to
from gcin.prediction.stacks import apply_stacks

log_to(snakemake.log[0])

stacks = [joblib.load(path) for path in snakemake.input.stacks]
tables = [pd.read_parquet(path) for path in snakemake.input.designs]
applied = dict(zip(snakemake.params.runs, tables, strict=True))
predictions = apply_stacks(stacks, applied, snakemake.params.runs)
predictions.to_parquet(snakemake.output.predictions, index=False)
