"""Train the network of one design, fold and seed, and predict the patients held out."""

from functools import partial
from pathlib import Path

import joblib

from gcin._log import log_to
from gcin.generations import digest
from gcin.model.backend import use_backend
from gcin.model.outcomes import fold_table
from gcin.model.predictions import frozen
from gcin.model.study import open_cohorts, prepare_fold
from gcin.model.telling import told
from gcin.model.tuning import with_chosen
from gcin.tables import read_text

log_to(snakemake.log[0])
given, files, seed = snakemake.params, snakemake.input, int(snakemake.wildcards.seed)
use_backend(given.settings["backend"], snakemake.threads)
from gcin.model import resuming, training  # noqa: E402 - they need the backend

table = fold_table(files.patients, files.split, seed)
stores = [Path(receipt).parent for receipt in files.stores]
cohorts = open_cohorts(given.cohorts, stores, files.clinical, files.omics, files.visits)
preparation, patients = prepare_fold(table, cohorts, given.settings["preparation"], given.variants)
members = read_text(files.pathways)
settings = with_chosen(given.settings, files.chosen)
kept = resuming.Kept(Path(f"{snakemake.output.network}.state"), digest([*given.items(), settings]))
trained = training.train_network(patients, preparation, members, settings, seed, kept)
network = trained.network
predict = partial(training.predict_network, network, preparation=preparation)
calibrations, rows = told(predict, patients, preparation)
rows.to_parquet(snakemake.output.predictions, index=False)
training.network_curves(network, patients, preparation).to_parquet(snakemake.output.curves)
network.save(snakemake.output.network)
joblib.dump(frozen(preparation, calibrations), snakemake.output.preparation)
trained.history.to_csv(snakemake.output.history, sep="\t", index=False)
kept.drop()
