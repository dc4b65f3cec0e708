"""Small curated tables of the reference, read from `resources/`."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Symbols(NamedTuple):
    """What older gene symbols mean (HGNC).

    Attributes:
        approved: Approved symbol by older one, where the older one has one meaning and is nobody's
            today.
        meanings: Approved symbols by older one in capitals, all that it may mean.
    """

    approved: dict[str, str]
    meanings: dict[str, list[str]]


def read_centromeres(path: str | Path) -> dict[str, int]:
    """Read the last base of each chromosome's p arm."""
    table = pd.read_csv(path, sep="\t")
    return dict(zip(table["chrom"], table["centromere_boundary"].tolist(), strict=True))


def read_symbols(path: str | Path) -> list[str]:
    """Read gene symbols, one a line; empty lines and `#` comments are left out."""
    lines = (line.split("#")[0].strip() for line in Path(path).read_text().splitlines())
    return [line for line in lines if line]


def read_older_symbols(path: str | Path) -> Symbols:
    """Read which approved symbols may replace older ones."""
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    capital = table["old_symbol"].str.upper()
    meanings = table["approved_symbol"].groupby(capital).agg(list).to_dict()
    usable = table[(table["use"] == "1") & (table["is_approved_symbol_itself"] == "0")]
    return Symbols(
        dict(zip(usable["old_symbol"], usable["approved_symbol"], strict=True)), meanings
    )


def read_aliases(path: str | Path) -> dict[str, str]:
    """Read which approved symbol replaces which older one, see `Symbols.approved`."""
    return read_older_symbols(path).approved


def read_shared_regions(path: str | Path) -> pd.DataFrame:
    """Read the regions that X and Y share: `build region chrom start end`, 1-based."""
    return pd.read_csv(path, sep="\t", dtype={"build": str, "region": str, "chrom": str})
