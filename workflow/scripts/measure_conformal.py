"""Hold the conformal answers of each design against test patients, and what abstaining saves."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.abstention import abstention_tables, with_answers
from gcin.evaluation.coverage import band_table, coverage_table
from gcin.evaluation.pooling import read_runs
from gcin.model.bands import conformal_bands
from gcin.model.conformal import answered, conformal_fits, in_arm_received

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
runs = [read_runs(snakemake.input.predictions, part) for part in ("validation", "test")]
given, evaluation = snakemake.params, snakemake.params.evaluation
conformal, coverage = given.conformal, given.conformal["coverage"]
models, units = ["design", "fold", "seed"], ["design", "fold", "patient"]

held, tested = (in_arm_received(rows, patients) for rows in runs)
keys = [["endpoint", *names] for names in (models, units)]
answers = answered(conformal_fits(held, tested, *keys, conformal["min_patients"]), coverage)
rows = tested.drop_duplicates(keys[1]).merge(answers, on=keys[1])
tables = [coverage_table(rows, coverage, evaluation["confidence"])]
told = with_answers(pd.read_parquet(snakemake.input.pooled), answers)
curve, areas = abstention_tables(told, **evaluation)
curve.to_csv(snakemake.output.risk_coverage, sep="\t", index=False)
areas.to_csv(snakemake.output.abstention, sep="\t", index=False)

held, tested = (in_arm_received(rows, patients, "quantity") for rows in runs)
bands = conformal_bands(held, tested, models, units, conformal, given.transforms)
banded = tested.drop_duplicates(keys[1]).merge(bands, on=keys[1])
tables.append(band_table(banded, coverage, evaluation["confidence"]))
table = pd.concat([rows for rows in tables if len(rows)] or tables[:1])
table.to_csv(snakemake.output.conformal, sep="\t", index=False)
