"""Judge the samples of a cohort before they are called jointly."""

from pathlib import Path

from gcin._log import log_to
from gcin.intake.tumours import normals_by_tumour
from gcin.quality import samples
from gcin.quality.gate import (
    judged,
    judged_tumours,
    require_passable,
    unasked,
    united,
    warn_of_none,
)
from gcin.quality.normals import believed_concordance
from gcin.quality.sex import agreement, read_recorded
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
called = manifest[manifest["kind"].isin(snakemake.params.kinds)]
patients = samples.patients_of(called)
table = samples.read_measures(snakemake.input.measures).reindex(patients.index)
recorded = read_recorded(snakemake.input.recorded)
table["sex_agrees"] = agreement(table["sex"], patients, recorded)
checks = dict(snakemake.params.checks)
of_normals = checks.pop("normals_enter")
identity = checks["min_normal_concordance"]["limit"]
min_stretches = snakemake.params.min_stretches
table["normal_concordance"] = believed_concordance(table, identity, min_stretches)
normals = normals_by_tumour(called)
gate = judged(table, checks, unasked(called, normals, recorded))
gate = united([gate, judged_tumours(gate, normals, of_normals)])
# Where the run stops here, the whole table is still to be read, beside the log.
gate.to_csv(Path(snakemake.log[0]).with_suffix(".tsv"), sep="\t", index=False, float_format="%.6g")
require_passable(gate, snakemake.wildcards.cohort, manifest["sample"])
warn_of_none(gate, called.loc[called["tissue"] == "germline", "sample"], "called jointly")
gate.to_csv(snakemake.output.gate, sep="\t", index=False, float_format="%.6g")
