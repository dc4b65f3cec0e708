"""Genes in which a panel's allele was not covered: nobody knows whether the sample carries it."""

import logging
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

NOT_COVERED = "not covered"


def without_untold(
    shares: Mapping[str, np.ndarray], panels: Iterable[pd.DataFrame], genes: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Take away the callable share of genes in which a sample leaves an allele of a panel untold.

    Args:
        shares: By sample, the callable share of each gene.
        panels: Tables of one row per sample and allele: `sample gene state`, with the genes of an
            allele joined by commas. The samples are among those of `shares`.
        genes: The gene universe.
    """
    shares = dict(shares)
    for panel in panels:
        untold = panel[panel["state"] == NOT_COVERED]
        names = untold.assign(gene=untold["gene"].str.split(",")).explode("gene")
        for sample, own in names.groupby("sample"):
            is_untold = genes["gene"].isin(own["gene"])
            shares[sample] = np.where(is_untold, np.float32(0), shares[sample])
            logger.info("%s: %d genes miss an allele of the panel", sample, is_untold.sum())
    return shares
