"""Contamination as GATK estimates it from reads at common SNVs."""

import logging
from collections.abc import Iterable

import pandas as pd

from gcin.quality.samples import sample_of

# A standard error beyond which an estimate says nothing; GATK writes 1 where it had no site.
LARGEST_ERROR = 0.1

logger = logging.getLogger(__name__)


def contamination_table(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by `contamination contamination_error` (shares), from GATK's CalculateContamination.

    Where the error is too large both are missing: the error is none of what takes its place.
    """
    rows = {sample_of(path): pd.read_csv(path, sep="\t").iloc[0] for path in reports}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["contamination", "error"])
    table = table.astype(float).rename(columns={"error": "contamination_error"})
    told = table["contamination_error"] <= LARGEST_ERROR
    for sample, error in table["contamination_error"][~told].items():
        logger.warning("%s: contamination has an error of %g, and is not told", sample, error)
    return table.where(told)
