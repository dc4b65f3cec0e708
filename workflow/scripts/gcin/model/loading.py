"""Genomes of a study's patients, from the tensor stores of its cohorts."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

PATIENTS_AT_ONCE = 64
ALTERING = ("lof", "missense", "splice", "inframe")


class GenomeStore(Protocol):
    """What the models ask of a tensor store."""

    genes: pd.DataFrame
    features: list[str]
    variant_features: list[str]

    def gene_tensor(self, patients: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Values `(patients, genes, features)` and mask `(patients, genes)`."""

    def variants(
        self, patients: list[str], limit: int, genes: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Values, gene and mask of the variants of some genes (flags); how many are left out."""


@dataclass(frozen=True)
class Genomes:
    """Genomes of some patients, in their order.

    Attributes:
        track: Gene features, `(patients, genes, features)`, zero where not callable.
        mask: Where a gene was callable, `(patients, genes)`.
        variants: Variant features, `(patients, variants, features)`.
        variant_gene: Gene of each variant, as its place among `genes`, `(patients, variants)`.
        variant_mask: Where a variant is real, `(patients, variants)`.
        features: Names of the gene features.
    """

    track: np.ndarray
    mask: np.ndarray
    variants: np.ndarray
    variant_gene: np.ndarray
    variant_mask: np.ndarray
    features: tuple[str, ...]

    def feature(self, name: str) -> np.ndarray:
        """One gene feature, `(patients, genes)`."""
        return self.track[..., self.features.index(name)]

    def rows(self, chosen: np.ndarray) -> "Genomes":
        """Genomes of some of the patients, by a boolean mask or row numbers."""
        arrays = ("track", "mask", "variants", "variant_gene", "variant_mask")
        return replace(self, **{name: getattr(self, name)[chosen] for name in arrays})


@dataclass(frozen=True)
class GeneUse:
    """How often each gene of the universe is seen among some patients.

    Attributes:
        callable_share: Share of the patients with a genome in whom the gene was callable.
        carrier_share: Share of the patients with a genome who carry an altering variant of it.
    """

    callable_share: np.ndarray
    carrier_share: np.ndarray


def universe(stores: Mapping[str, GenomeStore]) -> pd.DataFrame:
    """The genes that all stores of a study share.

    Raises:
        ValueError: Two stores were built on different genes.
    """
    first, *others = stores
    genes = stores[first].genes.reset_index(drop=True)
    for other in others:
        if list(stores[other].genes["gene"]) != list(genes["gene"]):
            raise ValueError(
                f"the tensor stores of {first} and {other} hold different genes; build both on "
                "the same gene models."
            )
    return genes


def gene_use(patients: pd.DataFrame, stores: Mapping[str, GenomeStore]) -> GeneUse:
    """Count, over some patients, how often each gene is callable and altered.

    Args:
        patients: Indexed by `patient`, with `cohort`.
        stores: Tensor store of each cohort.
    """
    genomes = callable_ = carriers = 0
    for _, store, names in _blocks(patients, stores):
        values, mask = store.gene_tensor(names)
        altered = values[..., _places(store, ALTERING)].sum(axis=-1) > 0
        genomes += mask.any(axis=1).sum()
        callable_ = callable_ + mask.sum(axis=0)
        carriers = carriers + (altered & mask).sum(axis=0)
    return GeneUse(callable_ / max(genomes, 1), carriers / max(genomes, 1))


def genes_seen(
    patients: pd.DataFrame, stores: Mapping[str, GenomeStore]
) -> tuple[np.ndarray, np.ndarray]:
    """Where each patient's genes may be read, and where they are altered, too.

    Args:
        patients: Indexed by `patient`, with `cohort`.
        stores: Tensor store of each cohort.

    Returns:
        Both bool, patients x genes; false without a genome.
    """
    seen = np.zeros((len(patients), len(universe(stores))), bool)
    altered = np.zeros_like(seen)
    for rows, store, names in _blocks(patients, stores):
        values, seen[rows] = store.gene_tensor(names)
        altered[rows] = (values[..., _places(store, ALTERING)].sum(axis=-1) > 0) & seen[rows]
    return seen, altered


def load_genomes(
    patients: pd.DataFrame, stores: Mapping[str, GenomeStore], genes: list[str], variants: int
) -> Genomes:
    """Load the chosen genes of some patients; those without a genome are masked throughout.

    Args:
        patients: Indexed by `patient`, with `cohort`.
        stores: Tensor store of each cohort.
        genes: Genes to keep, in this order.
        variants: Most variants of a patient in these genes; the most severe of more are kept. 0
            for a model that reads what genes add up to alone.
    """
    place = {gene: number for number, gene in enumerate(universe(stores)["gene"])}
    chosen = np.array([place[gene] for gene in genes], dtype=int)
    new_place = np.full(len(place), -1)
    new_place[chosen] = np.arange(len(chosen))
    first = next(iter(stores.values()))
    loaded = _empty(len(patients), len(genes), variants, first)
    left_out = np.zeros(len(patients), int)
    for rows, store, names in _blocks(patients, stores):
        values, mask = store.gene_tensor(names)
        loaded.track[rows], loaded.mask[rows] = values[:, chosen], mask[:, chosen]
        values, gene, mask, left_out[rows] = store.variants(names, variants, new_place >= 0)
        loaded.variants[rows], loaded.variant_mask[rows] = values, mask
        loaded.variant_gene[rows] = np.where(mask, new_place[gene], 0)
    if variants and left_out.any():
        logger.warning(
            "%d of %d patients have more than %d variants in the %d genes: of theirs %d are not "
            "read, the least severe",
            *((left_out > 0).sum(), len(patients), variants, len(genes), left_out.sum()),
        )
    return trim(loaded)


def trim(genomes: Genomes) -> Genomes:
    """Cut the padding off the variant sets, down to the largest set."""
    width = max(int(genomes.variant_mask.sum(axis=1).max(initial=0)), 1)
    # A view would keep the padding in memory.
    return replace(
        genomes,
        **{
            name: np.ascontiguousarray(getattr(genomes, name)[:, :width])
            for name in ("variants", "variant_gene", "variant_mask")
        },
    )


def _blocks(
    patients: pd.DataFrame, stores: Mapping[str, GenomeStore]
) -> Iterator[tuple[np.ndarray, GenomeStore, list[str]]]:
    """Row numbers, store and names of a few patients of one cohort at a time."""
    cohorts = patients["cohort"].to_numpy()
    for cohort, store in stores.items():
        rows = np.flatnonzero(cohorts == cohort)
        for start in range(0, len(rows), PATIENTS_AT_ONCE):
            block = rows[start : start + PATIENTS_AT_ONCE]
            yield block, store, patients.index[block].tolist()


def _places(store: GenomeStore, names: tuple[str, ...]) -> list[int]:
    return [list(store.features).index(name) for name in names]


def _empty(patients: int, genes: int, variants: int, store: GenomeStore) -> Genomes:
    return Genomes(
        track=np.zeros((patients, genes, len(store.features)), "float32"),
        mask=np.zeros((patients, genes), bool),
        variants=np.zeros((patients, variants, len(store.variant_features)), "float32"),
        variant_gene=np.zeros((patients, variants), "int32"),
        variant_mask=np.zeros((patients, variants), bool),
        features=tuple(store.features),
    )
