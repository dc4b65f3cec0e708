"""Fit one baseline to one fold, and predict the patients it had not learnt from."""

from pathlib import Path

import joblib

from gcin._log import log_to
from gcin.model.baselines import baseline_curves, fit_baseline, predict_baseline
from gcin.model.outcomes import fold_table
from gcin.model.predictions import calibrate, frozen, prediction_table, reported
from gcin.model.study import open_cohorts, prepare_fold

log_to(snakemake.log[0])

seed = int(snakemake.wildcards.seed)
table = fold_table(snakemake.input.patients, snakemake.input.split, seed)
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
curves = baseline_curves(kind, fits, patients, preparation)
curves.to_parquet(snakemake.output.curves, index=False)
fitted = {"kind": kind, "fits": fits}
joblib.dump(frozen(preparation, calibrations) | fitted, snakemake.output.model)
