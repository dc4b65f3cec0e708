"""Count the callable coding bases of each gene in a tumour."""

from gcin._log import log_to
from gcin.tensors.callability import read_bed, read_thresholds, well_covered_bases

log_to(snakemake.log[0])

exons = read_thresholds(snakemake.input.thresholds)
counts = well_covered_bases(exons, read_bed(snakemake.input.coding))
counts.to_parquet(snakemake.output.counts, index=False)
