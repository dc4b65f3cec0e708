"""Look for what designs may live off instead of medicine."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.shortcuts import shortcut_table
from gcin.tensors.store import Store
from gcin.tensors.twins import twins

log_to(snakemake.log[0])

settings = snakemake.params.evaluation
patients = pd.read_parquet(snakemake.input.patients)
pooled = pd.read_parquet(snakemake.input.pooled)
features, treatment = (
    pd.concat([pd.read_parquet(path) for path in paths])
    for paths in (snakemake.input.features, snakemake.input.treatment)
)
folders = [Path(receipt).parent for receipt in snakemake.input.stores]
stores = dict(zip(snakemake.params.cohorts, map(Store.open, folders), strict=True))

alarms = settings["alarms"]
alike = twins(stores, alarms["twin_share"], alarms["twin_alleles"])
table = shortcut_table(patients, features, treatment, pooled, alike, settings)
table.to_csv(snakemake.output.warnings, sep="\t", index=False)
