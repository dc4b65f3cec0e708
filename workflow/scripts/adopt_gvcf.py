"""Check a given genomic VCF and keep it where called ones are kept."""

import logging

from pysam import bcftools

from gcin._log import log_to
from gcin.calling import check_gvcf
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])
logger = logging.getLogger("adopt_gvcf")

given, kept = snakemake.input.calls, snakemake.output.calls
records = check_gvcf(given, snakemake.wildcards.sample, contig_sizes(snakemake.input.index))
logger.info("%d records of %s", records, given)
bcftools.view("--no-version", "--output-type", "z", "--output", kept, given, catch_stdout=False)
bcftools.index("--tbi", "--output", snakemake.output.index, kept, catch_stdout=False)
