"""Gather what was measured of each sample of a generation by itself: one row per sample."""

from gcin._log import log_to
from gcin.quality import samples, sex
from gcin.quality.balance import WHOLE, balance_table
from gcin.quality.contamination import contamination_table
from gcin.quality.depths import covered_shares, mean_depths
from gcin.quality.normals import normal_concordances
from gcin.quality.units import least_concordances
from gcin.reference.intervals import read_bed
from gcin.tables import read_text

log_to(snakemake.log[0])

limits = snakemake.params.limits
manifest = read_text(snakemake.input.manifest)
shared = sex.shared_regions(snakemake.input.shared, snakemake.params.assembly)
balance = balance_table(snakemake.input.balance, next(iter(snakemake.input.targets), WHOLE))
targets = next(map(read_bed, snakemake.input.targets), None)
depths = sex.sex_depths(snakemake.input.depth, shared, limits["min_bases"], targets)
measures = [
    samples.read_counts(snakemake.input.reads),
    samples.insert_sizes(snakemake.input.stats),
    mean_depths(snakemake.input.depth, targets),
    covered_shares(snakemake.input.coverage, targets),
    least_concordances(snakemake.input.units, "unit_concordance"),
    normal_concordances(snakemake.input.normals),
    sex.sex_table(balance, depths, limits),
    # What reads at common sites say goes before what a sample's own genotypes say.
    contamination_table(snakemake.input.contaminations),
    balance,
]
samples.measures_table(manifest, measures).to_csv(snakemake.output.measures, sep="\t")
