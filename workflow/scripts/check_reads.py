"""Read the files of a unit to their ends and count its pairs."""

import pandas as pd

from gcin._log import log_to
from gcin.alignment.reads import count_pairs

log_to(snakemake.log[0])

sample, unit = snakemake.wildcards.sample, snakemake.wildcards.unit
pairs = count_pairs(list(snakemake.input.reads), sample)
counted = pd.DataFrame({"sample": [sample], "unit": [unit], "pairs": [pairs]})
counted.to_csv(snakemake.output.pairs, sep="\t", index=False)
