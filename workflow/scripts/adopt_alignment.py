"""Make a unit's alignment of a given one, as its plan says."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.alignment.adopting import adopt

log_to(snakemake.log[0])

given, genome = snakemake.input.given, snakemake.input.genome
plan = json.loads(Path(snakemake.input.plan).read_text())
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    adopt(given, plan, genome, snakemake.threads, scratch, snakemake.output.alignment)
