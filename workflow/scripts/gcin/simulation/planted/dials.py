"""The few choices that describe a planted cohort."""

import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Difficulty(StrEnum):
    """How much of the outcome can be known at all."""

    REALISTIC = "realistic"
    PAPER = "paper"
    NULL = "null"


class Missing(StrEnum):
    """Why laboratory values are missing (Rubin 1976, Biometrika 63:581)."""

    MCAR = "mcar"  # for no reason
    MAR = "mar"  # by age and ECOG, which are never missing
    MNAR = "mnar"  # by the value itself: the higher, the likelier


# What the log odds of response are multiplied with. Measured over 20,000 patients of seed 1:
# realistic, AUC of the true probability 0.78; paper, accuracy of the true probability 0.92.
SCALES = {Difficulty.REALISTIC: 1.0, Difficulty.PAPER: 4.0, Difficulty.NULL: 0.0}


# Highest value of a dial; the lowest is 0.
BOUNDS = {
    "hidden": 5.0,
    "missing_share": 0.9,
    "site_effects": 5.0,
    "linkage": 0.99,
    "site_shortcut": 1.0,
}


@dataclass(frozen=True)
class Planted:
    """What is simulated; the same values always give the same cohort.

    Hardships are off by default, and what they draw comes from streams of their own, so that all
    that one of them does not touch stays as it is without.

    Attributes:
        patients: Patients, all treated and observed.
        genes: Genes of the universe, those of the planted logic among them.
        difficulty: See `Difficulty`.
        seed: Start of every stream of random numbers.
        hidden: How strongly a trait that no column shows moves both what is given and what
            becomes of it: log odds per s.d., of the arm `targeted` over others, and of response
            under every arm (before the scale of the difficulty, as of the clinical facts).
        missing: Why laboratory values are missing.
        missing_share: Mean share of each laboratory value that is.
        site_effects: S.d. of a site's shift of each pathway's read-out, in units of the noise
            of that read-out; and how far sites lose reads, see `hospitals.thinned`.
        panels: Whether patients of two sites are assayed on half of the genes alone.
        linkage: Squared correlation of neighbouring common markers within an ancestry; above 0
            siblings inherit them, too.
        site_shortcut: How far two sites settle the chance of response, 0 to 1.
        decoy_genes: Whether one gene goes with age and one with burden, and neither does a thing.
    """

    patients: int = 10_000
    genes: int = 300
    difficulty: Difficulty = Difficulty.PAPER
    seed: int = 1
    hidden: float = 0.0
    missing: Missing = Missing.MCAR
    missing_share: float = 0.1
    site_effects: float = 0.0
    panels: bool = False
    linkage: float = 0.0
    site_shortcut: float = 0.0
    decoy_genes: bool = False

    def __post_init__(self) -> None:
        """Refuse what no cohort can be.

        Raises:
            ValueError: A dial is out of its bounds, or a reason is none.
        """
        if self.missing not in list(Missing):
            raise ValueError(f"missing is {self.missing}; give one of {', '.join(Missing)}.")
        for name, most in BOUNDS.items():
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise ValueError(f"{name} is {value}; give a number from 0 to {most:g}.")

    @property
    def scale(self) -> float:
        """What the log odds of response are multiplied with."""
        return SCALES[Difficulty(self.difficulty)]

    def stream(self, name: str) -> np.random.Generator:
        """Open the stream of random numbers of one part; parts do not disturb each other."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])
