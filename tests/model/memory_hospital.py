"""A small hospital in memory: stores, clinical tables and outcomes with a known rule."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from gcin.model.outcomes import outcome_columns
from gcin.model.study import Cohorts

FEATURES = [
    "lof",
    "missense",
    "splice",
    "inframe",
    "synonymous",
    "max_score",
    "sum_score",
    "rare_count",
    "zygosity",
    "copy_number",
    "loh",
    "callable",
]
VARIANT_FEATURES = [f"feature_{number}" for number in range(24)]


class Sets(NamedTuple):
    """Variant sets as the store gives them."""

    values: np.ndarray
    gene: np.ndarray
    mask: np.ndarray
    left_out: np.ndarray


class MemoryStore:
    """A tensor store held in memory, with the interface of the one on disk."""

    features = FEATURES
    variant_features = VARIANT_FEATURES

    def __init__(self, genes, patients, lof, missense, mask):
        """Hold the truncating and the missense variants of each patient and gene."""
        self.genes, self.names = genes, {name: row for row, name in enumerate(patients)}
        self.track = np.zeros((*lof.shape, len(FEATURES)), "float32")
        self.track[..., 0], self.track[..., 1] = lof, missense
        self.track[..., 5] = 0.9 * lof + 0.4 * missense
        self.track[..., 7] = lof + missense
        self.track[..., -1] = 1
        self.track *= mask[..., None]
        self.mask = mask

    def _rows(self, patients):
        return np.array([self.names.get(name, -1) for name in patients])

    def gene_tensor(self, patients):
        """Values and mask, as the store on disk gives them."""
        rows = self._rows(patients)
        here = rows >= 0
        return self.track[rows] * here[:, None, None], self.mask[rows] & here[:, None]

    def variants(self, patients, limit, genes):
        """One variant per altered gene, truncating ones told apart by the first feature."""
        values = np.zeros((len(patients), limit, len(VARIANT_FEATURES)), "float32")
        left_out = np.zeros(len(patients), int)
        gene, mask = (
            np.zeros((len(patients), limit), "int32"),
            np.zeros((len(patients), limit), bool),
        )
        for place, row in enumerate(self._rows(patients)):
            if row < 0:
                continue
            hit = np.argwhere((self.track[row, :, :2] > 0) & genes[:, None])
            left_out[place], hit = max(len(hit) - limit, 0), hit[:limit]
            gene[place, : len(hit)], mask[place, : len(hit)] = hit[:, 0], True
            values[place, np.arange(len(hit)), hit[:, 1]] = 1
        return Sets(values, gene, mask, left_out)


def gene_table(count, chromosomes=8):
    places = np.sort(np.arange(count) % chromosomes)
    return pd.DataFrame(
        {
            "gene": [f"GENE{number}" for number in range(count)],
            "chromosome": [f"chr{place + 1}" for place in places],
            "arm": [f"{place + 1}{'pq'[number % 2]}" for number, place in enumerate(places)],
        }
    ).sort_values(["chromosome", "arm"], ignore_index=True)


@dataclass
class Hospital:
    """Patients, their stores, and how likely each truly was to respond."""

    patients: pd.DataFrame
    cohorts: Cohorts
    members: pd.DataFrame
    probability: pd.DataFrame


def make_hospital(count=480, genes=60, seed=1, signal=1.0, arms=("chemo", "target")):
    """Response by a clinical effect, and in arm `target` by a driver without a resistance gene."""
    random = np.random.default_rng(seed)
    names = [f"P{number:04d}" for number in range(count)]
    table = gene_table(genes)
    prevalence = np.concatenate([[0.4, 0.3, 0.3], random.uniform(0.02, 0.2, genes - 3)])
    lof = (random.random((count, genes)) < prevalence * 0.6).astype(float)
    missense = (random.random((count, genes)) < prevalence * 0.6).astype(float)
    mask = random.random((count, genes)) > 0.03
    altered = (lof + missense) > 0
    age, stage = random.normal(62, 11, count), random.choice(["I", "II", "III"], count)
    arm = random.choice(arms, count)
    base = -0.4 * (age - 62) / 11 - 0.7 * (stage == "III") + 0.8 * altered[:, 2]
    gain = {"chemo": base, "target": base + 2.2 * (altered[:, 0] & ~altered[:, 1]) - 0.8}
    odds = pd.DataFrame({name: signal * gain[name] for name in arms})
    received = odds.to_numpy()[np.arange(count), [list(arms).index(name) for name in arm]]
    time = random.exponential(14 * np.exp(received * 0.8))
    end = random.uniform(6, 40, count)
    patients = pd.DataFrame(
        {
            "patient": names,
            "cohort": "hospital",
            "role": "train",
            "arm": arm,
            "family": None,
            "has_genome": True,
            "response": (random.random(count) < 1 / (1 + np.exp(-received))).astype(float),
            "os_time": np.minimum(time, end),
            "os_event": (time <= end).astype(float),
        }
    )
    patients.loc[random.random(count) < 0.08, "response"] = np.nan
    clinical = pd.DataFrame({"age": age, "stage": stage}, index=pd.Index(names, name="patient"))
    clinical.loc[random.random(count) < 0.1, "age"] = np.nan
    store = MemoryStore(table, names, lof, missense, mask)
    groups = [(f"PATHWAY{g // 5}", f"GENE{g}") for g in range(genes)]
    members = pd.DataFrame(groups, columns=["pathway", "gene"])
    cohorts = Cohorts({"hospital": store}, {"hospital": clinical})
    probability = (1 / (1 + np.exp(-odds))).set_axis(names)
    return Hospital(patients, cohorts, members, probability)


def split_of(patients, seed=1):
    parts = np.random.default_rng(seed).choice(
        ["train", "validation", "test"], len(patients), p=[0.7, 0.15, 0.15]
    )
    return pd.DataFrame({"patient": patients["patient"], "part": parts})


def scrambled(patients, split, seed=5):
    """Give the patients of part test one another's outcomes, and turn their responses round."""
    random, patients = np.random.default_rng(seed), patients.set_index("patient")
    tested = split["patient"][split["part"] == "test"]
    columns = outcome_columns(patients)
    patients.loc[tested, columns] = random.permutation(patients.loc[tested, columns].to_numpy())
    patients.loc[tested, "response"] = 1 - patients.loc[tested, "response"]
    return patients.reset_index()
