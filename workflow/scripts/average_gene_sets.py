"""Average the gene sets of a cohort over the genes that stand for them in a study."""

import pandas as pd

from gcin._log import log_to
from gcin.clinical.gene_sets import common_genes, with_common_sets
from gcin.clinical.omics import Read

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
files = zip(snakemake.input.omics, snakemake.input.genes, snakemake.input.sets, strict=True)
read = [Read(*map(pd.read_parquet, paths)) for paths in files]
cohorts = dict(zip(snakemake.params.cohorts, read, strict=True))
learnt = {cohort: cohorts[cohort] for cohort in snakemake.params.trained}
trained = set(patients["patient"][patients["role"] == "train"])
common = common_genes(learnt, trained, snakemake.params.fewest)
own = with_common_sets(cohorts[snakemake.wildcards.cohort], common, snakemake.params.fewest)
own.to_parquet(snakemake.output.omics)
