"""A miniature genome: real symbols in GRCh38 order, simulated sequence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gcin.simulation.hospital import Hospital
from gcin.simulation.translation import STOPS, reverse_complement

PADDING = 60
UTR = (60, 120)

# Symbol, chromosome and start (Mb, GRCh38); a genome of n genes holds the first n.
GENES = [
    ("PIK3CA", 3, 179.1),
    ("TP53", 17, 7.7),
    ("KRAS", 12, 25.2),
    ("PTEN", 10, 87.9),
    ("BRCA2", 13, 32.3),
    ("EGFR", 7, 55.0),
    ("AKT1", 14, 104.8),
    ("ESR1", 6, 151.7),
    ("ERBB2", 17, 39.7),
    ("MTOR", 1, 11.1),
    ("BRAF", 7, 140.7),
    ("NRAS", 1, 114.7),
    ("GATA3", 10, 8.1),
    ("BRCA1", 17, 43.0),
    ("PIK3R1", 5, 68.2),
    ("CDH1", 16, 68.7),
    ("RB1", 13, 48.3),
    ("ATM", 11, 108.2),
    ("CHEK2", 22, 28.7),
    ("PALB2", 16, 23.6),
    ("NF1", 17, 31.1),
    ("TSC1", 9, 132.9),
    ("TSC2", 16, 2.0),
    ("STK11", 19, 1.2),
    ("MAP2K1", 15, 66.4),
    ("FGFR1", 8, 38.4),
    ("FGFR2", 10, 121.5),
    ("FGFR3", 4, 1.8),
    ("CDKN2A", 9, 22.0),
    ("CCND1", 11, 69.6),
    ("CDK4", 12, 57.7),
    ("MDM2", 12, 68.8),
    ("MYC", 8, 127.7),
    ("KIT", 4, 54.7),
    ("PDGFRA", 4, 54.2),
    ("MET", 7, 116.7),
    ("ALK", 2, 29.2),
    ("IDH1", 2, 208.2),
    ("CTNNB1", 3, 41.2),
    ("APC", 5, 112.7),
    ("SMAD4", 18, 51.0),
    ("MLH1", 3, 37.0),
    ("MSH2", 2, 47.4),
    ("MSH6", 2, 47.8),
    ("RAF1", 3, 12.6),
    ("HRAS", 11, 0.5),
    ("MAP2K2", 19, 4.1),
    ("AKT2", 19, 40.2),
    ("AKT3", 1, 243.5),
    ("RHEB", 7, 151.5),
    ("RPTOR", 17, 80.5),
    ("PDPK1", 16, 2.5),
    ("RAD51", 15, 40.7),
    ("RAD51C", 17, 58.7),
    ("NBN", 8, 89.9),
    ("CDKN1A", 6, 36.7),
    ("CDK6", 7, 92.6),
    ("GRB2", 17, 75.3),
    ("SOS1", 2, 39.0),
    ("NOTCH1", 9, 136.5),
]


@dataclass(frozen=True)
class Gene:
    """A gene with one transcript; positions are 0-based and half open, segments in genome order.

    Attributes:
        name: Symbol.
        chromosome: `chr1` to `chr22`.
        strand: `+` or `-`.
        exons: Transcribed segments.
        coding: Segments of the open reading frame, stop codon included.
    """

    name: str
    chromosome: str
    strand: str
    exons: tuple[tuple[int, int], ...]
    coding: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """First base."""
        return self.exons[0][0]

    @property
    def end(self) -> int:
        """Behind the last base."""
        return self.exons[-1][1]

    @property
    def introns(self) -> list[tuple[int, int]]:
        """Segments between exons, in genome order."""
        return [(left[1], right[0]) for left, right in pairwise(self.exons)]

    @property
    def transcript(self) -> str:
        """Transcript identifier, which says that it is simulated."""
        return f"SIMT-{self.name}"

    def coding_positions(self) -> np.ndarray:
        """Positions of the reading frame in the order in which it is read."""
        positions = np.concatenate([np.arange(*segment) for segment in self.coding])
        return positions if self.strand == "+" else positions[::-1]


@dataclass(frozen=True)
class Genome:
    """Sequences by chromosome and genes, both in GRCh38 order."""

    sequences: dict[str, str]
    genes: tuple[Gene, ...]

    def reading_frame(self, gene: Gene) -> str:
        """Coding sequence of a gene, as read, stop codon included."""
        sequence = self.sequences[gene.chromosome]
        joined = "".join(sequence[start:end] for start, end in gene.coding)
        return joined if gene.strand == "+" else reverse_complement(joined)

    def fasta(self) -> str:
        """Write the sequences, 60 bases a line."""
        lines = []
        for name, sequence in self.sequences.items():
            lines.append(f">{name} simulated, length {len(sequence)}")
            lines += [sequence[i : i + 60] for i in range(0, len(sequence), 60)]
        return "\n".join(lines) + "\n"

    def bed(self) -> str:
        """Write the targets as BED: 0-based, half open, with their gene."""
        return "".join("\t".join(map(str, target)) + "\n" for target in self.targets())

    def targets(self) -> Iterator[tuple[str, int, int, str]]:
        """Padded exons, those that touch joined: chromosome, start, end, gene."""
        for gene in self.genes:
            joined = []
            for start, end in gene.exons:
                if joined and start - PADDING <= joined[-1][1]:
                    joined[-1][1] = end + PADDING
                else:
                    joined.append([start - PADDING, end + PADDING])
            yield from ((gene.chromosome, start, end, gene.name) for start, end in joined)


def make_genome(hospital: Hospital) -> Genome:
    """Lay out the first genes of the list on their chromosomes, in their order.

    Raises:
        ValueError: More genes are asked for than there are, or too few for the planted logic.
    """
    if not 8 <= hospital.genes <= len(GENES):
        raise ValueError(f"genes: {hospital.genes} is not between 8 and {len(GENES)}.")
    chosen = sorted(GENES[: hospital.genes], key=lambda row: row[1:])
    return lay_out(hospital.stream("genome"), [(row[0], f"chr{row[1]}") for row in chosen])


def lay_out(rng: np.random.Generator, placed: Sequence[tuple[str, str]]) -> Genome:
    """Make a genome with a sequence of its own for each gene and the bases between genes.

    Args:
        rng: Random numbers.
        placed: Symbol and chromosome of each gene, in genome order.
    """
    sequences, genes = {}, []
    for chromosome in dict.fromkeys(own for _, own in placed):
        parts, length = [], 0
        for name in (name for name, own in placed if own == chromosome):
            spacer = _random_bases(rng, int(rng.integers(4_000, 6_000)))
            gene, sequence = _make_gene(rng, name, chromosome, length + len(spacer))
            genes.append(gene)
            parts += [spacer, sequence]
            length += len(spacer) + len(sequence)
        sequences[chromosome] = "".join([*parts, _random_bases(rng, 3_000)])
    return Genome(sequences, tuple(genes))


def _make_gene(
    rng: np.random.Generator, name: str, chromosome: str, start: int
) -> tuple[Gene, str]:
    """Make a gene and its sequence on the forward strand, to be placed at `start`."""
    strand = str(rng.choice(["+", "-"]))
    frame = _open_reading_frame(rng, int(rng.integers(200, 300)))
    sense = _random_bases(rng, UTR[0]) + frame + _random_bases(rng, UTR[1])
    n_exons = int(rng.integers(3, 6))
    cuts = _exon_ends(rng, len(frame), n_exons)
    exons, coding, pieces, place = [], [], [], 0
    for left, right in pairwise([0, *cuts, len(sense)]):
        exons.append((place, place + right - left))
        coding.append(
            (place + max(UTR[0] - left, 0), place + min(right, UTR[0] + len(frame)) - left)
        )
        intron = _intron(rng) if right < len(sense) else ""
        pieces += [sense[left:right], intron]
        place += right - left + len(intron)
    sequence = "".join(pieces)
    if strand == "-":
        exons, coding = _mirrored(exons, place), _mirrored(coding, place)
        sequence = reverse_complement(sequence)
    gene = Gene(name, chromosome, strand, _moved(exons, start), _moved(coding, start))
    return gene, sequence


def _exon_ends(rng: np.random.Generator, coding: int, n_exons: int) -> list[int]:
    """Cut a transcript into exons inside its reading frame, none shorter than 60 coding bases."""
    free = coding - 60 * n_exons
    extra = np.sort(rng.integers(0, free, n_exons - 1))
    return [UTR[0] + 60 * (i + 1) + int(shift) for i, shift in enumerate(extra)]


def _intron(rng: np.random.Generator) -> str:
    """Make an intron with canonical ends."""
    return "GT" + _random_bases(rng, int(rng.integers(180, 420))) + "AG"


def _open_reading_frame(rng: np.random.Generator, codons: int) -> str:
    """Make a start codon, `codons` sense codons and a stop codon."""
    sense = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in STOPS]
    return "ATG" + "".join(rng.choice(sense, codons)) + str(rng.choice(sorted(STOPS)))


def _random_bases(rng: np.random.Generator, length: int) -> str:
    """Draw bases with a GC share of 0.44, about that of human genes' surroundings."""
    return (
        rng.choice(np.frombuffer(b"ACGT", "S1"), length, p=[0.28, 0.22, 0.22, 0.28])
        .tobytes()
        .decode()
    )


def _mirrored(segments: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Turn segments of a strand into those of the other one."""
    return [(length - end, length - start) for start, end in reversed(segments)]


def _moved(segments: list[tuple[int, int]], by: int) -> tuple[tuple[int, int], ...]:
    """Shift segments along the chromosome."""
    return tuple((start + by, end + by) for start, end in segments)
