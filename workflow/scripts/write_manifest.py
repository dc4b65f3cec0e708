"""Write the sheet rows that a generation is made of."""

import pandas as pd

from gcin._log import log_to
from gcin.generations import manifest_rows

log_to(snakemake.log[0])

rows = pd.DataFrame(snakemake.params.rows, dtype=str)
manifest = pd.DataFrame(manifest_rows(rows), columns=rows.columns)
manifest.to_csv(snakemake.output.manifest, sep="\t", index=False)
