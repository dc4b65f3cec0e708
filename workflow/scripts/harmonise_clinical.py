"""Bring a cohort's clinical tables into the common data model."""

import json
from pathlib import Path

from gcin._log import log_to
from gcin.clinical.harmonise import harmonise
from gcin.clinical.omics import read_omics
from gcin.clinical.writing import clinical_receipt, write_tables
from gcin.tables import read_text

log_to(snakemake.log[0])

folder = Path(snakemake.output.receipt).parent
manifest = read_text(snakemake.input.manifest)
tables = harmonise(snakemake.params.card, sorted(set(manifest["patient"])))
read = read_omics(snakemake.params.card["omics"], tables["features"].index)
tables |= {"omics": read.features, "set_genes": read.genes, "gene_sets": read.sets}
write_tables(tables, folder)
receipt = clinical_receipt(
    folder, snakemake.wildcards.generation, sorted(set(manifest["sample"])), tables
)
Path(snakemake.output.receipt).write_text(json.dumps(receipt, indent=1) + "\n")
