"""Write the receipt of a whole generation, once its tensors hold the samples that entered."""

import json
from pathlib import Path

from gcin._log import log_to
from gcin.generations import receipt, require_samples
from gcin.quality.gate import entering, excluded, read_gate
from gcin.tables import read_text

log_to(snakemake.log[0])

manifest = read_text(snakemake.input.manifest)
gate = read_gate(snakemake.input.gate)
samples = sorted(set(entering(manifest, gate)["sample"]))
tensors = json.loads(Path(snakemake.input.tensors).read_text())
require_samples(tensors["samples"], samples, snakemake.input.tensors)

folder = Path(snakemake.output.receipt).parent
sealed = receipt(
    snakemake.wildcards.generation, samples, tensors["tools"], folder, snakemake.input.artefacts
)
sealed["excluded"] = excluded(gate)
[sealed["not_learnt_from"]] = [
    excluded(read_gate(path)) for path in snakemake.input.joint_gate
] or [[]]
called = [read_text(path) for path in snakemake.input.callers]
sealed["gatk_versions"] = {
    version: int(count)
    for table in called
    for version, count in table["gatk_version"].value_counts().sort_index().items()
}
sealed["settings"] = snakemake.params.settings
Path(snakemake.output.receipt).write_text(json.dumps(sealed, indent=1) + "\n")
