"""Neighbouring bases that one caller writes as one allele, and another one by one."""

import numpy as np
import pandas as pd

from gcin.reference.alleles import replaced_bases

PLACE = ["chromosome", "position", "reference", "alternate", "gene_index"]


def bases_of_sites(sites: pd.DataFrame) -> dict[int, np.ndarray]:
    """Find the rows of the single bases that an allele of several replaces.

    Args:
        sites: Rows of `sites.parquet`.

    Returns:
        By row of such an allele, the row of each base, -1 of one that has no row; of the same gene.
    """
    length = sites["reference"].str.len()
    several = sites.loc[length.gt(1) & length.eq(sites["alternate"].str.len()), PLACE]
    several = several[several["alternate"].str.fullmatch("[ACGT]+").astype(bool)]
    pairs = [
        (row, chromosome, *base, gene)
        for row, chromosome, *allele, gene in several.itertuples()
        for base in replaced_bases(*allele)
    ]
    if not pairs:
        return {}
    wanted = pd.DataFrame(pairs, columns=["row", *PLACE])
    near = sites[length.eq(1) & sites["position"].isin(wanted["position"])]
    known = near[PLACE].assign(base=near.index)
    found = wanted.merge(known, on=PLACE, how="left").fillna({"base": -1})
    return {row: own.to_numpy(int) for row, own in found.groupby("row")["base"]}
