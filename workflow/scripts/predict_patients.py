"""Predict patients without an outcome: intervals over models, and answers with stated coverage."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.prediction.averaging import patient_table, validation_rows, with_answers, with_bands
from gcin.prediction.experience import joined, not_taken, outside_experience, read_alone
from gcin.prediction.genomes import outside_genomes
from gcin.splits.teachers import as_taught, teachers_by_run
from gcin.tensors.store import Store

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
divided = pd.read_parquet(snakemake.input.folds), snakemake.params.seeds
taught, teachers = as_taught(patients, *divided), teachers_by_run(*divided)
applied = pd.read_parquet(snakemake.input.applied[0])
features, omics = (
    pd.concat([pd.read_parquet(path) for path in paths])
    for paths in (snakemake.input.features, snakemake.input.omics)
)
visits = [pd.read_parquet(path) for path in snakemake.input.visits]
visits = pd.concat(visits or [pd.DataFrame(columns=["patient", "day", "name", "value"])])
runs = [pd.read_parquet(path) for path in snakemake.input.validation]
given, settings = snakemake.params, snakemake.params.settings
limits = settings["conformal"], settings["min_patients"]
held, amounts = (validation_rows(runs, patients, kind) for kind in ("binary", "quantity"))
table = patient_table(applied, held, settings["bootstrap_draws"])
table = with_answers(table, applied, held, taught, *limits)
table = with_bands(table, applied, amounts, patients, *limits, given.transforms)
folders = [Path(receipt).parent for receipt in snakemake.input.stores]
stores = dict(zip(given.cohorts, map(Store.open, folders), strict=True))
genomes, unread = outside_genomes(taught, teachers, stores, given.genes, given.reads)
known = read_alone(features, visits, omics, given.reads)
outside = joined(outside_experience(*known, taught), genomes)
told = {"outside": outside, "unread": unread, "lacking": not_taken(*known, taught)}
table = table.assign(**{name: table["patient"].map(of) for name, of in told.items()})
table.to_csv(snakemake.output.predictions, sep="\t", index=False)
