"""Measure how often the conformal answers of each design hold the outcome of test patients."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.coverage import band_table, coverage_table
from gcin.evaluation.pooling import read_runs
from gcin.model.bands import conformal_bands
from gcin.model.conformal import conformal_answers, in_arm_received

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
runs = [read_runs(snakemake.input.predictions, part) for part in ("validation", "test")]
given = snakemake.params
conformal, coverage = given.conformal, given.conformal["coverage"]
models, units = ["design", "fold", "seed"], ["design", "fold", "patient"]

held, tested = (in_arm_received(rows, patients) for rows in runs)
keys = [["endpoint", *names] for names in (models, units)]
answers = conformal_answers(held, tested, *keys, **conformal)
answered = tested.drop_duplicates(keys[1]).merge(answers, on=keys[1])

held, tested = (in_arm_received(rows, patients, "quantity") for rows in runs)
bands = conformal_bands(held, tested, models, units, conformal, given.transforms)
banded = tested.drop_duplicates(keys[1]).merge(bands, on=keys[1])

tables = [coverage_table(answered, coverage, given.confidence)]
tables.append(band_table(banded, coverage, given.confidence))
table = pd.concat([rows for rows in tables if len(rows)] or tables[:1])
table.to_csv(snakemake.output.conformal, sep="\t", index=False)
