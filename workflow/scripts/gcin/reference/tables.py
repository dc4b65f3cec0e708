"""Small curated tables of the reference, read from `resources/`."""

from pathlib import Path

import pandas as pd


def read_centromeres(path: str | Path) -> dict[str, int]:
    """Read the last base of each chromosome's p arm."""
    table = pd.read_csv(path, sep="\t")
    return dict(zip(table["chrom"], table["centromere_boundary"].tolist(), strict=True))


def read_symbols(path: str | Path) -> list[str]:
    """Read gene symbols, one a line; empty lines and `#` comments are left out."""
    lines = (line.split("#")[0].strip() for line in Path(path).read_text().splitlines())
    return [line for line in lines if line]


def read_aliases(path: str | Path) -> dict[str, str]:
    """Read which approved symbol replaces which older one (HGNC).

    Only unambiguous replacements of symbols that are not approved themselves.
    """
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    usable = table[(table["use"] == "1") & (table["is_approved_symbol_itself"] == "0")]
    return dict(zip(usable["old_symbol"], usable["approved_symbol"], strict=True))
