"""Paired reads over the targets, as a sequencer would hand them over."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.simulation.genome import Genome
from gcin.simulation.hospital import Hospital

LENGTH = 150
INSERT = (300, 40)
DUPLICATES = 0.06
FLANK = 150
QUALITIES = np.array([2, 12, 25, 37], dtype=np.uint8)
ERROR = (10 ** (-QUALITIES.astype(np.float32) / 10)).astype(np.float32)
COMPLEMENT = np.zeros(256, dtype=np.uint8)
COMPLEMENT[list(b"ACGT")] = list(b"TGCA")


@dataclass(frozen=True)
class Reads:
    """Read pairs of one unit.

    Attributes:
        bases: `(2, pairs, 150)`, ASCII, mates 1 and 2, each as read.
        qualities: The same shape, phred.
    """

    bases: np.ndarray
    qualities: np.ndarray


def read_pairs(
    genome: Genome,
    catalogue: pd.DataFrame,
    haplotypes: np.ndarray,
    hospital: Hospital,
    patient: str,
    units: int,
) -> list[Reads]:
    """Sequence a patient's two haplotypes over the targets.

    Args:
        genome: The reference.
        catalogue: The alleles.
        haplotypes: `(2, alleles)`, true where carried.
        hospital: The mean depth.
        patient: Names the patient's own stream of random numbers.
        units: Lanes that the pairs are dealt to.

    Returns:
        The pairs of each unit, in random order, duplicates and sequencing errors included.
    """
    rng = hospital.stream(f"reads {patient}")
    efficiency = hospital.stream("capture").gamma(16, 1 / 16, len(list(genome.targets())))
    fragments = [
        fragment
        for carried in haplotypes
        for fragment in _fragments(genome, catalogue[carried], hospital.depth / 2, efficiency, rng)
    ]
    mates = np.concatenate(fragments, axis=1)
    again = rng.random(mates.shape[1]) < DUPLICATES
    mates = np.concatenate([mates, mates[:, again]], axis=1)
    mates = mates[:, rng.permutation(mates.shape[1])]
    return [_sequenced(rng, lane) for lane in np.array_split(mates, units, axis=1)]


def _fragments(
    genome: Genome,
    carried: pd.DataFrame,
    depth: float,
    efficiency: np.ndarray,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Draw the fragments of one haplotype target by target: `(2, pairs, 150)` bases each."""
    alleles = dict(list(carried.groupby("chromosome")))
    made = {
        name: haplotype_sequence(sequence, alleles.get(name, carried.iloc[:0]))
        for name, sequence in genome.sequences.items()
    }
    for (chromosome, start, end, _), captured in zip(genome.targets(), efficiency, strict=True):
        sequence, positions = made[chromosome]
        left, right = np.searchsorted(positions, (start - FLANK, end + FLANK))
        pairs = rng.poisson(depth * captured * (right - left) / (2 * LENGTH))
        size = np.clip(rng.normal(*INSERT, pairs).round(), LENGTH, 500).astype(int)
        first = np.clip(rng.integers(left - size // 2, right - size // 2), 0, len(sequence) - size)
        yield _mates(sequence, first, size, rng.random(pairs) < 0.5)


def haplotype_sequence(sequence: str, alleles: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Put alleles into a sequence.

    Args:
        sequence: A chromosome of the reference.
        alleles: Its alleles on this haplotype, by `position` (1-based), without overlaps.

    Returns:
        The bases (ASCII), and for each its 0-based position in the reference, that of the anchor
        for inserted ones.
    """
    bases, positions, done = [], [], 0
    for row in alleles.itertuples():
        at = row.position - 1
        bases += [sequence[done:at], row.alternate]
        inside = np.minimum(np.arange(len(row.alternate)), len(row.reference) - 1)
        positions += [np.arange(done, at), at + inside]
        done = at + len(row.reference)
    bases.append(sequence[done:])
    positions.append(np.arange(done, len(sequence)))
    return np.frombuffer("".join(bases).encode(), np.uint8), np.concatenate(positions)


def _mates(
    sequence: np.ndarray, first: np.ndarray, size: np.ndarray, flipped: np.ndarray
) -> np.ndarray:
    """Read both ends of fragments inwards; flipped fragments start on the reverse strand."""
    steps = np.arange(LENGTH)
    forward = sequence[first[:, None] + steps]
    backward = COMPLEMENT[sequence[(first + size - 1)[:, None] - steps]]
    swapped = flipped[:, None]
    return np.stack([np.where(swapped, backward, forward), np.where(swapped, forward, backward)])


def _sequenced(rng: np.random.Generator, bases: np.ndarray) -> Reads:
    """Draw qualities that fall along the read, and errors as often as the qualities say."""
    cycle = np.linspace(0, 1, LENGTH)
    worse = rng.random(bases.shape, dtype=np.float32)
    poor = 0.02 + 0.10 * cycle**2
    level = 3 - (worse < poor).astype(np.uint8) - (worse < poor / 4) - (worse < poor / 40)
    qualities = QUALITIES[level]
    wrong = rng.random(bases.shape, dtype=np.float32) < ERROR[level]
    bases = bases.copy()
    others = rng.integers(1, 4, int(wrong.sum()))
    alphabet = np.frombuffer(b"ACGT", np.uint8)
    bases[wrong] = alphabet[(np.searchsorted(alphabet, bases[wrong]) + others) % 4]
    return Reads(bases, qualities)


def fastq_text(reads: Reads, mate: int, lane: str) -> bytes:
    """Write one mate of all pairs as FASTQ; names say that the reads are simulated."""
    plain = (reads.qualities[mate] + 33).astype(np.uint8)
    return b"".join(
        b"@SIM:1:GCIN:%s:%d:%d:%d %d:N:0:1\n%s\n+\n%s\n"
        % (lane.encode(), 1101 + i // 4096, 1000 + i % 64, 1000 + i // 64, mate + 1, bases, quality)
        for i, (bases, quality) in enumerate(
            zip(map(bytes, reads.bases[mate]), map(bytes, plain), strict=True)
        )
    )
