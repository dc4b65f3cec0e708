"""Score every design, and the calls, beside what was planted in the simulated hospital."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.evaluation.pooling import external_rows
from gcin.simulation.scoring import planted_table, score_calling, score_designs, score_external

log_to(snakemake.log[0])

chances = pd.read_csv(snakemake.input.probabilities, sep="\t", dtype={"patient": str, "arm": str})
pooled = pd.read_parquet(snakemake.input.pooled)
patients = pd.read_parquet(snakemake.input.patients)
external = [
    score_external(external_rows(pd.read_parquet(path), patients, []), chances)
    for path in snakemake.input.external
]
concordance = {Path(p).parts[-4]: pd.read_csv(p, sep="\t") for p in snakemake.input.concordance}

table = planted_table(score_designs(pooled, chances), *external, score_calling(concordance))
table.to_csv(snakemake.output.planted, sep="\t", index=False, float_format="%.6g")
