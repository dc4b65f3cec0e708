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

read = snakemake.input
folder = Path(snakemake.output.receipt).parent
manifest, gate = read_text(read.manifest), read_gate(read.gate)
samples, genes = samples_of_manifest(entering(manifest, gate)), pd.read_parquet(read.genes)
genes.to_parquet(snakemake.output.gene_table, index=False)
coding, *targets = map(read_bed, [read.coding, *read.targets])
listed = next((read_gene_list(path, genes["gene"], read.aliases) for path in read.listed), None)
measured = {Path(path).parent.name: pd.read_parquet(path) for path in read.counts}
assay = Assay(
    assayed_share(genes, coding, next(iter(targets), None), listed),
    without_untold(measured_shares(measured, genes), map(read_text, read.panel), genes),
    Beside.of_files(read.copies, read.structural, read.segments),
    read_untold(read.untold, genes),
    np.load(read.missing_by_sample),
    reached_shares(manifest, genes, coding, read.chain),
    np.load(read.carried_by_sample),
)
limits, made_of = snakemake.params.limits, (read.sources, excluded(gate))
assemble(folder, samples, genes, assay, **limits)
receipt = store_receipt(folder, snakemake.wildcards.generation, samples, *made_of, **limits)
Path(snakemake.output.receipt).write_text(json.dumps(receipt, indent=1) + "\n")
