"""List the pathways that hold enough genes of the universe."""

import pandas as pd

from gcin._log import log_to
from gcin.reference.pathways import pathways_of, read_gmt

log_to(snakemake.log[0])

genes = pd.read_parquet(snakemake.input.genes)["gene"]
limits = snakemake.params.limits
pathways = pathways_of(read_gmt(snakemake.input.gene_sets), genes, limits["min"], limits["max"])
pathways.to_csv(snakemake.output.pathways, sep="\t", index=False)
