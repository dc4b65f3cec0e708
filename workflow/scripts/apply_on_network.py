"""Let frozen trees, each with the network it reads, predict patients no model was fitted on."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.model.backend import use_backend
from gcin.model.study import open_cohorts
from gcin.prediction.applying import unseen_patients

log_to(snakemake.log[0])
use_backend(snakemake.params.settings["backend"], snakemake.threads)

from gcin.prediction.networks import apply_on_networks  # noqa: E402 - needs the backend

table = unseen_patients(pd.read_parquet(snakemake.input.patients))
stores = [Path(receipt).parent for receipt in snakemake.input.stores]
tables = snakemake.input.clinical, snakemake.input.omics, snakemake.input.visits
cohorts = open_cohorts(snakemake.params.cohorts, stores, *tables)
applied = apply_on_networks(snakemake.input.networks, snakemake.input.models, table, cohorts)
applied.to_parquet(snakemake.output.predictions, index=False)
