"""Divide a study's training patients in folds, and say how even the division is."""

import pandas as pd

from gcin._log import log_to
from gcin.splits.folds import folds_of, given_folds
from gcin.tables import read_text

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
scheme = snakemake.params.split["scheme"]
tables = [read_text(path) for path in snakemake.input.given]
given = [given_folds(table, scheme["patient"], scheme["repeats"]) for table in tables]
folds, balance = folds_of(patients, snakemake.params.split, given=given, **snakemake.params.drawing)
folds.to_parquet(snakemake.output.folds, index=False)
balance.to_csv(snakemake.output.balance, sep="\t", index=False)
