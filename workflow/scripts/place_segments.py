"""Turn the copy-number segments that a cohort hands in into a ratio of each gene and sample."""

import pandas as pd

from gcin._log import log_to
from gcin.copies.segments import gene_ratios, lift_segments, read_segments
from gcin.reference.liftover import read_chains
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
segments = read_segments(snakemake.input.segments, set(manifest["sample"]))
older = set(manifest.loc[manifest["assembly"] == "GRCh37", "sample"])
segments = lift_segments(segments, older, read_chains(snakemake.input.chain))
ratios = gene_ratios(segments, pd.read_parquet(snakemake.input.genes))
ratios.to_parquet(snakemake.output.ratios)
