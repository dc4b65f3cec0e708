"""Chromosome arms of genes."""

from collections.abc import Mapping

import pandas as pd

from gcin.reference.order import bare_name, with_prefix


def arms_of(
    genes: pd.DataFrame, centromeres: Mapping[str, int], lengths: Mapping[str, int]
) -> list[str]:
    """Name the arm that the middle of each gene lies on, such as `17p`.

    Args:
        genes: One row per gene with `chromosome start end`.
        centromeres: Last base of the p arm by chromosome, with or without `chr` whatever the genes
            have; empty where the assembly's are unknown.
        lengths: Contig lengths in bases; the middle of a contig parts its arms where no centromere
            is known.
    """
    middles = (genes["start"] + genes["end"]) // 2
    borders = {with_prefix(contig): base for contig, base in centromeres.items()}
    return [
        bare_name(contig)
        + ("p" if middle <= borders.get(with_prefix(contig), lengths[contig] // 2) else "q")
        for contig, middle in zip(genes["chromosome"], middles, strict=True)
    ]
