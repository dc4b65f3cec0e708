"""The genotype tensor store of a cohort's generation, opened: the only reader of the model."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from gcin.tensors.bases import bases_of_sites
from gcin.tensors.calls import FILES, Calls, open_array
from gcin.tensors.genes import (
    BESIDE,
    CALL_BASED,
    FLAGGED,
    GENE_FEATURES,
    SiteEffects,
    gene_features,
    gene_rows,
    united_beside,
)
from gcin.tensors.scalars import SCALARS
from gcin.tensors.variants import SITE_FEATURES, VARIANT_FEATURES, call_features, site_features

SCHEMA_VERSION = 2
ARRAYS = [*FILES.values(), "genes.npy", "dosages.npy", "callable.npy"]
TABLES = ["sites.parquet", "genes.parquet", "markers.parquet", "scalars.parquet"]


class VariantSets(NamedTuple):
    """Padded variant sets of patients.

    Attributes:
        values: float32, patients x limit x features, 0 where there is no variant.
        gene: Gene row of each variant, int32, 0 where there is none.
        mask: True where a variant is real.
        left_out: Variants of each patient beyond the limit, int64.
    """

    values: np.ndarray
    gene: np.ndarray
    mask: np.ndarray
    left_out: np.ndarray


@dataclass(frozen=True)
class Store:
    """A cohort's genotypes by patient. Nothing in it was learnt across patients.

    A patient without a sample has no genome: everything of theirs is masked, which is not the
    same as wild type.

    Attributes:
        folder: Where the store lies.
        receipt: Its description of itself.
        genes: The gene universe in genome order, with place, arm and transcript.
    """

    folder: Path
    receipt: dict
    genes: pd.DataFrame

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open a store; its arrays are mapped into memory when first read.

        Raises:
            ValueError: The receipt is missing or of an unknown schema version, a file is missing,
                or an array has not the shape that the receipt says.
        """
        folder = Path(folder)
        receipt = _read_receipt(folder)
        require_files(folder, receipt)
        return cls(folder, receipt, pd.read_parquet(folder / "genes.parquet"))

    @property
    def patients(self) -> list[str]:
        """Patients with at least one sample, sorted."""
        return sorted(self._rows_of)

    @property
    def features(self) -> list[str]:
        """Names of the gene features, with those that tell whether another was measured."""
        return [*self.receipt["features"], *FLAGGED]

    @property
    def variant_features(self) -> list[str]:
        """Names of the variant features."""
        return self.receipt["variant_features"]

    @cached_property
    def sites(self) -> pd.DataFrame:
        """The site table, one row per allele and gene."""
        return pd.read_parquet(self.folder / "sites.parquet")

    @cached_property
    def _table(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "scalars.parquet")

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        """Rows of each patient's samples, those of a tumour first."""
        order = self._table.sort_values("tissue", ascending=False, kind="stable")
        return order.groupby("patient").groups

    @cached_property
    def _calls(self) -> Calls:
        return Calls.open(self.folder)

    @cached_property
    def _site_features(self) -> np.ndarray:
        return site_features(self.sites)

    @cached_property
    def _effects(self) -> SiteEffects:
        return SiteEffects.of(self.sites, self._site_features, self.receipt["rare_frequency"])

    @cached_property
    def _severity(self) -> np.ndarray:
        """Rank of each site, the most severe first, of equal scores the rarest, then by place."""
        frequency = self.sites["population_af"].fillna(0)
        rank = np.empty(len(frequency), np.int64)
        rank[np.lexsort((frequency, -self._effects.score))] = np.arange(len(rank))
        return rank

    @cached_property
    def _bases(self) -> dict[int, np.ndarray]:
        return bases_of_sites(self.sites)

    @cached_property
    def _gene_track(self) -> np.ndarray:
        return open_array(self.folder / "genes.npy")

    @cached_property
    def _callable(self) -> np.ndarray:
        return open_array(self.folder / "callable.npy")

    def _united(self, patient: str) -> tuple[np.ndarray, np.ndarray]:
        """Calls of a patient's samples together, and whether each is somatic."""
        rows = list(self._rows_of.get(patient, []))
        tumour = (self._table["tissue"].iloc[rows] == "tumour").to_numpy(dtype=bool)
        bases = self._bases if tumour.any() and not tumour.all() else {}
        return self._calls.of_samples(rows, tumour, bases)

    def variants(
        self, patients: Iterable[str], limit: int, genes: np.ndarray | None = None
    ) -> VariantSets:
        """Read the variant sets of patients.

        Args:
            patients: In the order wanted; those without a sample have an empty set.
            limit: Rows per patient. Of more variants those with the highest score are kept, of
                equal ones the rarest.
            genes: Whether variants of each gene are read, bool; None for those of all genes.

        Returns:
            The sets, each by descending score, then by frequency and site.
        """
        patients = list(patients)
        values = np.zeros((len(patients), limit, len(VARIANT_FEATURES)), np.float32)
        gene = np.zeros((len(patients), limit), np.int32)
        mask = np.zeros((len(patients), limit), bool)
        left_out = np.zeros(len(patients), np.int64)
        for row, patient in enumerate(patients):
            calls, somatic = self._united(patient)
            order = np.argsort(self._severity[calls["site"]])
            if genes is not None:
                order = order[genes[self._effects.gene[calls["site"][order]]]]
            calls, somatic = calls[order[:limit]], somatic[order[:limit]]
            kept = slice(len(calls))
            values[row, kept, : len(SITE_FEATURES)] = self._site_features[calls["site"]]
            values[row, kept, len(SITE_FEATURES) :] = call_features(calls, somatic)
            gene[row, kept] = self._effects.gene[calls["site"]]
            mask[row, kept] = True
            left_out[row] = len(order) - len(calls)
        return VariantSets(values, gene, mask, left_out)

    def carried(self, patients: Iterable[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Read which rows of `sites` each patient carries an alternate allele of."""
        for patient in patients:
            calls, _ = self._united(patient)
            yield patient, calls["site"][calls["dosage"] > 0]

    def gene_tensor(self, patients: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Read the gene tracks of patients.

        Returns:
            Values (float32, patients x genes x features, unknown = 0; the FLAGGED features tell
            an unknown 0 from a measured one), and a mask (patients x genes) that is true where
            the gene was callable, or its copies are gone or lost.
        """
        shape = (len(self.genes), len(GENE_FEATURES))
        rows = [self._gene_rows(patient) for patient in patients]
        values = np.stack(rows) if rows else np.empty((0, *shape), np.float32)
        known = ~np.isnan(values)
        flags = known[:, :, [GENE_FEATURES.index(name) for name in FLAGGED.values()]]
        return np.concatenate([np.nan_to_num(values), flags], axis=2), known[:, :, 0]

    def _gene_rows(self, patient: str) -> np.ndarray:
        """Gene track of a patient, float32; of several samples their calls are counted together."""
        rows = list(self._rows_of.get(patient, []))
        if len(rows) == 1:
            return self._gene_track[rows[0]].astype(np.float32)
        features = np.zeros((len(self.genes), len(CALL_BASED)), np.float32)
        if len(rows):
            calls, _ = self._united(patient)
            features = gene_features(calls["site"], calls["dosage"], self._effects, len(self.genes))
        share = self._callable_in(patient)
        start = len(CALL_BASED)
        beside = united_beside(self._gene_track[rows, :, start : start + len(BESIDE)])
        return gene_rows(features, share, beside, self.receipt["min_callable"]).astype(np.float32)

    def _callable_in(self, patient: str) -> np.ndarray:
        """Callable share of each gene in a patient, float32.

        Of several samples of a tissue the best counts. Of a tumour and a germline sample the
        lesser does: a gene that only one of them shows is not known to be free of variants. A
        patient without a sample has 0 everywhere.
        """
        rows = list(self._rows_of.get(patient, []))
        if not rows:
            return np.zeros(len(self.genes), np.float32)
        tissues = self._table["tissue"].iloc[rows].to_numpy()
        shares = self._callable[rows]
        return np.min([shares[tissues == name].max(axis=0) for name in set(tissues)], axis=0)

    def scalars(self, patients: Iterable[str]) -> pd.DataFrame:
        """Read the sample scalars of patients, of a tumour sample where there is one.

        Returns:
            float64, indexed by patient; a patient without a sample has missing values.
        """
        patients = list(patients)
        rows = [self._rows_of.get(patient, [-1])[0] for patient in patients]
        found = self._table[SCALARS].reindex(rows)
        return found.set_axis(pd.Index(patients, name="patient"))

    def tissues(self, patients: Iterable[str]) -> pd.Series:
        """Name what was sequenced of each patient: `germline and tumour`; missing if nothing."""
        names = self._table.groupby("patient")["tissue"].agg(
            lambda own: " and ".join(sorted({*own}))
        )
        return names.reindex(pd.Index(list(patients), name="patient"))


def _read_receipt(folder: Path) -> dict:
    """Read a store's receipt, and refuse what this code cannot read."""
    path = folder / "receipt.json"
    if not path.is_file():
        raise ValueError(f"{folder} is no tensor store: it has no receipt.json. Build it first.")
    receipt = json.loads(path.read_text())
    if receipt.get("schema") != SCHEMA_VERSION:
        raise ValueError(
            f"{path} has schema version {receipt.get('schema')}, this code reads "
            f"{SCHEMA_VERSION}: build the store again with this version, or use the other one"
        )
    return receipt


def require_files(folder: Path, receipt: dict) -> None:
    """Refuse a store whose files are not what its receipt says.

    Raises:
        ValueError: Names the file, and the remedy.
    """
    remedy = "Delete the folder and run again."
    for name in [*ARRAYS, *TABLES]:
        if name not in receipt["files"] or not (folder / name).is_file():
            raise ValueError(f"{folder / name} is missing from the tensor store. {remedy}")
    for name in ARRAYS:
        array = open_array(folder / name)
        found = [list(array.shape), str(array.dtype)]
        if found != receipt["arrays"][name]:
            raise ValueError(
                f"{folder / name} is {found}, the receipt says {receipt['arrays'][name]}. {remedy}"
            )
