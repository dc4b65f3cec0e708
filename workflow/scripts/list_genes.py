"""List the coding genes in genome order, with the regions that code."""

import pandas as pd

from gcin._log import log_to
from gcin.reference.arms import arms_of
from gcin.reference.genes import coding_bed, gene_table
from gcin.reference.genome import contig_sizes
from gcin.reference.tables import read_centromeres, read_symbols

log_to(snakemake.log[0])

models = pd.read_parquet(snakemake.input.transcripts)
universe = read_symbols(snakemake.input.genes) if snakemake.input.get("genes") else None
genes = gene_table(models, universe)

ends = models.groupby("chromosome")["end"].max().to_dict()
lengths = contig_sizes(snakemake.input.index) if snakemake.input.get("index") else ends
known = snakemake.input.get("centromeres")
centromeres = read_centromeres(known) if known else {}
genes.insert(genes.columns.get_loc("transcript"), "arm", arms_of(genes, centromeres, lengths))

genes.to_parquet(snakemake.output.genes, index=False)
regions = coding_bed(models, genes)
regions.to_csv(snakemake.output.regions, sep="\t", header=False, index=False)
