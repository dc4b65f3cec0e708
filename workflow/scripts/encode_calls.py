"""Encode the annotated genotypes of a cohort: sites, and calls by sample."""

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import entering, read_gate
from gcin.tables import read_text
from gcin.tensors.callability import read_bed
from gcin.tensors.cohort import encode_cohort
from gcin.tensors.manifest import samples_of_manifest

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
calls = [pd.read_parquet(path) for path in snakemake.input.maf]
encode_cohort(
    samples_of_manifest(entering(manifest, read_gate(snakemake.input.gate))),
    pd.read_parquet(snakemake.input.genes),
    next(iter(snakemake.input.records), None),
    next(iter(calls), None),
    dict(snakemake.output.items()),
    snakemake.resources.tmpdir,
    **snakemake.params.settings,
    targets=next(map(read_bed, snakemake.input.targets), None),
)
