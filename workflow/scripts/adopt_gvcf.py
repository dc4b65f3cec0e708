"""Check a given genomic VCF and keep it where called ones are kept."""

import logging

from gcin._log import log_to
from gcin.calling import carry_quality, check_gvcf
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])
logger = logging.getLogger("adopt_gvcf")

given, kept = snakemake.input.calls, snakemake.output.calls
records = check_gvcf(given, snakemake.wildcards.sample, contig_sizes(snakemake.input.index))
logger.info("%d records of %s", records, given)
carry_quality(given, kept)
