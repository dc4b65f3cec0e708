"""What an allele changes in the reference, whichever way it is written, and its other strand."""

COMPLEMENT = str.maketrans("ACGTNacgtn", "TGCANtgcan")


def replaced_bases(position: int, reference: str, alternate: str) -> list[tuple[int, str, str]]:
    """Each base that an allele of as many bases replaces: position, old and new."""
    pairs = enumerate(zip(reference, alternate, strict=True), position)
    return [(place, old, new) for place, (old, new) in pairs if old != new]


def change_of(start: int, reference: str, alternate: str) -> tuple[int, int, str]:
    """Replaced bases (0-based start, end) and what stands there, without what both share."""
    reference, alternate = reference.upper(), alternate.upper()
    while reference and alternate and reference[-1] == alternate[-1]:
        reference, alternate = reference[:-1], alternate[:-1]
    while reference and alternate and reference[0] == alternate[0]:
        reference, alternate, start = reference[1:], alternate[1:], start + 1
    return start, start + len(reference), alternate
