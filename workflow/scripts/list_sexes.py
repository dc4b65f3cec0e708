"""List the recorded sex of the patients who have samples, by the cohort's card and the sheet."""

import pandas as pd

from gcin._log import log_to
from gcin.clinical.harmonise import harmonise
from gcin.quality.sex import recorded_sexes

log_to(snakemake.log[0])

manifest = pd.read_csv(snakemake.input.manifest, sep="\t", dtype=str, keep_default_na=False)
patients = sorted(set(manifest["patient"]))
person = harmonise(snakemake.params.card, patients)["person"].set_index("patient")
recorded_sexes(person["sex"], manifest).to_csv(snakemake.output.sexes, sep="\t")
