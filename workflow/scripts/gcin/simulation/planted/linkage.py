"""Common markers that lie in blocks and are inherited, so that neighbours tell of each other."""

import numpy as np
import pandas as pd

from gcin.simulation.planted.carriers import ANCESTRIES, FST, NO_CALLS, second_siblings
from gcin.simulation.planted.dials import Planted

BLOCK = 10  # neighbouring markers of a chromosome; between blocks there is no linkage


def linked_markers(
    planted: Planted, people: pd.DataFrame, chromosome: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Draw common markers by ancestry (Balding-Nichols) and block, with 1 % no-calls.

    Along a haplotype each marker of a block repeats the one before with chance r, else is drawn
    anew at the same frequency. So r is the correlation of neighbours, and that of markers k apart
    r^k; of dosages it is the same, in Hardy-Weinberg proportion. A second sibling has each
    haplotype of each block from the first one in half of the cases, so that their kinship is 1/4.

    Args:
        planted: What is simulated; r is the root of its `linkage`.
        people: `ancestry family`, by patient; siblings follow each other.
        chromosome: Of each marker, in genome order.

    Returns:
        As `gcin.simulation.planted.carriers.markers`: dosages, int8, patients x markers, -1 = no
        call; and their frequencies at the root.
    """
    rng = planted.stream("linkage")
    block = blocks_of(chromosome)
    root = rng.uniform(0.05, 0.5, block[-1] + 1)
    own = [
        rng.beta(root * (1 - fst) / fst, (1 - root) * (1 - fst) / fst)
        for fst in (FST[name] for name in ANCESTRIES)
    ]
    frequency = np.stack(own)[pd.Categorical(people["ancestry"], ANCESTRIES).codes][:, block]
    second = second_siblings(people["family"])
    dosages = np.zeros(frequency.shape, np.int8)
    for _ in range(2):
        alleles = _haplotypes(rng, frequency, block, planted.linkage**0.5)
        shared = (rng.random((len(second), block[-1] + 1)) < 0.5)[:, block]
        alleles[second] = np.where(shared, alleles[second - 1], alleles[second])
        dosages += alleles
    dosages[rng.random(dosages.shape) < NO_CALLS] = -1
    return dosages, root[block]


def blocks_of(chromosome: pd.Series) -> np.ndarray:
    """Number the blocks: BLOCK neighbours each, none across chromosomes."""
    within = chromosome.groupby(chromosome, sort=False).cumcount() // BLOCK
    return pd.factorize(chromosome.astype(str) + " " + within.astype(str))[0]


def _haplotypes(
    rng: np.random.Generator, frequency: np.ndarray, block: np.ndarray, repeats: float
) -> np.ndarray:
    """Draw one haplotype of each patient: bool, patients x markers."""
    alleles = rng.random(frequency.shape) < frequency
    kept = rng.random(frequency.shape) < repeats
    for marker in np.flatnonzero(np.diff(block) == 0) + 1:
        alleles[:, marker] = np.where(kept[:, marker], alleles[:, marker - 1], alleles[:, marker])
    return alleles
