"""Which GATK called the genomic VCFs of a generation."""

import logging

import pandas as pd

from gcin.intake.calls import calls_header

logger = logging.getLogger(__name__)


def callers_of(calls: pd.DataFrame) -> pd.DataFrame:
    """Read from each genomic VCF's own header which version of GATK called it.

    Args:
        calls: One row per sample: `sample calls`, the path of its genomic VCF.

    Returns:
        `sample gatk_version`; `unknown` where a header does not say.
    """
    versions = calls["calls"].map(lambda path: calls_header(path).version)
    counts = versions.value_counts()
    if len(counts) > 1:
        logger.warning("several versions of GATK: %s", counts.to_dict())
    return pd.DataFrame({"sample": calls["sample"], "gatk_version": versions})
