"""Judge the samples of a cohort by what the joint call shows of them."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import judged, require_unstopped, unasked_together, united
from gcin.quality.kin import judged_pairs
from gcin.quality.pairs import read_pairs, read_samples
from gcin.quality.samples import novel_shares

log_to(snakemake.log[0])

scalars = pd.read_parquet(snakemake.input.scalars, columns=["sample", "tissue", "missingness"])
measures = scalars.set_index("sample").join(novel_shares(snakemake.input.novelty))
own = judged(measures, snakemake.params.checks, unasked_together(measures))
markers = read_samples(snakemake.input.kinship)["markers"]
of_pairs = judged_pairs(read_pairs(snakemake.input.pairs), markers, snakemake.params.kinship)
gate = united([own, of_pairs])
# Where the run stops here, the whole table is still to be read, beside the log.
gate.to_csv(Path(snakemake.log[0]).with_suffix(".tsv"), sep="\t", index=False, float_format="%.6g")
require_unstopped(gate, snakemake.wildcards.cohort, "joint_checks")
gate.to_csv(snakemake.output.gate, sep="\t", index=False, float_format="%.6g")
