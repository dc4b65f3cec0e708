"""Fit a baseline to some of the training patients of one fold, and predict its test patients."""

from functools import partial
from pathlib import Path

from gcin._log import log_to
from gcin.model.baselines import fit_baseline, predict_baseline
from gcin.model.study import open_cohorts, prepare_fold
from gcin.model.subsets import subset_table
from gcin.model.telling import told

log_to(snakemake.log[0])
given, files = snakemake.params, snakemake.input

size, seed = int(snakemake.wildcards.size), int(snakemake.wildcards.seed)
table = subset_table(files.patients, files.split, size, given.order, seed)
stores = [Path(receipt).parent for receipt in files.stores]
cohorts = open_cohorts(given.cohorts, stores, files.clinical, files.omics, files.visits)
settings, kind = given.settings, given.design["kind"]
preparation, patients = prepare_fold(table, cohorts, settings["preparation"], variants=0)
fits = fit_baseline(kind, patients, preparation, settings, seed, trials=given.trials)
predict = partial(predict_baseline, kind, fits, preparation=preparation)
_, rows = told(predict, patients, preparation)
rows.to_parquet(snakemake.output.predictions, index=False)
