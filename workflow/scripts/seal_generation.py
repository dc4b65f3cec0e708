"""Write the receipt of a whole generation, once every artefact of it holds its samples."""

import json
from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.generations import receipt, require_samples

log_to(snakemake.log[0])

manifest = pd.read_csv(snakemake.input.manifest, sep="\t", dtype=str, keep_default_na=False)
store = next(path for path in snakemake.input.artefacts if path.endswith("tensors/receipt.json"))
tensors = json.loads(Path(store).read_text())
samples = sorted(set(manifest["sample"]))
require_samples(tensors["samples"], samples, store)

files = {Path(path).name if "receipt" not in path else path: path for path in snakemake.input.artefacts}
sealed = receipt(snakemake.wildcards.generation, samples, tensors["tools"], files)
Path(snakemake.output.receipt).write_text(json.dumps(sealed, indent=1) + "\n")
