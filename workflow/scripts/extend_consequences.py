"""Add the configured custom fields to the INFO/CSQ of Ensembl VEP."""

from gcin._log import log_to
from gcin.annotation.files import csq_fields, csq_lines, header_lines, read_sites, told_by_vep
from gcin.reference.indexed import write_indexed

log_to(snakemake.log[0])

lines = csq_lines(
    chunks=read_sites(snakemake.input.sites),
    describe=told_by_vep,
    custom=snakemake.params.custom,
    fields=csq_fields(snakemake.input.sites),
    contigs=header_lines(snakemake.input.sites),
)
write_indexed(lines, snakemake.output.consequences, "vcf")
