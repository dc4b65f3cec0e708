"""Count in how many folds each column was selected, and say how stable the selection is."""

import joblib
import pandas as pd

from gcin._log import log_to
from gcin.model.selection import Selection, selection_table, stability

log_to(snakemake.log[0])

frozen = [joblib.load(path)["preparation"] for path in snakemake.input.models]
selections = [Selection(**preparation["selection"]) for preparation in frozen]
selection_table(selections).to_csv(snakemake.output.selection, sep="\t", index=False)
facts = {**snakemake.params.selection, "folds": len(selections), "stability": stability(selections)}
pd.DataFrame([facts]).to_csv(snakemake.output.stability, sep="\t", index=False)
