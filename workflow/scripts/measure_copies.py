"""Measure the copy number of every gene in a sample, by its depth beside that of normals."""

import pandas as pd

from gcin._log import log_to
from gcin.copies.alleles import gene_imbalance, read_shares, read_sites
from gcin.copies.bins import read_depths
from gcin.copies.ratios import gene_copies
from gcin.quality.gate import left_in, read_gate

log_to(snakemake.log[0])

normals = dict(zip(snakemake.params.reference["samples"], snakemake.input.normals, strict=True))
usual = left_in(normals, [*map(read_gate, snakemake.input.gates)])
own, inherited = snakemake.input.depths, snakemake.input.inherited
bins, depths = read_depths([own, *usual, *inherited])
told, depths = depths[:, 1 + len(usual) :], depths[:, : 1 + len(usual)]
genes = pd.read_parquet(snakemake.input.genes)
needed = snakemake.params.reference["needed"]
copies = gene_copies(bins, depths, genes, needed, next(iter(told.T), None))
shares = read_shares(snakemake.input.alleles, read_sites(snakemake.input.sites))
copies = copies.join(gene_imbalance(shares, genes))
copies.to_csv(snakemake.output.copies, sep="\t", index=False, float_format="%.4f")
