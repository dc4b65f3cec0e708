"""Count the variants of each sample that no population is known to have."""

import numpy as np
import pandas as pd

from gcin._log import log_to
from gcin.quality.novelty import ALLELE, novelty
from gcin.tensors.effects import are_silent

log_to(snakemake.log[0])

sites = pd.read_parquet(snakemake.input.sites, columns=[*ALLELE, "population_af", "consequence"])
sites["silent"] = are_silent(sites["consequence"])
calls = {name: np.load(snakemake.input[name]) for name in ("indptr", "site", "dosage")}
samples = pd.read_parquet(snakemake.input.scalars, columns=["sample", "tissue"])
table = novelty(sites, samples, **calls)
table.to_csv(snakemake.output.table, sep="\t", index=False, float_format="%.6g")
