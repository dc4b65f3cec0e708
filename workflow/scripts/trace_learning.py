"""Measure the designs at every number of training patients."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.learning import learning_table
from gcin.evaluation.pooling import read_folds

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
folds = read_folds(snakemake.input.folds)
settings = snakemake.params.evaluation
table = learning_table(snakemake.input.predictions, patients, folds, settings)
table.to_csv(snakemake.output.learning, sep="\t", index=False)
