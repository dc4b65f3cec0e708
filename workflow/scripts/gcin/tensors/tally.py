"""How many genotypes are missing, and how many alleles are carried, by sample."""

from bisect import bisect_right

import numpy as np
import pandas as pd


class Targets:
    """The bases that an assay looks at: outside them few reads come to lie, and by chance.

    Alleles there are missing in most samples, whatever these are worth.
    """

    def __init__(self, intervals: pd.DataFrame | None) -> None:
        """Keep `chromosome start end` (0-based); None where the assay has no limits."""
        self._all = intervals is None
        self._parts = {}
        if intervals is not None:
            for chromosome, own in intervals.sort_values("start").groupby("chromosome"):
                self._parts[chromosome] = own["start"].tolist(), own["end"].cummax().tolist()

    def hold(self, chromosome: str, position: int) -> bool:
        """Tell whether a base (1-based) is one of them."""
        if self._all:
            return True
        starts, reached = self._parts.get(chromosome, ([], []))
        before = bisect_right(starts, position - 1)
        return before > 0 and position <= reached[before - 1]


class MissingTally:
    """Counts no-calls among the alleles that a sample's own source knows.

    Files are merged with absent sites as no-calls, and a site that no sample of a file has a call
    at was not in that file: it says nothing about the file's samples and is not counted.
    """

    def __init__(self, sources: np.ndarray, targets: pd.DataFrame | None = None) -> None:
        """Begin with nothing counted.

        Args:
            sources: Number of the source of each sample, from 0 on.
            targets: `chromosome start end` (0-based) of the assay, see `Targets`.
        """
        self._targets = Targets(targets)
        self._sources = sources
        self._n_sources = int(sources.max(initial=-1)) + 1
        self._seen = np.zeros(self._n_sources, np.int64)
        self._missing = np.zeros(len(sources), np.int64)

    def add(self, chromosome: str, position: int, dosage: np.ndarray) -> None:
        """Count an allele.

        Args:
            chromosome: Where it lies.
            position: Its first base, 1-based.
            dosage: One value per sample, -1 = no call.
        """
        if not self._targets.hold(chromosome, position):
            return
        called = np.bincount(self._sources[dosage >= 0], minlength=self._n_sources) > 0
        self._seen += called
        self._missing += (dosage < 0) & called[self._sources]

    @property
    def by_sample(self) -> np.ndarray:
        """Share of no-calls of each sample; NaN where its source had no allele at all."""
        seen = self._seen[self._sources].astype(float)
        return np.divide(self._missing, seen, out=np.full(len(seen), np.nan), where=seen > 0)


class CarriedTally:
    """Counts the alleles that each sample carries in genes, also those of which no site is made."""

    def __init__(self, samples: int) -> None:
        """Begin with nothing counted, for so many samples."""
        self.by_sample = np.zeros((samples, 2), np.int64)

    def add(self, sample: np.ndarray, dosage: np.ndarray) -> None:
        """Count genotypes.

        Args:
            sample: Row of each in the store.
            dosage: Copies of the alternate, of two; none where it is 0 or less.
        """
        for column, counted in enumerate((dosage > 0, dosage == 1)):
            own = np.bincount(sample[counted], minlength=len(self.by_sample))
            self.by_sample[:, column] += own
