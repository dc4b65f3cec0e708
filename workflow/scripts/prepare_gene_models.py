"""Normalise gene models for every reader of them."""

from gcin._log import log_to
from gcin.reference.contigs import on_contigs
from gcin.reference.genome import contig_sizes
from gcin.reference.indexed import write_indexed
from gcin.reference.model_files import gff3_lines, gtf_lines
from gcin.reference.models import read_models

log_to(snakemake.log[0])

contigs = contig_sizes(snakemake.input.index) if snakemake.input.get("index") else None
models = on_contigs(read_models(snakemake.input.models), contigs)

models.to_parquet(snakemake.output.transcripts, index=False)
write_indexed(gff3_lines(models), snakemake.output.gff3, "gff")
write_indexed(gtf_lines(models), snakemake.output.gtf, "gff")
