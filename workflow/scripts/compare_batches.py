"""Compare the quality measures of a cohort's batches: site, month of sequencing, flow cell."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality.batches import (
    batch_medians,
    batch_tests,
    batches_of,
    measures_of,
    require_alike,
)
from gcin.quality.gate import read_gate, united
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
sites = pd.read_parquet(snakemake.input.persons).set_index("patient")["site"]
batches = batches_of(manifest, sites)
measures = measures_of(united([*map(read_gate, snakemake.input.gates)]))
measures = measures[measures.index.isin(batches.index)]
tests = batch_tests(measures, batches, snakemake.params.settings)
# Where the run stops here, the whole table is still to be read, beside the log.
tests.to_csv(Path(snakemake.log[0]).with_suffix(".tsv"), sep="\t", index=False)
require_alike(tests, snakemake.wildcards.cohort)
tests.to_csv(snakemake.output.tests, sep="\t", index=False, float_format="%.6g")
medians = batch_medians(measures, batches)
medians.to_csv(snakemake.output.medians, sep="\t", index=False, float_format="%.6g")
