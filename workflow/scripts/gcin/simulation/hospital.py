"""The few choices that describe a simulated hospital."""

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Hospital:
    """What is simulated; the same values always give the same bytes.

    Attributes:
        patients: Patients of hospital A, whatever their genome came as.
        external: Patients of hospital B, the external cohort; of none there is no such hospital.
        genes: Genes of the miniature genome.
        fastq: Patients of hospital A who come as FASTQ; the last two of them have no outcome yet.
        gvcf: Patients of hospital A who come as gVCF.
        depth: Mean number of reads over a target base.
        seed: Start of every stream of random numbers.
    """

    patients: int = 480
    external: int = 150
    genes: int = 60
    fastq: int = 8
    gvcf: int = 2
    depth: int = 40
    seed: int = 1

    def stream(self, name: str) -> np.random.Generator:
        """Open the stream of random numbers of one part; parts do not disturb each other."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])
