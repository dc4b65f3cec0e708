"""Let the frozen models of a baseline predict the patients whom no model was fitted on."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.model.study import open_cohorts
from gcin.prediction.applying import unseen_patients
from gcin.prediction.baselines import apply_baselines

log_to(snakemake.log[0])

table = unseen_patients(pd.read_parquet(snakemake.input.patients))
stores = [Path(receipt).parent for receipt in snakemake.input.stores]
tables = snakemake.input.clinical, snakemake.input.omics, snakemake.input.visits
cohorts = open_cohorts(snakemake.params.cohorts, stores, *tables)
applied = apply_baselines(snakemake.input.models, table, cohorts)
applied.to_parquet(snakemake.output.predictions, index=False)
