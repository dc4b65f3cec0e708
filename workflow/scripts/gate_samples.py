"""Judge the samples of a cohort before they are called jointly."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality import samples, sex
from gcin.quality.balance import balance_table
from gcin.quality.contamination import contamination_table
from gcin.quality.gate import judged, require_passable
from gcin.quality.units import least_concordances

log_to(snakemake.log[0])

manifest = pd.read_csv(snakemake.input.manifest, sep="\t", dtype=str, keep_default_na=False)
measures = [
    samples.read_counts(snakemake.input.reads),
    samples.mean_depths(snakemake.input.depth),
    samples.covered_shares(snakemake.input.coverage),
]
called = manifest[manifest["kind"].isin(snakemake.params.kinds)]
table = samples.quality_table(called, measures)
# What reads at common sites say goes before what a sample's own genotypes say.
table = table.combine_first(contamination_table(snakemake.input.contaminations))
table = table.combine_first(balance_table(snakemake.input.balance))
recorded = pd.read_csv(snakemake.input.recorded, sep="\t", dtype=str, index_col="patient")
sexes = sex.sexes_of(snakemake.input.sexes)
table["sex_agrees"] = sex.agreement(sexes, samples.patients_of(called), recorded["sex"])
table = table.join(least_concordances(snakemake.input.units))
gate = judged(table, snakemake.params.checks)
# Where the run stops here, the whole table is still to be read, beside the log.
gate.to_csv(Path(snakemake.log[0]).with_suffix(".tsv"), sep="\t", index=False, float_format="%.6g")
require_passable(gate, snakemake.wildcards.cohort)
gate.to_csv(snakemake.output.gate, sep="\t", index=False, float_format="%.6g")
