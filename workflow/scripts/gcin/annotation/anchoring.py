"""Calls written as VCF does: with a base before an empty allele, as far left as they go."""

from collections.abc import Callable
from itertools import zip_longest

import pandas as pd


def anchor(
    calls: pd.DataFrame, fetch: Callable[[str, int, int], str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Check reference alleles against the genome, anchor and left-align.

    Args:
        calls: `chromosome position reference alternate`; `-` is an empty allele, symbolic alleles
            are left alone.
        fetch: Bases of a contig from first to last position, 1-based; N where unknown.

    Returns:
        The calls as VCF writes them, and whether the reference allele contradicts the genome.
    """
    rows = [_anchored(row, fetch) for row in calls.itertuples()]
    table = calls.assign(
        position=[row[0] for row in rows],
        reference=[row[1] for row in rows],
        alternate=[row[2] for row in rows],
    )
    return table, pd.Series([row[3] for row in rows], index=calls.index, dtype=bool)


def _anchored(call: tuple, fetch: Callable[[str, int, int], str]) -> tuple[int, str, str, bool]:
    """Write one call as VCF does; the last value tells whether the genome contradicts it."""
    old, new = call.reference, call.alternate
    if new.startswith("<"):
        return call.position, old, new, False
    if old == "-":
        base = fetch(call.chromosome, call.position, call.position)
        if not base:
            return call.position, old, new, True
        position, old, new = call.position, base, base + new
    else:
        genome = fetch(call.chromosome, call.position, call.position + len(old) - 1)
        if any(b != g for b, g in zip_longest(old, genome) if g != "N"):
            return call.position, old, new, True
        position = call.position
        if new == "-":
            position, old, new = _anchored_deletion(call.chromosome, position, old, fetch)
    return *_left_aligned(call.chromosome, position, old, new, fetch), False


def _anchored_deletion(
    contig: str, position: int, old: str, fetch: Callable[[str, int, int], str]
) -> tuple[int, str, str]:
    """Write a deletion with the base before it; with the one behind it where a contig begins."""
    if position == 1:
        base = fetch(contig, 1 + len(old), 1 + len(old))
        return 1, old + base, base
    base = fetch(contig, position - 1, position - 1)
    return position - 1, base + old, base


def _left_aligned(
    contig: str, position: int, old: str, new: str, fetch: Callable[[str, int, int], str]
) -> tuple[int, str, str]:
    """Trim what both alleles end with, shifting an indel left, then what both begin with.

    So bcftools norm writes them, and a call from a MAF is the same allele as one from a VCF.
    """
    while old[-1] == new[-1] and old != new and (min(len(old), len(new)) > 1 or position > 1):
        old, new = old[:-1], new[:-1]
        if not old or not new:
            position -= 1
            base = fetch(contig, position, position)
            old, new = base + old, base + new
    while len(old) > 1 and len(new) > 1 and old[0] == new[0]:
        old, new, position = old[1:], new[1:], position + 1
    return position, old, new
