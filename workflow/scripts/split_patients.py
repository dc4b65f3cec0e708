"""Write who trains, validates and tests in one fold."""

import pandas as pd

from gcin._log import log_to
from gcin.splits.folds import fold_of

log_to(snakemake.log[0])

folds = pd.read_parquet(snakemake.input.folds)
parts = fold_of(folds, int(snakemake.wildcards.fold))
parts.to_csv(snakemake.output.parts, sep="\t", index=False)
