"""Train the network of one design, fold and seed, and predict the patients held out."""

from pathlib import Path

import joblib
import pandas as pd

from gcin._log import log_to
from gcin.model.backend import use_backend
from gcin.model.outcomes import training_table
from gcin.model.predictions import calibrate, prediction_table, reported
from gcin.model.preparation import as_plain
from gcin.model.study import open_cohorts, prepare_fold

log_to(snakemake.log[0])
use_backend(snakemake.params.settings["backend"], snakemake.threads)

from gcin.model.training import network_curves, predict_network, train_network  # noqa: E402 - needs it

split = pd.read_csv(snakemake.input.split, sep="\t", dtype=str)
table = training_table(pd.read_parquet(snakemake.input.patients), split)
stores = [Path(receipt).parent for receipt in snakemake.input.stores]
cohorts = open_cohorts(snakemake.params.cohorts, stores, snakemake.input.clinical)
settings, limit = snakemake.params.settings, snakemake.params.variants
preparation, patients = prepare_fold(table, cohorts, settings["preparation"], limit)
members = pd.read_csv(snakemake.input.pathways, sep="\t", dtype=str)
trained = train_network(patients, preparation, members, settings, int(snakemake.wildcards.seed))
inner = patients.part("validation")
predicted = predict_network(trained.network, inner, preparation)
calibration = calibrate(predicted, inner.table, preparation.arms)
everyone = predict_network(trained.network, patients, preparation)
rows = prediction_table(patients.table.index, everyone, preparation.arms, calibration)

reported(rows, patients.table).to_parquet(snakemake.output.predictions, index=False)
curves = network_curves(trained.network, patients, preparation)
curves.to_parquet(snakemake.output.curves, index=False)
trained.network.save(snakemake.output.network)
frozen = {"preparation": as_plain(preparation), "calibration": calibration.as_plain()}
joblib.dump(frozen, snakemake.output.preparation)
trained.history.to_csv(snakemake.output.history, sep="\t", index=False)
