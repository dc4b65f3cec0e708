"""Complete the tensor store of a generation: gene track, callable shares, scalars, receipt."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import entering, excluded, read_gate
from gcin.tables import read_text
from gcin.tensors.assembly import Assay, assemble, measured_shares, read_untold, store_receipt
from gcin.tensors.beside import Beside
from gcin.tensors.callability import assayed_share, reached_shares, read_bed, read_gene_list
from gcin.tensors.manifest import samples_of_manifest
from gcin.tensors.panel import without_untold

log_to(snakemake.log[0])

folder = Path(snakemake.output.receipt).parent
manifest, gate = read_text(snakemake.input.manifest), read_gate(snakemake.input.gate)
samples = samples_of_manifest(entering(manifest, gate))
genes = pd.read_parquet(snakemake.input.genes)
genes.to_parquet(snakemake.output.gene_table, index=False)
coding, *targets = map(read_bed, [snakemake.input.coding, *snakemake.input.targets])
known = (genes["gene"], snakemake.input.aliases)
listed = next((read_gene_list(path, *known) for path in snakemake.input.listed), None)
measured = {Path(path).parent.name: pd.read_parquet(path) for path in snakemake.input.counts}
assay = Assay(
    assayed_share(genes, coding, next(iter(targets), None), listed),
    without_untold(measured_shares(measured, genes), map(read_text, snakemake.input.panel), genes),
    Beside.of_files(snakemake.input.copies, snakemake.input.structural, snakemake.input.segments),
    read_untold(snakemake.input.untold, genes),
    np.load(snakemake.input.missing_by_sample),
    reached_shares(manifest, genes, coding, snakemake.input.chain),
)
limits, made_of = snakemake.params.limits, (snakemake.input.sources, excluded(gate))
assemble(folder, samples, genes, assay, **limits)
receipt = store_receipt(folder, snakemake.wildcards.generation, samples, *made_of, **limits)
Path(snakemake.output.receipt).write_text(json.dumps(receipt, indent=1) + "\n")
