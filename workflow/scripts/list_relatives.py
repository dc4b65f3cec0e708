"""List who is related among a study's patients, across its cohorts too."""

from gcin._log import log_to
from gcin.quality.markers import Markers
from gcin.quality.pairs import read_pairs, read_samples
from gcin.quality.relatedness import kin_from, relatives_of

log_to(snakemake.log[0])

cohorts = snakemake.params.cohorts
markers = map(Markers.read, snakemake.input.sites, snakemake.input.dosages)
relatives = relatives_of(
    dict(zip(cohorts, markers, strict=True)),
    dict(zip(cohorts, map(read_samples, snakemake.input.samples), strict=True)),
    dict(zip(cohorts, map(read_pairs, snakemake.input.pairs), strict=True)),
    snakemake.params.min_markers,
    kin_from(snakemake.params.max_kinship),
)
relatives.to_csv(snakemake.output.relatives, sep="\t", index=False, float_format="%.6g")
