"""Cut the called bases of the genes into bins, each with its share of G and C."""

import pandas as pd

from gcin._log import log_to
from gcin.copies.bins import gc_shares, gene_bins
from gcin.reference.genome import contig_sizes
from gcin.reference.intervals import read_bed

log_to(snakemake.log[0])

calling = read_bed(snakemake.input.intervals)
genes = pd.read_parquet(snakemake.input.genes)
sizes = contig_sizes(snakemake.input.index)
bins = gene_bins(calling, genes, sizes, snakemake.params.bin_bases)
named = bins.assign(gc=gc_shares(bins, snakemake.input.genome))
named.to_csv(snakemake.output.bins, sep="\t", header=False, index=False, float_format="%.4f")
