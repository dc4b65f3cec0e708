"""Gene symbols of other sources, matched to the gene universe."""

from collections.abc import Collection, Mapping

import pandas as pd


def match_genes(
    symbols: pd.Series, genes: Collection[str], aliases: Mapping[str, str]
) -> pd.Series:
    """Find the universe's symbol for each symbol, whichever of both is the older one.

    Returns:
        Symbols of the universe; missing where no gene has the symbol or its approved form.
    """
    own = {aliases.get(gene, gene): gene for gene in genes} | {gene: gene for gene in genes}
    return symbols.map(lambda symbol: own.get(symbol, own.get(aliases.get(symbol))))
