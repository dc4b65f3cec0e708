"""Show the quality of every sample of a generation on one page."""

import pandas as pd

from gcin._log import log_to
from gcin.quality.multiqc import render

log_to(snakemake.log[0])

samples = pd.read_csv(snakemake.input.samples, sep="\t", dtype={"sample": str}).set_index("sample")
title = f"{snakemake.wildcards.cohort}, generation {snakemake.wildcards.generation}"
reports = [*snakemake.input.reports, *snakemake.input.trimming]
render(samples, reports, snakemake.output.page, title)
