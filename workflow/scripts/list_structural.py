"""List the structural variants of each sample that enters, for delly to merge."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import entering, read_gate, require_some

log_to(snakemake.log[0])

listed = pd.DataFrame({"sample": snakemake.params.samples, "calls": snakemake.input.calls})
gate = read_gate(snakemake.input.gate)
searched = gate[gate["sample"].isin(listed["sample"])]
require_some(searched, snakemake.wildcards.cohort, "searched for structural variants")
entered = entering(listed, gate)
Path(snakemake.output.listed).write_text("".join(f"{path}\n" for path in entered["calls"]))
