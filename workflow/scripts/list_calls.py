"""List the genomic VCF of each sample, as GenomicsDB reads it, and what called it."""

import pandas as pd

from gcin._log import log_to
from gcin.genotypes.callers import callers_of
from gcin.quality.gate import entering, read_gate

log_to(snakemake.log[0])

listed = pd.DataFrame({"sample": snakemake.params.samples, "calls": snakemake.input.calls})
entered = entering(listed, read_gate(snakemake.input.gate))
entered.to_csv(snakemake.output.listed, sep="\t", header=False, index=False)
callers_of(entered).to_csv(snakemake.output.callers, sep="\t", index=False)
