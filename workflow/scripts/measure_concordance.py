"""Compare the passing genotypes of samples whose truth is known with that truth."""

from gcin._log import log_to
from gcin.quality.gate import excluded, read_gate
from gcin.quality.truth import concordance

log_to(snakemake.log[0])

table = concordance(
    snakemake.input.genotypes,
    snakemake.params.samples,
    snakemake.input.truths,
    snakemake.input.regions,
    [snakemake.input.intervals, *snakemake.input.targets],
    snakemake.input.genome,
    excluded(read_gate(snakemake.input.gate)),
)
table.to_csv(snakemake.output.table, sep="\t", index=False, float_format="%.6g")
