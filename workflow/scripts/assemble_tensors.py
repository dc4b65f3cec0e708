"""Complete the tensor store of a generation: gene track, callable shares, scalars, receipt."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from gcin._log import log_to
from gcin.generations import sha256_of
from gcin.tensors.assembly import Assay, assemble, measured_shares, store_receipt
from gcin.tensors.callability import assayed_share, read_bed, read_gene_list
from gcin.tensors.manifest import samples_of_manifest

log_to(snakemake.log[0])

folder = Path(snakemake.output.receipt).parent
manifest = pd.read_csv(snakemake.input.manifest, sep="\t", dtype=str, keep_default_na=False)
samples = samples_of_manifest(manifest)
genes = pd.read_parquet(snakemake.input.genes)
genes.to_parquet(snakemake.output.gene_table, index=False)

assayed = assayed_share(
    genes,
    read_bed(snakemake.input.coding),
    *(read_bed(path) for path in snakemake.input.targets or [None]),
    *(read_gene_list(path) for path in snakemake.input.listed or [None]),
)
measured = {Path(path).parent.name: pd.read_parquet(path) for path in snakemake.input.counts}
assay = Assay(
    assayed,
    measured_shares(measured, genes),
    np.load(snakemake.input.missing, mmap_mode="r"),
    np.load(snakemake.input.missing_by_sample),
)
assemble(folder, samples, genes, assay, **snakemake.params.limits)
sources = {Path(path).name: sha256_of(path) for path in snakemake.input.sources}
receipt = store_receipt(
    folder, snakemake.wildcards.generation, samples, sources, **snakemake.params.limits
)
Path(snakemake.output.receipt).write_text(json.dumps(receipt, indent=1) + "\n")
