"""Estimate what the recommendations of each design are worth."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.controls import control_table, controls_of
from gcin.evaluation.policies import balance_table, policy_table
from gcin.evaluation.policy_cases import cases_of, with_expected
from gcin.evaluation.pooling import read_runs
from gcin.evaluation.propensity import confounders_of
from gcin.evaluation.restricted import expected_times

log_to(snakemake.log[0])

read, policy = snakemake.input, snakemake.params.policy
patients = pd.read_parquet(read.patients)
features = pd.concat([pd.read_parquet(path) for path in read.features])
chances, outcomes = pd.read_parquet(read.propensities), pd.read_parquet(read.outcomes)

times = expected_times(read.curves, outcomes, policy["months"])
said = with_expected(read_runs(read.predictions), times, outcomes)
valued = outcomes[outcomes["endpoint"].isin(policy["endpoints"])]
cases = list(cases_of(said, chances, valued, patients))
floors = list(dict.fromkeys([policy["min_propensity"], *policy["other_floors"]]))

table = policy_table(cases, snakemake.params.evaluation, floors)
table.to_csv(snakemake.output.policy, sep="\t", index=False)
confounders = confounders_of(patients, features, policy["confounders"])
balance = balance_table(cases, confounders, floors[0])
balance.to_csv(snakemake.output.balance, sep="\t", index=False)
control = policy["negative_control"]
controls = list(controls_of(said, chances, outcomes, patients, control))
checked = control_table(controls, control, snakemake.params.evaluation, floors[0])
checked.to_csv(snakemake.output.control, sep="\t", index=False)
