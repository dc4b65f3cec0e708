"""Count the variants of each sample that no population is known to have."""

import numpy as np
import pandas as pd

from gcin._log import log_to
from gcin.quality.novelty import ALLELE, novelty
from gcin.tensors.effects import are_silent

log_to(snakemake.log[0])

sites = pd.read_parquet(snakemake.input.sites, columns=[*ALLELE, "population_af", "consequence"])
sites["silent"] = are_silent(sites["consequence"])
indptr, site = np.load(snakemake.input.indptr), np.load(snakemake.input.site)
samples = pd.read_parquet(snakemake.input.scalars, columns=["sample", "tissue"])
table = novelty(sites, indptr, site, samples)
table.to_csv(snakemake.output.table, sep="\t", index=False, float_format="%.6g")
