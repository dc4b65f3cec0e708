"""Place a cohort's samples on principal components of their genotypes."""

from gcin._log import log_to
from gcin.quality.ancestry import ancestry
from gcin.quality.markers import Markers
from gcin.quality.pairs import read_pairs

log_to(snakemake.log[0])

markers = Markers.read(snakemake.input.sites, snakemake.input.dosages)
table = ancestry(
    markers,
    read_pairs(snakemake.input.pairs),
    snakemake.params.components,
    snakemake.params.min_markers,
)
table.to_csv(snakemake.output.table, sep="\t", index=False, float_format="%.6g")
