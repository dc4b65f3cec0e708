"""How many genotypes are missing: by sample, and by sample and gene."""

from pathlib import Path

import numpy as np


class MissingTally:
    """Counts no-calls among the alleles that a sample's own source knows.

    Files are merged with absent sites as no-calls, and a site that no sample of a file has a call
    at was not in that file: it says nothing about the file's samples and is not counted.
    """

    def __init__(self, sources: np.ndarray, genes: int, matrix: Path) -> None:
        """Begin with nothing counted.

        Args:
            sources: Number of the source of each sample, from 0 on.
            genes: Number of genes.
            matrix: File of the shares by sample and gene, float16, written as it is filled.
        """
        shape = (len(sources), genes)
        # an array without elements cannot be mapped
        empty = 0 in shape
        if empty:
            np.save(matrix, np.zeros(shape, np.float16))
        self.shares = (
            np.zeros(shape, np.float16)
            if empty
            else np.lib.format.open_memmap(matrix, "w+", np.float16, shape)
        )
        self._sources = sources
        self._n_sources = int(sources.max(initial=-1)) + 1
        self._seen = np.zeros(self._n_sources, np.int64)
        self._missing = np.zeros(len(sources), np.int64)
        self.open(0, 0)

    def open(self, first: int, last: int) -> None:
        """Begin a chromosome, whose genes are rows `first` to `last` (excluded)."""
        self._first, self._last = first, last
        self._gene_seen = np.zeros((self._n_sources, last - first), np.int32)
        self._gene_missing = np.zeros((len(self._sources), last - first), np.int32)

    def add(self, dosage: np.ndarray, genes: list[int]) -> None:
        """Count an allele, with the genes of this chromosome that it lies in.

        Args:
            dosage: One value per sample, -1 = no call.
            genes: Gene rows.
        """
        called = np.bincount(self._sources[dosage >= 0], minlength=self._n_sources) > 0
        missing = (dosage < 0) & called[self._sources]
        self._seen += called
        self._missing += missing
        for gene in genes:
            self._gene_seen[:, gene - self._first] += called
            self._gene_missing[:, gene - self._first] += missing

    def close(self) -> None:
        """End a chromosome: write the shares of its genes."""
        seen = np.maximum(self._gene_seen[self._sources], 1)
        self.shares[:, self._first : self._last] = self._gene_missing / seen

    @property
    def by_sample(self) -> np.ndarray:
        """Share of no-calls of each sample; NaN where its source had no allele at all."""
        seen = self._seen[self._sources].astype(float)
        return np.divide(self._missing, seen, out=np.full(len(seen), np.nan), where=seen > 0)
