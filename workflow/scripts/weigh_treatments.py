"""Estimate each patient's chance of each arm, and of being followed, from other patients."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.pooling import read_folds
from gcin.evaluation.propensity import confounders_of, overlap_table, propensity_table
from gcin.evaluation.restricted import outcome_table

log_to(snakemake.log[0])

policy = snakemake.params.policy
patients = pd.read_parquet(snakemake.input.patients)
folds = read_folds(snakemake.input.folds)
features = pd.concat([pd.read_parquet(path) for path in snakemake.input.features])
arms = patients.set_index("patient")["arm"]

confounders = confounders_of(patients, features, policy["confounders"])
chances = propensity_table(confounders, arms, folds, policy["min_patients"])
chances.to_parquet(snakemake.output.propensities, index=False)
asked = [*policy["endpoints"], *filter(None, [policy["negative_control"]])]
outcomes = outcome_table(patients, folds, asked, policy["months"], policy["min_patients"])
outcomes.to_parquet(snakemake.output.outcomes, index=False)
overlap = overlap_table(chances, arms, policy["min_propensity"])
overlap.to_csv(snakemake.output.overlap, sep="\t", index=False)
