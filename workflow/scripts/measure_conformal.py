"""Measure how often the conformal answers of each design hold the outcome of test patients."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.coverage import coverage_table
from gcin.evaluation.pooling import read_runs
from gcin.model.conformal import conformal_answers, in_arm_received

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
runs = [read_runs(snakemake.input.predictions, part) for part in ("validation", "test")]
held, tested = (in_arm_received(predictions, patients) for predictions in runs)
conformal = snakemake.params.conformal
units = ["design", "fold", "patient"]
answers = conformal_answers(held, tested, ["design", "fold", "seed"], units, **conformal)
answered = tested.drop_duplicates(units).merge(answers, on=units)
table = coverage_table(answered, conformal["coverage"], snakemake.params.confidence)
table.to_csv(snakemake.output.conformal, sep="\t", index=False)
