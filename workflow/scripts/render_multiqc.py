"""Show the quality of every sample of a generation on one page."""

from gcin._log import log_to
from gcin.quality.gate import read_gate, united
from gcin.quality.multiqc import (
    failed_checks,
    named_batches,
    named_tests,
    placed_samples,
    render,
)
from gcin.quality.pairs import named_pairs
from gcin.tables import read_table

log_to(snakemake.log[0])

samples = read_table(snakemake.input.samples, "sample").set_index("sample")
gates = united([*map(read_gate, snakemake.input.gates)])
tables = {"samples": samples, "gate": failed_checks(gates)}
tables |= dict(zip(["relatedness"], map(named_pairs, snakemake.input.pairs), strict=False))
tables |= dict(zip(["batch_tests"], map(named_tests, snakemake.input.batch_tests), strict=False))
tables |= dict(zip(["batches"], map(named_batches, snakemake.input.batches), strict=False))
components = map(placed_samples, snakemake.input.ancestry)
tables |= dict(zip(["ancestry"], components, strict=False))
title = f"{snakemake.wildcards.cohort}, generation {snakemake.wildcards.generation}"
reports = [*snakemake.input.reports, *snakemake.input.trimming]
render(tables, reports, snakemake.output.page, title)
