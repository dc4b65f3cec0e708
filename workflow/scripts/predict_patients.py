"""Predict patients without an outcome: intervals over models, and answers with stated coverage."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.prediction.averaging import patient_table, validation_rows, with_answers, with_bands
from gcin.prediction.experience import joined, not_taken, outside_experience, read_alone
from gcin.prediction.genomes import outside_genomes
from gcin.splits.teachers import as_taught
from gcin.tensors.store import Store

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
taught = as_taught(patients, pd.read_parquet(snakemake.input.folds), snakemake.params.seeds)
applied = pd.read_parquet(snakemake.input.applied[0])
features, omics = (
    pd.concat([pd.read_parquet(path) for path in paths])
    for paths in (snakemake.input.features, snakemake.input.omics)
)
none = pd.DataFrame(columns=["patient", "day", "name", "value"])
visits = pd.concat([pd.read_parquet(path) for path in snakemake.input.visits] or [none])
runs = [pd.read_parquet(path) for path in snakemake.input.validation]
settings = snakemake.params.settings
limits = settings["conformal"], settings["min_patients"]
held, amounts = (validation_rows(runs, patients, kind) for kind in ("binary", "quantity"))
table = patient_table(applied, held, settings["bootstrap_draws"])
table = with_answers(table, applied, held, taught, *limits)
table = with_bands(table, applied, amounts, patients, *limits, snakemake.params.transforms)
folders = [Path(receipt).parent for receipt in snakemake.input.stores]
stores = dict(zip(snakemake.params.cohorts, map(Store.open, folders), strict=True))
given = snakemake.params.min_callable, snakemake.params.reads
genomes, unread = outside_genomes(taught, stores, *given)
known = read_alone(features, visits, omics, snakemake.params.reads)
outside = joined(outside_experience(*known, taught), genomes)
told = {"outside": outside, "unread": unread, "lacking": not_taken(*known, taught)}
table = table.assign(**{name: table["patient"].map(of) for name, of in told.items()})
table.to_csv(snakemake.output.predictions, sep="\t", index=False)
