"""List the recorded sex of the patients who have samples, by the cohort's card and the sheet."""

from gcin._log import log_to
from gcin.clinical.harmonise import harmonise
from gcin.quality.sex import recorded_sexes
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
patients = sorted(set(manifest["patient"]))
person = harmonise(snakemake.params.card, patients)["person"].set_index("patient")
recorded_sexes(person["sex"], manifest).to_csv(snakemake.output.sexes, sep="\t")
