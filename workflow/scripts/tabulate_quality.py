"""Gather one row per sample of a generation."""

from gcin._log import log_to
from gcin.quality import samples
from gcin.quality.gate import read_gate, worst
from gcin.quality.pairs import kinship_counts
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
gates = [*map(read_gate, snakemake.input.gates)]
measures = [
    worst(gates, manifest["sample"]),
    # These two are told from joint genotypes here.
    samples.read_measures(snakemake.input.measures).drop(columns=["ti_tv", "het_hom"]),
    samples.genotype_counts(snakemake.input.genotypes),
    samples.missing_shares(gates),
    *map(samples.novel_shares, snakemake.input.novelty),
    *map(kinship_counts, snakemake.input.kinship),
    samples.kept_megabytes(snakemake.input.kept),
]
table = samples.quality_table(manifest, measures)
table.to_csv(snakemake.output.table, sep="\t", float_format="%.6g")
