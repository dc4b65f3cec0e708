"""Judge each genotype by its own fields, then split the sites by allele."""

import logging
from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.joint import split_alleles
from gcin.genotypes.verdicts import filter_genotypes

log_to(snakemake.log[0])
logger = logging.getLogger("filter_genotypes")

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    judged = f"{scratch}/judged.bcf"
    counts = filter_genotypes(snakemake.input.calls, judged, **snakemake.params.filter)
    split_alleles(judged, snakemake.input.genome, scratch, snakemake.output.calls)
logger.info("carried genotypes by verdict: %s", dict(counts))
