"""Replay variants on the reference, to see whether two callers tell the same haplotypes.

One change of sequence can be written in several ways: as a block or as its parts, with an indel on
either side of a neighbour. Two sets of alleles agree where they spell the same pair of sequences.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from gcin.reference.alleles import change_of

MAX_STATES = 20_000

logger = logging.getLogger(__name__)

OMITTED = (False, False)
PHASES = {1: ((True, False), (False, True)), 2: ((True, True),)}


@dataclass(frozen=True, order=True, slots=True)
class Allele:
    """One alternate allele of a sample, without the bases it shares with the reference.

    Attributes:
        start: First replaced base (0-based); an insertion lies before it.
        end: Base after the last replaced one.
        sequence: The bases put there.
        copies: 1 or 2.
        is_snv: One base for one base.
    """

    start: int
    end: int
    sequence: str
    copies: int
    is_snv: bool

    @classmethod
    def of(cls, start: int, reference: str, alternate: str, copies: int) -> "Allele":
        """Make an allele from the fields of a VCF record (`start` 0-based)."""
        start, end, sequence = change_of(start, reference, alternate)
        return cls(start, end, sequence, copies, end - start == len(sequence) == 1)


def haplotype(alleles: Iterable[Allele], reference: str, offset: int) -> str | None:
    """Write alleles into `reference`, whose first base is number `offset`.

    Returns:
        The sequence; None where two alleles claim the same place.
    """
    pieces, position, inserted = [], offset, None
    for allele in sorted(alleles):
        if allele.start < position or allele.start == allele.end == inserted:
            return None
        pieces += [reference[position - offset : allele.start - offset], allele.sequence]
        position = allele.end
        inserted = allele.start if allele.start == allele.end else None
    return "".join([*pieces, reference[position - offset :]])


def _spellings(
    alleles: Sequence[Allele], options: Sequence[tuple], reference: str, offset: int
) -> dict[tuple, tuple]:
    """Map each pair of sequences that the alleles can spell to the largest set that spells it."""
    found = {}
    for state in product(*options):
        sides = [
            haplotype(
                [a for a, on in zip(alleles, state, strict=True) if on[side]], reference, offset
            )
            for side in (0, 1)
        ]
        if None in sides:
            continue
        used = tuple(on != OMITTED for on in state)
        key = tuple(sorted(sides))
        if sum(used) > sum(found.get(key, ())):
            found[key] = used
    return found


def _whole(alleles: Sequence[Allele]) -> list[tuple]:
    return [PHASES[allele.copies] for allele in alleles]


def _part(alleles: Sequence[Allele]) -> list[tuple]:
    return [(OMITTED, *PHASES[allele.copies]) for allele in alleles]


def _on_one_haplotype(alleles: Sequence[Allele]) -> list[tuple]:
    return [(OMITTED, (True, False))] * len(alleles)


def _agreement(
    truth: Sequence[Allele],
    calls: Sequence[Allele],
    options: Callable[[Sequence[Allele]], list[tuple]],
    reference: str,
    offset: int,
) -> tuple[tuple, tuple] | None:
    """Find the largest sets of both sides that spell the same; None where there are none."""
    chosen = [options(truth), options(calls)]
    if any(prod(len(choices) for choices in side) > MAX_STATES for side in chosen):
        logger.warning(
            "%d true and %d called alleles from base %d on are too many to replay: only those "
            "spelt alike count as found", len(truth), len(calls), offset + 1,
        )  # fmt: skip
        return None
    left = _spellings(truth, chosen[0], reference, offset)
    right = _spellings(calls, chosen[1], reference, offset)
    common = [(left[key], right[key]) for key in left.keys() & right.keys()]
    common = [pair for pair in common if any(pair[0]) and any(pair[1])]
    return max(common, key=lambda pair: (sum(map(sum, pair)), pair), default=None)


def same_genotypes(
    truth: Sequence[Allele], calls: Sequence[Allele], reference: str, offset: int
) -> bool:
    """Whether all alleles of both sides spell the same pair of sequences in some phase."""
    return _agreement(truth, calls, _whole, reference, offset) is not None


def shared_genotypes(
    truth: Sequence[Allele], calls: Sequence[Allele], reference: str, offset: int
) -> tuple[tuple, tuple] | None:
    """Largest sets of both sides that spell the same pair of sequences, as masks."""
    return _agreement(truth, calls, _part, reference, offset)


def shared_alleles(
    truth: Sequence[Allele], calls: Sequence[Allele], reference: str, offset: int
) -> tuple[tuple, tuple] | None:
    """Largest sets of both sides that spell the same single sequence, however many copies."""
    return _agreement(truth, calls, _on_one_haplotype, reference, offset)
