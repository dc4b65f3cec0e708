"""Gene burdens: few readable columns per gene, for linear models and the network's linear path."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.loading import ALTERING, Genomes

logger = logging.getLogger(__name__)

LOSING = ("lof", "splice")
TOO_ALIKE = 0.9


@dataclass(frozen=True)
class Burden:
    """A burden that enough training patients vary in.

    Attributes:
        gene: Gene symbol.
        kind: `altered` (any change of the protein), `lost` (truncated or misspliced), `rare`
            (variants that are rare in the population) or `score` (the worst impact score).
        mean: Mean over training patients in whom the gene was callable.
        scale: Standard deviation over the same.
    """

    gene: str
    kind: str
    mean: float
    scale: float


def burdens_of(genomes: Genomes) -> dict[str, np.ndarray]:
    """Compute every burden of every gene: kind to `(patients, genes)`, NaN where not callable."""
    altering = np.stack([genomes.feature(name) for name in ALTERING]).sum(axis=0)
    losing = np.stack([genomes.feature(name) for name in LOSING]).sum(axis=0)
    kinds = {
        "altered": altering > 0,
        "lost": losing > 0,
        "rare": np.minimum(genomes.feature("rare_count"), 3),
        "score": genomes.feature("max_score"),
    }
    return {kind: np.where(genomes.mask, values, np.nan) for kind, values in kinds.items()}


def fit_burdens(genomes: Genomes, genes: list[str], min_share: float) -> list[Burden]:
    """Choose the burdens that vary among training patients and do not repeat one another.

    Args:
        genomes: Training patients.
        genes: Names of the genes in `genomes`.
        min_share: Least share of the patients that must differ from the commonest value.
    """
    burdens = burdens_of(genomes)
    chosen = []
    for place, gene in enumerate(genes):
        kept: list[np.ndarray] = []
        for kind, values in burdens.items():
            column = values[:, place]
            if _varies(column, min_share) and not _repeats(column, kept):
                kept.append(column)
                mean, scale = float(np.nanmean(column)), float(np.nanstd(column))
                chosen.append(Burden(gene, kind, mean, scale))
    logger.info("chose %d burdens of %d genes: %.3g vary", len(chosen), len(genes), min_share)
    return chosen


def burden_matrix(genomes: Genomes, genes: list[str], fitted: list[Burden]) -> np.ndarray:
    """Standardised burdens, `(patients, burdens)`; zero, the mean, where a gene is not callable."""
    burdens = burdens_of(genomes)
    place = {gene: number for number, gene in enumerate(genes)}
    matrix = np.zeros((len(genomes.mask), len(fitted)), "float32")
    for number, burden in enumerate(fitted):
        column = burdens[burden.kind][:, place[burden.gene]]
        matrix[:, number] = np.nan_to_num((column - burden.mean) / burden.scale)
    return matrix


def burden_frame(genomes: Genomes, genes: list[str], fitted: list[Burden]) -> pd.DataFrame:
    """`burden_matrix` with a name on every column."""
    names = [f"{burden.gene} {burden.kind}" for burden in fitted]
    return pd.DataFrame(burden_matrix(genomes, genes, fitted), columns=names)


def _varies(column: np.ndarray, min_share: float) -> bool:
    seen = column[~np.isnan(column)]
    if not len(seen):
        return False
    _, counts = np.unique(seen, return_counts=True)
    return bool(counts.max() <= (1 - min_share) * len(seen))


def _repeats(column: np.ndarray, kept: list[np.ndarray]) -> bool:
    seen = ~np.isnan(column)
    return any(np.corrcoef(column[seen], other[seen])[0, 1] > TOO_ALIKE for other in kept)
