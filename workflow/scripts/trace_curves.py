"""Trace ROC, precision-recall, calibration and decision curves, and survival by risk group."""

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.amounts import agreement_table
from gcin.evaluation.benefit import net_benefit_table
from gcin.evaluation.curves import calibration_table, pr_table, roc_table, survival_tables
from gcin.evaluation.survival_curves import d_calibration_table

log_to(snakemake.log[0])

pooled = pd.read_parquet(snakemake.input.pooled)
settings = snakemake.params.evaluation

roc_table(pooled).to_csv(snakemake.output.roc, sep="\t", index=False)
pr_table(pooled).to_csv(snakemake.output.pr, sep="\t", index=False)
calibration = calibration_table(pooled, settings["confidence"])
calibration.to_csv(snakemake.output.calibration, sep="\t", index=False)
agreement_table(pooled).to_csv(snakemake.output.agreement, sep="\t", index=False)
draws, seed = settings["bootstrap_draws"], settings["seed"]
benefit = net_benefit_table(pooled, draws, seed, settings["confidence"])
benefit.to_csv(snakemake.output.net_benefit, sep="\t", index=False)

curves, tests = survival_tables(pooled, settings["risk_groups"], settings["confidence"])
curves.to_csv(snakemake.output.kaplan_meier, sep="\t", index=False)
tests.to_csv(snakemake.output.logrank, sep="\t", index=False)
calibrated = d_calibration_table(pooled)
calibrated.to_csv(snakemake.output.d_calibration, sep="\t", index=False)
