"""List a study's patients with their roles and outcomes."""

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import excluded, read_gate
from gcin.splits.patients import NOBODY, patients_of
from gcin.tables import read_text

log_to(snakemake.log[0])

cohorts = snakemake.params.cohorts
clinical = dict(zip(cohorts, map(pd.read_parquet, snakemake.input.clinical), strict=True))
scalars = dict(zip(cohorts, map(pd.read_parquet, snakemake.input.scalars), strict=True))
genomes = {cohort: table["patient"] for cohort, table in scalars.items()}
[relatives] = [read_text(path) for path in snakemake.input.relatives] or [NOBODY]
left_out = {sample for path in snakemake.input.gates for sample in excluded(read_gate(path))}
samples = pd.concat(scalars.values())
unfit = set(samples["patient"][samples["sample"].isin(left_out)])
patients = patients_of(
    clinical, genomes, snakemake.params.external, snakemake.params.endpoints, relatives, unfit
)
patients.to_parquet(snakemake.output.patients, index=False)
