"""The genetic code of the nucleus, and that of the mitochondrion, which reads four codons apart."""

from collections.abc import Mapping
from itertools import product

from gcin.reference.order import is_mitochondrial

# NCBI's translation tables 1 and 2 (vertebrates), codons in the order TTT, TTC, ..., GGG.
TABLES = {
    "nucleus": "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
    "mitochondrion": "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSS**VVVVAAAADDEEGGGG",
}
CODONS = ["".join(bases) for bases in product("TCAG", repeat=3)]
RESIDUES_OF = {name: dict(zip(CODONS, table, strict=True)) for name, table in TABLES.items()}


def genetic_code(contig: str) -> Mapping[str, str]:
    """Codons to residues, as they are read on a contig."""
    return RESIDUES_OF["mitochondrion" if is_mitochondrial(contig) else "nucleus"]


def residues(bases: str, table: Mapping[str, str]) -> str:
    """Translate whole codons, as the transcript reads them; `?` where a base is not known."""
    return "".join(table.get(bases[place : place + 3], "?") for place in range(0, len(bases), 3))
