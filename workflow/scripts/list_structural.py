"""List the structural variants of each sample that enters, for delly to merge."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.quality.gate import entering, read_gate, warn_of_none

log_to(snakemake.log[0])

listed = pd.DataFrame({"sample": snakemake.params.samples, "calls": snakemake.input.calls})
gate = read_gate(snakemake.input.gate)
warn_of_none(gate, listed["sample"], "searched for structural variants")
# delly merges nothing of nobody: where none enters, sites are listed in which none is genotyped.
entered = entering(listed, gate) if len(entering(listed, gate)) else listed
Path(snakemake.output.listed).write_text("".join(f"{path}\n" for path in entered["calls"]))
