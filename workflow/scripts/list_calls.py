"""List the genomic VCF of each sample, as GenomicsDB reads it."""

import pandas as pd

from gcin._log import log_to

log_to(snakemake.log[0])

listed = pd.DataFrame({"sample": snakemake.params.samples, "calls": snakemake.input.calls})
listed.to_csv(snakemake.output.listed, sep="\t", header=False, index=False)
