"""Measure how well networks tell which arm a patient received, and where arms overlap."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.assignment import assignment_table, read_chances

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
chances, given = read_chances(snakemake.input.propensities), snakemake.params
table = assignment_table(chances, patients, given.evaluation, given.floor)
table.to_csv(snakemake.output.table, sep="\t", index=False)
