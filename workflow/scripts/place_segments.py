"""Turn the copy-number segments that a cohort hands in into a ratio of each gene and sample."""

import pandas as pd

from gcin._log import log_to
from gcin.copies.segments import gene_ratios, lift_segments, read_segments
from gcin.copies.usual import against_usual
from gcin.quality.samples import patients_of
from gcin.quality.sex import read_recorded, shared_regions
from gcin.reference.liftover import read_chains
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
segments = read_segments(snakemake.input.segments, set(manifest["sample"]))
older = set(manifest.loc[manifest["assembly"] == "GRCh37", "sample"])
segments = lift_segments(segments, older, read_chains(snakemake.input.chain))
genes = pd.read_parquet(snakemake.input.genes)
sexes = patients_of(manifest).map(read_recorded(snakemake.input.recorded))
shared = shared_regions(snakemake.input.shared, snakemake.params.assembly)
ratios = gene_ratios(segments, genes)
what, of_men = snakemake.input.segments, snakemake.params.of_men
ratios = against_usual(ratios, genes, sexes, shared, of_men, what)
ratios.to_parquet(snakemake.output.ratios)
