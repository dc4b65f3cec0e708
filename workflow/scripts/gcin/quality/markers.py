"""Markers of kinship: one common SNV per window of the autosomes, alike in every cohort."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Self
from zlib import crc32

import numpy as np
import pandas as pd
from cyvcf2 import VCF, Variant

PLACE = ["chromosome", "position", "reference", "alternate"]
AUTOSOME = re.compile(r"(?:chr)?([1-9]|1\d|2[0-2])")
NO_CALL = 3
NO_ALLELE = -1  # a haploid genotype fills its second place with -2


class Window:
    """The best site so far of one window: that with the least hash of its place and alleles.

    Chance decides, but the same chance everywhere, so that two cohorts that both have a site choose
    it in both. Genotypes have no say, or relatives would be chosen into looking more alike.
    """

    def __init__(self, chromosome: str, number: int) -> None:
        """Begin with no site."""
        self.place = (chromosome, number)
        self.rank = 1 << 32
        self.site: dict | None = None
        self.dosage: np.ndarray | None = None

    def offer(self, record: Variant, min_frequency: float) -> None:
        """Take a record where it is better and common in the cohort."""
        name, alternate = self.place[0], record.ALT[0]
        rank = crc32(f"{name}:{record.POS}:{record.REF}:{alternate}".encode())
        if rank >= self.rank:
            return
        dosage = dosages(record)
        called = dosage[dosage >= 0]
        frequency = called.mean() / 2 if len(called) else 0
        if min(frequency, 1 - frequency) >= min_frequency:
            site = (name, record.POS, record.REF, alternate)
            self.rank, self.dosage, self.site = rank, dosage, dict(zip(PLACE, site, strict=True))


class Markers:
    """Sites, and dosages of the alternate: samples x sites, int8, -1 = no call."""

    def __init__(self, samples: list[str], sites: pd.DataFrame, dosages: np.ndarray) -> None:
        """Hold them; the columns of `dosages` are the rows of `sites`."""
        self.samples, self.sites, self.dosages = samples, sites, dosages

    @classmethod
    def read(cls, sites: str | Path, dosages: str | Path) -> Self:
        """Read what `write` wrote."""
        table = pd.read_parquet(dosages)
        matrix = table.to_numpy(np.int8).T if len(table.columns) else np.empty((0, 0), np.int8)
        return cls(list(table.columns), pd.read_parquet(sites), matrix)

    def write(self, sites: str | Path, dosages: str | Path) -> None:
        """Write the sites, and the dosages as one column per sample."""
        self.sites.to_parquet(sites, index=False)
        pd.DataFrame(self.dosages.T, columns=self.samples).to_parquet(dosages, index=False)

    def at(self, sites: pd.DataFrame) -> np.ndarray:
        """Dosages at these sites, all of which must be here."""
        order = pd.MultiIndex.from_frame(self.sites).get_indexer(pd.MultiIndex.from_frame(sites))
        return self.dosages[:, order]

    def called(self) -> np.ndarray:
        """Count the markers that each sample has called."""
        return (self.dosages >= 0).sum(axis=1)

    def chosen_by_others(self) -> Self:
        """Leave out each sample's markers that vary through it alone.

        That a marker varies tells of the genotypes it was chosen by: that of a cohort of one is
        heterozygous at all of them. Beside another cohort, chosen by its own, that looks like
        kinship.
        """
        seen = self.dosages >= 0
        alternates = np.maximum(self.dosages, 0).sum(axis=0, dtype=np.int64)
        copies = 2 * seen.sum(axis=0)
        kept = self.dosages.copy()
        for row, own in zip(kept, seen, strict=True):
            others = alternates - np.maximum(row, 0)
            row[(others == 0) | (others == copies - 2 * own)] = -1
        return type(self)(self.samples, self.sites, kept)


def read_markers(
    genotypes: str | Path, window_bases: int, min_frequency: float, left_out: Collection[str] = ()
) -> Markers:
    """Choose the markers of a cohort.

    Args:
        genotypes: Joint genotypes, one alternate allele a record, sorted.
        window_bases: Length of a window; a marker in each keeps them nearly independent.
        min_frequency: Least frequency, in the cohort, of a marker's rarer allele.
        left_out: Samples that are no marker's, as tumours with nothing but somatic calls.
    """
    kept = [name for name in VCF(str(genotypes)).samples if name not in left_out]
    if not kept:
        return Markers([], pd.DataFrame(columns=PLACE), np.empty((0, 0), np.int8))
    vcf = VCF(str(genotypes), gts012=True, samples=kept)
    windows, current = [], Window("", 0)
    for record in vcf:
        autosome = AUTOSOME.fullmatch(record.CHROM)
        if not autosome or not record.is_snp or len(record.ALT) != 1:
            continue
        place = (autosome[1], (record.POS - 1) // window_bases)
        if place != current.place:
            current = Window(*place)
            windows.append(current)
        current.offer(record, min_frequency)
    chosen = [window for window in windows if window.site]
    sites = pd.DataFrame([window.site for window in chosen], columns=PLACE)
    empty = np.empty((len(vcf.samples), 0), np.int8)
    matrix = np.column_stack([empty, *(window.dosage for window in chosen)])
    return Markers(list(vcf.samples), sites.astype({"position": np.int64}), matrix.astype(np.int8))


def dosages(record: Variant) -> np.ndarray:
    """Count the alternate alleles of each sample; -1 where it has no call, or one that fails.

    Of half a call (`./1`, `./0`) the other copy may be either; cyvcf2 takes it for the reference.
    """
    counts = record.gt_types.astype(np.int8)
    counts[(counts == NO_CALL) | (record.genotype.array()[:, :-1] == NO_ALLELE).any(axis=1)] = -1
    if "FT" in record.FORMAT:
        counts[~np.isin(record.format("FT"), ("PASS", "."))] = -1
    return counts
