"""The calls of samples and patients, read from the CSR arrays of a store."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from gcin.tensors.layout import COLUMNS

CALL = np.dtype(list(COLUMNS.items()))
FILES = {name: f"calls/{name}.npy" for name in ("indptr", *COLUMNS)}


class Calls(NamedTuple):
    """Memory-mapped calls, by sample.

    Attributes:
        indptr: Row offsets, int64, samples + 1.
        columns: One array per name of COLUMNS, all of one length.
    """

    indptr: np.ndarray
    columns: dict[str, np.ndarray]

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the arrays of a store; an empty array is read instead, as it cannot be mapped."""
        columns = {name: open_array(folder / FILES[name]) for name in COLUMNS}
        return cls(np.load(folder / FILES["indptr"]), columns)

    def of_sample(self, row: int) -> np.ndarray:
        """Read the calls of a sample, by site.

        Returns:
            Structured array with `site dosage vaf depth quality`.
        """
        own = self._shown(row)
        return own[own["dosage"] > 0]

    def _shown(self, row: int) -> np.ndarray:
        """Calls of a sample, and with dosage 0 what it shows in doubt."""
        start, end = self.indptr[row : row + 2]
        own = np.empty(end - start, CALL)
        for name, values in self.columns.items():
            own[name] = values[start:end]
        return own

    def of_samples(
        self, rows: list[int], tumour: np.ndarray, bases: Mapping[int, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Unite the calls of a patient's samples; where two share a site the tumour's stands.

        Of both dosages the larger one is kept: a caller of tumours writes 0/1 whatever it sees.
        Bases that one sample shows as one allele, another each by itself, are the one allele.

        Args:
            rows: The patient's samples.
            tumour: Whether each is of a tumour, bool.
            bases: Alleles of several bases, see `gcin.tensors.bases`: what is shown of each base is
                shown of the allele, and what is shown of it of each base.

        Returns:
            The calls by site, as by `of_sample`, and whether each is somatic: in a tumour sample,
            and shown by no germline sample of the patient, nor in doubt.
        """
        parts = [self._shown(row) for row in rows]
        inherited = [part["site"] for part, own in zip(parts, tumour, strict=True) if not own]
        parts = _spelt_alike(parts, bases)
        origin = np.repeat(tumour, [len(part) for part in parts])
        united = np.concatenate([np.empty(0, CALL), *parts])
        order = np.lexsort((~origin, united["site"]))
        united, origin = united[order], origin[order]
        first = np.concatenate([[True], np.diff(united["site"]) > 0])[: len(united)]
        if len(united):
            most = np.maximum.reduceat(united["dosage"], np.flatnonzero(first))
            united["dosage"][first] = most
        inherited = np.concatenate([np.empty(0, np.int32), *inherited])
        germline = np.isin(united["site"], _shown_by(inherited, united["site"], bases))
        called = first & (united["dosage"] > 0)
        return united[called], (origin & ~germline)[called]


def _spelt_alike(parts: list[np.ndarray], bases: Mapping[int, np.ndarray]) -> list[np.ndarray]:
    """Take out of each sample the single bases of what another one carries as one allele.

    Where a sample has all bases of it, the allele is its own as often as the rarest of them; copies
    of a base beyond those of the allele stay.
    """
    several = np.fromiter(bases, np.int64, len(bases))
    carried = [part[(part["dosage"] > 0) & np.isin(part["site"], several)] for part in parts]
    joined = np.concatenate([np.empty(0, CALL), *carried])
    for site in np.unique(joined["site"]):
        copies = joined["dosage"][joined["site"] == site].max()
        for place, (part, own) in enumerate(zip(parts, carried, strict=True)):
            if site in own["site"]:
                continue
            apart = np.flatnonzero((part["dosage"] > 0) & np.isin(part["site"], bases[site]))
            if not len(apart):
                continue
            rarest = part[apart[[part["dosage"][apart].argmin()]]]
            rarest["site"] = site
            is_whole = len(apart) == len(bases[site])
            taken = max(copies, rarest["dosage"][0]) if is_whole else copies
            part["dosage"][apart] = np.maximum(part["dosage"][apart] - taken, 0)
            parts[place] = np.concatenate([part, rarest]) if is_whole else part
    return parts


def _shown_by(
    germline: np.ndarray, sites: np.ndarray, bases: Mapping[int, np.ndarray]
) -> np.ndarray:
    """Add to the sites that germline samples show those that are the same bases."""
    if not bases:
        return germline
    several = np.fromiter(bases, np.int64, len(bases))
    parts = [bases[site] for site in np.intersect1d(germline, several)]
    shown = np.concatenate([germline, *parts])
    shown = shown[shown >= 0]
    whole = [site for site in np.intersect1d(sites, several) if np.isin(bases[site], shown).all()]
    return np.concatenate([shown, np.array(whole, shown.dtype)])


def open_array(path: Path) -> np.ndarray:
    """Map a saved array, or read it where it is empty."""
    with path.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0
        shape = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(stream)[0]
    return np.load(path, mmap_mode=None if 0 in shape else "r", allow_pickle=False)
