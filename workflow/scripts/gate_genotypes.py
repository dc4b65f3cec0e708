"""Judge the samples of a cohort by what the joint call shows of them."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import excluded, judged, require_unstopped, unasked_together, united
from gcin.quality.kin import judged_pairs, untold_pairs
from gcin.quality.pairs import read_pairs, read_samples
from gcin.quality.samples import novel_shares

log_to(snakemake.log[0])

columns = ["sample", "patient", "tissue", "missingness"]
scalars = pd.read_parquet(snakemake.input.scalars, columns=columns)
measures = scalars.set_index("sample").join(novel_shares(snakemake.input.novelty))
own = judged(measures, snakemake.params.checks, unasked_together(measures))
compared = read_samples(snakemake.input.kinship)
unfit = set(scalars["patient"][scalars["sample"].isin(excluded(own))])
pairs, checks = read_pairs(snakemake.input.pairs), snakemake.params.kinship
of_pairs = judged_pairs(pairs, compared["markers"], checks, unfit)
gate = united([own, of_pairs, untold_pairs(pairs, compared, checks)])
# Where the run stops here, the whole table is still to be read, beside the log.
gate.to_csv(Path(snakemake.log[0]).with_suffix(".tsv"), sep="\t", index=False, float_format="%.6g")
require_unstopped(gate, snakemake.wildcards.cohort, "joint_checks")
gate.to_csv(snakemake.output.gate, sep="\t", index=False, float_format="%.6g")
