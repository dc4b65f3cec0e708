"""Novelty: which share of a sample's variants no population is known to have."""

import logging

import numpy as np
import pandas as pd

ALLELE = ["chromosome", "position", "reference", "alternate"]
COLUMNS = ["sample", "variants", "novel"]

logger = logging.getLogger(__name__)


def novelty(
    sites: pd.DataFrame,
    samples: pd.DataFrame,
    indptr: np.ndarray,
    site: np.ndarray,
    dosage: np.ndarray,
) -> pd.DataFrame:
    """Count the variants of each sample in coding bases, and those without a population frequency.

    A sample with many is of an ancestry that the annotation hardly knows, or badly sequenced. In
    introns a store has the rare alleles alone, among which the new ones would be many.

    Args:
        sites: One row per allele and gene: `ALLELE population_af silent`, the frequency missing
            where it is unknown; silent where the allele lies in neither coding bases nor splice
            sites of the gene.
        samples: `sample tissue`, in the order of the calls.
        indptr: Where the calls of each sample begin, and the last end.
        site: Row of `sites` of each call, sample by sample.
        dosage: Alternate alleles of each call; 0 is no call, see `gcin.tensors.layout`.

    Returns:
        One row per sample: `sample variants`, and `novel`, a share; NaN where the sample has no
        variant or is a tumour, whose own variants nobody else has, or where the annotation has no
        frequency of any.
    """
    is_known = sites["population_af"].notna()
    if not is_known.any():
        logger.info("the annotation names no population frequency: novelty is not measured")
    allele = sites.groupby(ALLELE, sort=False).ngroup().to_numpy()
    known = is_known.groupby(allele).any().to_numpy()
    counts = ~sites["silent"].groupby(allele).all().to_numpy(dtype=bool)
    germline = samples["tissue"] == "germline"
    rows = []
    for name, told, start, end in zip(
        samples["sample"], germline & known.any(), indptr[:-1], indptr[1:], strict=True
    ):
        own = np.unique(allele[site[start:end][dosage[start:end] > 0]])
        own = own[counts[own]]
        share = 1 - known[own].mean() if len(own) and told else np.nan
        rows.append((name, len(own), share))
    return pd.DataFrame(rows, columns=COLUMNS)
