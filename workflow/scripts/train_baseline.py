"""Fit one baseline to one fold, and predict the patients it had not learnt from."""

from functools import partial
from pathlib import Path

import joblib

from gcin._log import log_to
from gcin.model.baselines import baseline_curves, fit_baseline, predict_baseline
from gcin.model.outcomes import fold_table
from gcin.model.predictions import frozen
from gcin.model.study import open_cohorts, prepare_fold
from gcin.model.telling import told

log_to(snakemake.log[0])

seed = int(snakemake.wildcards.seed)
table = fold_table(snakemake.input.patients, snakemake.input.split, seed)
stores = [Path(receipt).parent for receipt in snakemake.input.stores]
tables = snakemake.input.clinical, snakemake.input.omics, snakemake.input.visits
cohorts = open_cohorts(snakemake.params.cohorts, stores, *tables)
settings, kind = snakemake.params.settings, snakemake.params.design["kind"]
preparation, patients = prepare_fold(table, cohorts, settings["preparation"], variants=0)

fits = fit_baseline(kind, patients, preparation, settings, seed, trials=snakemake.params.trials)
predict = partial(predict_baseline, kind, fits, preparation=preparation)
calibrations, rows = told(predict, patients, preparation)
rows.to_parquet(snakemake.output.predictions, index=False)
curves = baseline_curves(kind, fits, patients, preparation)
curves.to_parquet(snakemake.output.curves, index=False)
fitted = {"kind": kind, "fits": fits}
joblib.dump(frozen(preparation, calibrations) | fitted, snakemake.output.model)
