"""Train a network on some of the training patients of one fold, and predict its test patients."""

from functools import partial
from pathlib import Path

import joblib

from gcin._log import log_to
from gcin.generations import digest
from gcin.model.backend import use_backend
from gcin.model.predictions import frozen
from gcin.model.study import open_cohorts, prepare_fold
from gcin.model.subsets import subset_table
from gcin.model.telling import told
from gcin.model.tuning import with_chosen
from gcin.tables import read_text

log_to(snakemake.log[0])
given, files = snakemake.params, snakemake.input
use_backend(given.settings["backend"], snakemake.threads)
from gcin.model import resuming, training  # noqa: E402 - they need the backend

size, seed = int(snakemake.wildcards.size), int(snakemake.wildcards.seed)
table = subset_table(files.patients, files.split, size, given.order, seed)
stores = [Path(receipt).parent for receipt in files.stores]
cohorts = open_cohorts(given.cohorts, stores, files.clinical, files.omics, files.visits)
preparation, patients = prepare_fold(table, cohorts, given.settings["preparation"], given.variants)
members = read_text(files.pathways)
settings, written = with_chosen(given.settings, files.chosen), snakemake.output.predictions
kept = resuming.Kept(Path(f"{written}.state"), digest([*given.items(), settings]))
network = training.train_network(patients, preparation, members, settings, seed, kept).network
predict = partial(training.predict_network, network, preparation=preparation)
calibrations, rows = told(predict, patients, preparation)
rows.to_parquet(written, index=False)
network.save(snakemake.output.network)
joblib.dump(frozen(preparation, calibrations), snakemake.output.preparation)
kept.drop()
