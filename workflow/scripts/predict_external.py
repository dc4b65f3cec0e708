"""Average the frozen models of every design over folds and seeds, on the external cohorts."""

import pandas as pd

from gcin._log import log_to
from gcin.prediction.averaging import external_table

log_to(snakemake.log[0])

designs = [pd.read_parquet(path) for path in snakemake.input.designs]
external = external_table(designs, snakemake.params.designs)
external.to_parquet(snakemake.output.predictions, index=False)
