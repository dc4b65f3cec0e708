"""Gene symbols of other sources, matched to the gene universe."""

from collections.abc import Collection, Mapping

import pandas as pd


def match_genes(
    symbols: pd.Series, genes: Collection[str], aliases: Mapping[str, str]
) -> pd.Series:
    """Find the universe's symbol for each symbol, whichever of both is the older one.

    A symbol that is known only in other capitals (C10ORF68) is the one that they leave.

    Returns:
        Symbols of the universe; missing where no gene has the symbol or its approved form.
    """
    own = {aliases.get(gene, gene): gene for gene in genes} | {gene: gene for gene in genes}
    exact = {name: own.get(name, own.get(aliases.get(name))) for name in {*own, *aliases}}
    folded = {}
    for name, gene in exact.items():
        folded.setdefault(name.upper(), set()).add(gene)

    def look_up(symbol: str) -> str | None:
        """The gene of a symbol as it is written, else in other capitals where those are one's."""
        likely = {exact[symbol]} if symbol in exact else folded.get(symbol.upper(), {None})
        return next(iter(likely)) if len(likely) == 1 else None

    return symbols.map(look_up)
