"""Fit a baseline to some of the training patients of one fold, and predict its test patients."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.model.baselines import fit_baseline, predict_baseline
from gcin.model.outcomes import training_table
from gcin.model.predictions import calibrate, prediction_table, reported
from gcin.model.study import open_cohorts, prepare_fold
from gcin.model.subsets import nested_subset
from gcin.splits.turns import parts_at

log_to(snakemake.log[0])

seed = int(snakemake.wildcards.seed)
whole = pd.read_csv(snakemake.input.split, sep="\t", dtype=str)
split = nested_subset(parts_at(whole, seed), int(snakemake.wildcards.size), seed)
table = training_table(pd.read_parquet(snakemake.input.patients), split)
stores = [Path(receipt).parent for receipt in snakemake.input.stores]
tables = snakemake.input.clinical, snakemake.input.omics, snakemake.input.visits
cohorts = open_cohorts(snakemake.params.cohorts, stores, *tables)
settings, kind = snakemake.params.settings, snakemake.params.design["kind"]
preparation, patients = prepare_fold(table, cohorts, settings["preparation"], variants=1)

fits = fit_baseline(kind, patients, preparation, settings, seed)
inner = patients.part("validation")
predicted = predict_baseline(kind, fits, inner, preparation)
calibrations = calibrate(predicted, inner.table, preparation.arms)
everyone = predict_baseline(kind, fits, patients, preparation)
rows = prediction_table(patients.table.index, everyone, preparation.arms, calibrations)
reported(rows, patients.table).to_parquet(snakemake.output.predictions, index=False)
