"""Measure every design in groups of patients, and the risk groups: ratios and means."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.hazards import covariates_of, hazard_table
from gcin.evaluation.restricted_means import restricted_mean_table
from gcin.evaluation.subgroups import groupings_of, subgroup_table

log_to(snakemake.log[0])

settings = snakemake.params.evaluation
patients = pd.read_parquet(snakemake.input.patients)
patients = patients[patients["role"] == "train"]
pooled = pd.read_parquet(snakemake.input.pooled)
features = pd.concat([pd.read_parquet(path) for path in snakemake.input.features])
samples = pd.concat([pd.read_parquet(path) for path in snakemake.input.samples])

groups = groupings_of(patients, features, samples, settings["subgroups"]["columns"])
subgroups = subgroup_table(pooled, groups, settings)
subgroups.to_csv(snakemake.output.subgroups, sep="\t", index=False)
covariates = covariates_of(patients, features, settings["adjust_for"])
hazards = hazard_table(pooled, covariates, settings)
hazards.to_csv(snakemake.output.hazards, sep="\t", index=False)
means = restricted_mean_table(pooled, settings)
means.to_csv(snakemake.output.means, sep="\t", index=False)
