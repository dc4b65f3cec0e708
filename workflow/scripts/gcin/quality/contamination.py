"""Contamination as GATK estimates it from reads at common SNVs."""

from collections.abc import Iterable

import pandas as pd

from gcin.quality.samples import sample_of

# A standard error beyond which an estimate says nothing; GATK writes 1 where it had no site.
LARGEST_ERROR = 0.1


def contamination_table(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by `contamination contamination_error` (shares), from GATK's CalculateContamination.

    Where the error is too large the contamination is missing.
    """
    rows = {sample_of(path): pd.read_csv(path, sep="\t").iloc[0] for path in reports}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["contamination", "error"])
    told = table["error"].astype(float) <= LARGEST_ERROR
    table["contamination"] = table["contamination"].astype(float).where(told)
    return table.astype(float).rename(columns={"error": "contamination_error"})
