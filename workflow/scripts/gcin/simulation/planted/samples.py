"""A planted cohort as its laboratories see it: a germline and a tumour sample of each patient."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from gcin.simulation.planted.cohort import Genotypes
from gcin.tensors.tally import Targets

TISSUES = {"germline": "N", "tumour": "T"}  # in the order of a patient's rows
MARKER_FREQUENCY = 0.01  # lowest population frequency of a common marker, as in the configuration
RATIO_DECIMALS = 4  # of a log2 ratio in a file


class Delivered(NamedTuple):
    """What two samples of each patient show.

    Attributes:
        genotypes: Rows are samples, those of a patient next to each other, the germline's first;
            sites and markers that nobody carries are left out, and common sites are markers too.
        samples: `sample patient tissue`, by row.
        missing: Share of no-calls of each sample, of the alleles of its tissue's file within the
            targets.
        apart: Whether each marker is no site.
    """

    genotypes: Genotypes
    samples: pd.DataFrame
    missing: np.ndarray
    apart: np.ndarray


def deliver(genotypes: Genotypes, patients: pd.Series, targets: Targets) -> Delivered:
    """Divide each patient's genotypes between two samples.

    The germline sample has the inherited alleles and the common markers, the tumour sample the
    somatic alleles and the copies, as when a caller of somatic variants sees both.

    Args:
        genotypes: Rows are patients.
        patients: Their names, sorted.
        targets: Of the assay.
    """
    calls, sites = genotypes.calls, genotypes.sites
    carried = np.unique(calls["site"])
    row = calls["patient"] * len(TISSUES) + calls["somatic"]
    calls = calls.assign(patient=row, site=np.searchsorted(carried, calls["site"]))
    calls = calls.sort_values(["patient", "site"], ignore_index=True)
    sites = sites.iloc[carried].reset_index(drop=True)
    markers, dosages, apart = _markers(genotypes, calls, sites)
    copies = np.full((len(dosages), genotypes.copies.shape[1]), np.nan, np.float32)
    copies[1::2] = np.round(genotypes.copies.astype(float), RATIO_DECIMALS)
    samples = pd.DataFrame(
        [
            (f"{patient}-{letter}", patient, tissue)
            for patient in patients
            for tissue, letter in TISSUES.items()
        ],
        columns=["sample", "patient", "tissue"],
    )
    assayed = np.repeat(genotypes.assayed, len(TISSUES), axis=0)
    own = {"copies": copies, "dosages": dosages, "markers": markers, "assayed": assayed}
    seen = replace(genotypes, sites=sites, calls=calls, **own)
    return Delivered(seen, samples, _missing(seen, apart, targets), apart)


def _markers(
    genotypes: Genotypes, calls: pd.DataFrame, sites: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Put markers and common sites together, in genome order.

    Returns:
        The markers, their dosages by sample (-1 also where a tissue's file does not hold the
        allele), and whether each is no site.
    """
    carried = (genotypes.dosages > 0).any(axis=0)
    own = np.full((2 * len(genotypes.dosages), carried.sum()), -1, np.int8)
    own[::2] = genotypes.dosages[:, carried]
    common = np.flatnonzero(sites["population_af"] >= MARKER_FREQUENCY)
    shared = np.full((len(own), len(common)), -1, np.int8)
    found = calls[calls["site"].isin(common)]
    place = np.searchsorted(common, found["site"])
    for tissue in range(len(TISSUES)):
        here = found["patient"] % len(TISSUES) == tissue
        shared[tissue :: len(TISSUES), np.unique(place[here])] = 0
    shared[found["patient"], place] = found["dosage"]

    names = list(genotypes.markers.columns)
    table = pd.concat(
        [genotypes.markers[carried], sites.iloc[common][names]], ignore_index=True
    ).assign(apart=np.arange(len(common) + own.shape[1]) < own.shape[1])
    rank = {name: place for place, name in enumerate(genotypes.genes["chromosome"].unique())}
    order = table.assign(rank=table["chromosome"].map(rank)).sort_values(
        ["rank", "position", "reference", "alternate"]
    )
    dosages = np.concatenate([own, shared], axis=1)[:, order.index]
    return order[names].reset_index(drop=True), dosages, order["apart"].to_numpy()


def _missing(seen: Genotypes, apart: np.ndarray, targets: Targets) -> np.ndarray:
    """Share of no-calls of each sample; only markers have any, and only germline samples them."""
    shares = np.zeros(len(seen.dosages))
    inherited = np.unique(seen.calls["site"][seen.calls["patient"] % 2 == 0])
    asked = apart & _held(seen.markers, targets)
    alleles = _held(seen.sites.loc[inherited], targets).sum() + asked.sum()
    shares[::2] = (seen.dosages[::2][:, asked] < 0).sum(axis=1) / alleles
    return shares


def _held(alleles: pd.DataFrame, targets: Targets) -> np.ndarray:
    """Whether each allele lies within the targets."""
    places = zip(alleles["chromosome"], alleles["position"], strict=True)
    return np.array([targets.hold(*place) for place in places], bool)
