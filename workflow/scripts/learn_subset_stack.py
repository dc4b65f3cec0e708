"""Average the designs of a stack that learnt from some of the training patients of one fold."""

import pandas as pd

from gcin._log import log_to
from gcin.model.outcomes import fold_table
from gcin.model.stacking import by_design, stack_fold

log_to(snakemake.log[0])

table = fold_table(snakemake.input.patients, snakemake.input.split, seed=1).reset_index()
predictions = [pd.read_parquet(path) for path in snakemake.input.predictions]
_, rows = stack_fold(by_design(predictions, snakemake.params.members), table)
rows.to_parquet(snakemake.output.predictions, index=False)
