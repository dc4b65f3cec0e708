"""Map the precise, passing structural variants of a generation to the genes that they alter."""

import logging

from cyvcf2 import VCF

from gcin._log import log_to
from gcin.structural.effects import structural_table
from gcin.tensors.callability import read_bed

log_to(snakemake.log[0])

table = structural_table(VCF(snakemake.input.calls), read_bed(snakemake.input.coding))
logging.getLogger("map_structural").info("%d altered genes of samples", len(table))
table.to_csv(snakemake.output.table, sep="\t", index=False)
