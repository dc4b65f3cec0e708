"""Gather one row per sample of a generation."""

import pandas as pd

from gcin._log import log_to
from gcin.quality import samples
from gcin.quality.balance import balance_table
from gcin.quality.contamination import contamination_table
from gcin.quality.gate import read_gate, united, worst
from gcin.quality.pairs import kinship_counts
from gcin.quality.sex import sexes_of

log_to(snakemake.log[0])

manifest = pd.read_csv(snakemake.input.manifest, sep="\t", dtype=str, keep_default_na=False)
measures = [
    worst(united([*map(read_gate, snakemake.input.gates)])),
    samples.read_counts(snakemake.input.reads),
    samples.insert_sizes(snakemake.input.stats),
    samples.mean_depths(snakemake.input.depth),
    samples.covered_shares(snakemake.input.coverage),
    contamination_table(snakemake.input.contaminations)
    .combine_first(balance_table(snakemake.input.balance))
    .reindex(columns=["contamination", "contamination_error"]),
    sexes_of(snakemake.input.sexes).to_frame("sex"),
    samples.genotype_counts(snakemake.input.genotypes),
    *map(samples.novel_shares, snakemake.input.novelty),
    *map(kinship_counts, snakemake.input.kinship),
    samples.kept_megabytes(snakemake.input.kept),
]
table = samples.quality_table(manifest, measures)
table.to_csv(snakemake.output.table, sep="\t", float_format="%.6g")
