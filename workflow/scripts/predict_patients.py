"""Predict patients without an outcome: intervals over models, and answers with stated coverage."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.prediction.averaging import patient_table, validation_rows, with_answers, with_bands
from gcin.prediction.experience import joined, not_taken, outside_experience
from gcin.prediction.genomes import outside_genomes
from gcin.tensors.store import Store

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
applied = pd.read_parquet(snakemake.input.applied[0])
features, omics = (
    pd.concat([pd.read_parquet(path) for path in paths])
    for paths in (snakemake.input.features, snakemake.input.omics)
)
none = pd.DataFrame(columns=["patient", "day", "name", "value"])
visits = pd.concat([pd.read_parquet(path) for path in snakemake.input.visits] or [none])
runs = [pd.read_parquet(path) for path in snakemake.input.validation]
settings = snakemake.params.settings
conformal = settings["conformal"]
held, amounts = (validation_rows(runs, patients, kind) for kind in ("binary", "quantity"))
table = patient_table(applied, held, settings["bootstrap_draws"])
table = with_answers(table, applied, held, patients, conformal, settings["min_patients"])
table = with_bands(table, applied, amounts, patients, conformal, snakemake.params.transforms)
asked = patients[patients["role"].isin(["train", "new"])].set_index("patient")
folders = [Path(receipt).parent for receipt in snakemake.input.stores]
stores = dict(zip(snakemake.params.cohorts, map(Store.open, folders), strict=True))
genomes, unread = outside_genomes(asked, stores, snakemake.params.min_callable)
outside = joined(outside_experience(features, visits, omics, patients), genomes)
table["outside"] = table["patient"].map(outside)
table["unread"] = table["patient"].map(unread)
lacking = not_taken(features, visits, omics, patients)
table["lacking"] = table["patient"].map(lacking)
table.to_csv(snakemake.output.predictions, sep="\t", index=False)
