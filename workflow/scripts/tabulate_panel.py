"""Gather what the samples of a generation show of the panel's alleles."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.genotypes.panel_table import panel_table
from gcin.quality.gate import entering, read_gate
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
patients = entering(manifest, read_gate(snakemake.input.gate)).set_index("sample")["patient"]
told = {Path(path).parent.name: path for path in snakemake.input.told}
table = panel_table(
    {sample: path for sample, path in told.items() if sample in patients.index},
    patients.to_dict(),
    pd.read_parquet(snakemake.input.genes),
    snakemake.params.reach_bases,
    snakemake.params.limits,
)
table.to_csv(snakemake.output.panel, sep="\t", index=False)
