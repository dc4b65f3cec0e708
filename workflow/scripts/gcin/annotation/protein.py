"""Protein changes in HGVS words."""

from gcin.annotation.consequences import BIT

THREE = {
    "A": "Ala", "C": "Cys", "D": "Asp", "E": "Glu", "F": "Phe", "G": "Gly", "H": "His",
    "I": "Ile", "K": "Lys", "L": "Leu", "M": "Met", "N": "Asn", "P": "Pro", "Q": "Gln",
    "R": "Arg", "S": "Ser", "T": "Thr", "U": "Sec", "V": "Val", "W": "Trp", "Y": "Tyr",
    "*": "Ter", "X": "Xaa", "?": "Xaa",
}  # fmt: skip


def spelled(residues: str) -> str:
    """Spell residues with three letters each."""
    return "".join(THREE[residue] for residue in residues)


def protein_change(bits: int, place: int, old: str, new: str) -> str:
    """Name a change of the protein, such as `p.Arg57Gln`; empty where it cannot be told.

    Args:
        bits: Terms of the variant.
        place: Number of the first residue given.
        old: Residues before, one letter each.
        new: Residues after.
    """
    if bits & BIT["start_lost"]:
        return "p.Met1?"
    if not old or "?" in old + new:
        return ""
    if bits & BIT["frameshift_variant"]:
        return _frameshift(place, old, new)
    if old == new:
        return f"p.{THREE[old[0]]}{place}%3D" if len(old) == 1 else ""
    return _replacement(place, old, new)


def _frameshift(place: int, old: str, new: str) -> str:
    """Name a frameshift by the first residue that changes and the way to the new stop."""
    same = _shared(old, new)
    if same >= len(new) or same >= len(old):
        return ""
    first = f"{THREE[old[same]]}{place + same}"
    stop = new.find("*", same)
    if stop == same:
        return f"p.{first}Ter"
    way = f"Ter{stop - same + 1}" if stop >= 0 else "Ter?"
    return f"p.{first}{THREE[new[same]]}fs{way}"


def _shared(old: str, new: str) -> int:
    """Residues that both begin with."""
    count = 0
    while count < min(len(old), len(new)) and old[count] == new[count]:
        count += 1
    return count


def _replacement(place: int, old: str, new: str) -> str:
    """Name a substitution, deletion, insertion or their combination."""
    if len(old) == len(new) == 1:
        return f"p.{THREE[old]}{place}{THREE[new]}"
    same = _shared(old, new)
    tail = _shared(old[same:][::-1], new[same:][::-1])
    gone, come = old[same : len(old) - tail], new[same : len(new) - tail]
    # behind a stop there is no protein
    come = come[: come.find("*") + 1 or None]
    start = place + same
    if not gone:
        if not same or not tail:
            return ""
        sides = f"{THREE[old[same - 1]]}{start - 1}_{THREE[old[same]]}{start}"
        return f"p.{sides}ins{spelled(come)}"
    sides = f"{THREE[gone[0]]}{start}"
    sides += f"_{THREE[gone[-1]]}{start + len(gone) - 1}" if len(gone) > 1 else ""
    if len(gone) == len(come) == 1:
        return f"p.{sides}{THREE[come]}"
    return f"p.{sides}del" if not come else f"p.{sides}delins{spelled(come)}"
