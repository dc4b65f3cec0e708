"""Fit trees of each arm to what a network made of variants, and predict the patients held out."""

from functools import partial
from pathlib import Path

import joblib

from gcin._log import log_to
from gcin.model.backend import use_backend
from gcin.model.baselines import baseline_curves, fit_baseline, predict_baseline
from gcin.model.outcomes import fold_table
from gcin.model.predictions import frozen
from gcin.model.preparation import from_plain
from gcin.model.study import open_cohorts, read_fold
from gcin.model.telling import told

log_to(snakemake.log[0])
given, files, seed = snakemake.params, snakemake.input, int(snakemake.wildcards.seed)
use_backend(given.settings["backend"], snakemake.threads)
from gcin.model.network import load_network  # noqa: E402 - they need the backend
from gcin.model.network_states import state_reader  # noqa: E402

table = fold_table(files.patients, files.split, seed)
stores = [Path(receipt).parent for receipt in files.stores]
cohorts = open_cohorts(given.cohorts, stores, files.clinical, files.omics, files.visits)
preparation = from_plain(joblib.load(files.preparation[0])["preparation"])
patients = read_fold(table, cohorts, preparation)
kind, read = given.kind, state_reader(load_network(files.network[0]))

fits = fit_baseline(kind, patients, preparation, given.settings, seed, read, given.trials)
predict = partial(predict_baseline, kind, fits, preparation=preparation, read=read)
calibrations, rows = told(predict, patients, preparation)
rows.to_parquet(snakemake.output.predictions, index=False)
curves = baseline_curves(kind, fits, patients, preparation, read)
curves.to_parquet(snakemake.output.curves, index=False)
fitted = {"kind": kind, "fits": fits}
joblib.dump(frozen(preparation, calibrations) | fitted, snakemake.output.model)
