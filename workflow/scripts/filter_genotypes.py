"""Judge each genotype by its own fields and each site, then split the sites by allele."""

import logging
from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.joint import split_alleles
from gcin.genotypes.scores import with_scores
from gcin.genotypes.verdicts import filter_genotypes

log_to(snakemake.log[0])
logger = logging.getLogger("filter_genotypes")

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    judged = f"{scratch}/judged.bcf"
    calls = with_scores(snakemake.input.calls, snakemake.input.scores, scratch)
    limits = {key: snakemake.params[key] for key in ("evidence", "sites")}
    tally = filter_genotypes(calls, judged, **snakemake.params.filter, **limits)
    split_alleles(judged, snakemake.input.genome, scratch, snakemake.output.calls)
logger.info("carried genotypes by verdict: %s", dict(tally.genotypes))
logger.info("genotypes without an alternate by verdict: %s", dict(tally.references))
logger.info("sites that fail as a whole: %s", dict(tally.sites) or "none")
