"""Find relatives among the samples of a generation, beside what sheet and card say of them."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality.markers import read_markers
from gcin.quality.relatedness import relatedness, require_expected
from gcin.quality.samples import patients_of
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
families = pd.read_parquet(snakemake.input.persons).set_index("patient")["family"]
genotypes, tumours = snakemake.input.genotypes, snakemake.params.tumours
markers = read_markers(genotypes, left_out=tumours, **snakemake.params.markers)
pairs, samples = relatedness(
    markers,
    patients_of(manifest),
    families,
    snakemake.params.checks,
    snakemake.params.min_markers,
)
# Where the run stops here, the whole table is still to be read, beside the log.
pairs.to_csv(Path(snakemake.log[0]).with_suffix(".tsv"), sep="\t", index=False)
require_expected(pairs, snakemake.wildcards.cohort)
pairs.to_csv(snakemake.output.pairs, sep="\t", index=False, float_format="%.6g")
samples.to_csv(snakemake.output.samples, sep="\t")
markers.write(snakemake.output.sites, snakemake.output.dosages)
