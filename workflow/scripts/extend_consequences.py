"""Add the configured custom fields to the INFO/CSQ of Ensembl VEP."""

from gcin._log import log_to
from gcin.annotation.files import csq_fields, csq_lines, header_lines, info_value, read_sites
from gcin.reference.indexed import write_indexed

log_to(snakemake.log[0])

lines = csq_lines(
    chunks=read_sites(snakemake.input.sites),
    describe=lambda sites: info_value(sites["info"], "CSQ"),
    custom=snakemake.params.custom,
    fields=csq_fields(snakemake.input.sites),
    contigs=header_lines(snakemake.input.sites),
)
write_indexed(lines, snakemake.output.consequences, "vcf")
