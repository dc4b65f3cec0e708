"""Merge the structural genotypes of the samples that enter."""

from tempfile import TemporaryDirectory

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import entering, read_gate
from gcin.structural.joint import unite_structural

log_to(snakemake.log[0])

listed = pd.DataFrame({"sample": snakemake.params.samples, "calls": snakemake.input.calls})
entered = entering(listed, read_gate(snakemake.input.gate))
calls, samples = entered["calls"].tolist(), entered["sample"].tolist()
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    unite_structural(calls, samples, scratch, snakemake.output.calls)
