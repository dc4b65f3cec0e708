"""Judge a sample whose depth others are compared with, by what it shows by itself."""

import pandas as pd

from gcin._log import log_to
from gcin.quality import samples
from gcin.quality.balance import balance_table
from gcin.quality.contamination import contamination_table
from gcin.quality.depths import covered_shares, mean_depths
from gcin.quality.gate import judged
from gcin.quality.units import least_concordances

log_to(snakemake.log[0])

read = snakemake.input
measures = [
    samples.read_counts([read.reads]),
    samples.insert_sizes([read.stats]),
    mean_depths([read.depth]),
    covered_shares([read.coverage]),
    least_concordances(read.units, "unit_concordance"),
    contamination_table(read.contamination),
    balance_table([read.balance]),
]
own = pd.DataFrame({"sample": [snakemake.wildcards.sample]})
gate = judged(samples.measures_table(own, measures), snakemake.params.checks)
gate.to_csv(snakemake.output.gate, sep="\t", index=False, float_format="%.6g")
