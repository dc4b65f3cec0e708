"""What a change of the sequence does to a protein, worked out without any annotator."""

from gcin.reference.alleles import COMPLEMENT

STOPS = frozenset({"TAA", "TAG", "TGA"})
AMINO_ACIDS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODONS = {
    a + b + c: AMINO_ACIDS[16 * i + 4 * j + k]
    for i, a in enumerate("TCAG")
    for j, b in enumerate("TCAG")
    for k, c in enumerate("TCAG")
}


def reverse_complement(sequence: str) -> str:
    """Read the other strand."""
    return sequence.translate(COMPLEMENT)[::-1]


def translate(frame: str) -> str:
    """Translate a reading frame up to and including its first stop (`*`)."""
    protein = "".join(CODONS[frame[i : i + 3]] for i in range(0, len(frame) - 2, 3))
    return protein[: protein.index("*") + 1] if "*" in protein else protein


def coding_consequence(frame: str, changed: str) -> str:
    """Name the Sequence Ontology term of a change inside a reading frame.

    Args:
        frame: The whole reading frame, from start to stop codon.
        changed: The same with the change made.

    Returns:
        `frameshift_variant`, `inframe_insertion`, `inframe_deletion`, `stop_gained`,
        `missense_variant`, `synonymous_variant`, or `other` for a lost start or stop and for
        changes that are two of these at once.
    """
    before, after = translate(frame), translate(changed)
    growth = len(changed) - len(frame)
    if not after.startswith("M") or not after.endswith("*"):
        return "frameshift_variant" if growth % 3 and after.startswith("M") else "other"
    if growth % 3:
        return "frameshift_variant"
    if growth:
        whole = len(after) - len(before) == growth // 3
        return ("inframe_insertion" if growth > 0 else "inframe_deletion") if whole else "other"
    if len(after) < len(before):
        return "stop_gained"
    if len(after) > len(before):
        return "other"
    return "synonymous_variant" if after == before else "missense_variant"


def protein_change(frame: str, changed: str, consequence: str) -> tuple[int, str]:
    """Give the first residue that changes (1-based) and the change in short HGVS form.

    A synonymous change is placed at the codon whose bases differ.
    """
    before, after = translate(frame), translate(changed)
    differs = [i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]]
    if consequence == "synonymous_variant":
        differs = [
            i for i in range(len(before)) if frame[3 * i : 3 * i + 3] != changed[3 * i : 3 * i + 3]
        ]
    at = differs[0] if differs else min(len(before), len(after)) - 1
    ending = {
        "synonymous_variant": "=",
        "frameshift_variant": "fs",
        "inframe_deletion": "del",
        "inframe_insertion": "ins",
    }
    return at + 1, f"p.{before[at]}{at + 1}{ending.get(consequence, after[at : at + 1])}"
