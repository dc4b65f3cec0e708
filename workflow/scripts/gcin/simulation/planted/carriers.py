"""Who carries what: germline and somatic calls, copy numbers and common markers."""

import numpy as np
import pandas as pd

from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.genome import AMPLICON, DRIVER, EITHER, REPAIR, RESISTANCE, TOXICITY

# Mean rare variants of a gene in a patient; about three in ten impair.
RATES = {
    DRIVER: 2.8,
    **dict.fromkeys(RESISTANCE, 0.2),
    **dict.fromkeys(EITHER, 1.9),
    **dict.fromkeys(REPAIR, 0.22),
    **dict.fromkeys(TOXICITY.values(), 0.8),
}
BACKGROUND = 0.08
BURDEN_SPREAD = 0.5  # s.d. of the log of a patient's load of passengers
SOMATIC_SHARE = 0.6
HOMOZYGOUS_SHARE = 0.03
RELATIVES = 0.08
ANCESTRIES = ("P1", "P2", "P3")
FST = {"P1": 0.02, "P2": 0.06, "P3": 0.12}  # Balding and Nichols 1995
MARKERS = 500
NO_CALLS = 0.01  # share of the genotypes of common markers
AMPLIFIED = 0.35
COPY_NOISE = 1.1  # s.d. of a gene's log2 ratio; neighbours must be read together
SEGMENTS = 3  # mean further segments of a patient


def people(planted: Planted) -> pd.DataFrame:
    """Draw ancestries and families: `ancestry family`, by patient; siblings follow each other."""
    rng = planted.stream("people")
    count = planted.patients
    names = pd.Index([f"P{number:05d}" for number in range(1, count + 1)], name="patient")
    ancestry = rng.choice(ANCESTRIES, count, p=[0.6, 0.25, 0.15])
    family = np.arange(count)
    second = np.arange(1, int(count * RELATIVES) // 2 * 2, 2)
    family[second], ancestry[second] = family[second - 1], ancestry[second - 1]
    families = [f"F{number:05d}" for number in family]
    return pd.DataFrame({"ancestry": ancestry, "family": families}, index=names)


def calls(planted: Planted, sites: pd.DataFrame, family: pd.Series) -> pd.DataFrame:
    """Draw the calls of every patient.

    Args:
        planted: What is simulated.
        sites: The catalogue.
        family: Family of each patient; siblings follow each other.

    Returns:
        `patient site somatic dosage depth vaf quality`, by patient (row number) and site, each
        once. VAF is as measured: reads with the alternate over `depth`.
    """
    rng = planted.stream("calls")
    rare = _rare(planted, sites, rng)
    rare = _inherited(rare, family, rng)
    table = pd.concat([rare, _common(planted, sites, rng)])
    table = table.drop_duplicates(["patient", "site"]).sort_values(
        ["patient", "site"], ignore_index=True
    )
    return measured(table, rng)


def measured(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Sequence calls, `somatic dosage`: draw the reads, and give `depth vaf quality` as well."""
    count = len(table)
    table["depth"] = rng.poisson(120, count).clip(20)
    share = np.where(table["somatic"], rng.uniform(0.02, 0.6, count), table["dosage"] / 2)
    table["vaf"] = rng.binomial(table["depth"], share) / table["depth"]
    table["quality"] = quality_of(table["depth"], table["vaf"])
    return table


def quality_of(depth: pd.Series, vaf: pd.Series) -> pd.Series:
    """Say how sure a call is, phred: three for each read with the alternate, 99 at most."""
    return np.minimum(99, 3 * depth * vaf).astype(int)


def _rare(planted: Planted, sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw rare variants gene by gene; passengers by the patient's load."""
    groups = sites[sites["population_af"] <= 0.01].groupby("gene").groups
    load = np.exp(rng.normal(-(BURDEN_SPREAD**2) / 2, BURDEN_SPREAD, planted.patients))
    parts = []
    for gene, places in groups.items():
        mean = RATES[gene] if gene in RATES else BACKGROUND * load
        patient = np.repeat(np.arange(planted.patients), rng.poisson(mean, planted.patients))
        parts.append(pd.DataFrame({"patient": patient, "site": rng.choice(places, len(patient))}))
    table = pd.concat(parts, ignore_index=True)
    table["somatic"] = rng.random(len(table)) < SOMATIC_SHARE
    twice = ~table["somatic"] & (rng.random(len(table)) < HOMOZYGOUS_SHARE)
    return table.assign(dosage=np.where(twice, 2, 1))


def _inherited(table: pd.DataFrame, family: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Let a second sibling share half of the first one's germline variants instead of own ones."""
    second = second_siblings(family)
    germline = ~table["somatic"]
    lost = germline & table["patient"].isin(second) & (rng.random(len(table)) < 0.5)
    shared = germline & table["patient"].isin(second - 1) & (rng.random(len(table)) < 0.5)
    copies = table[shared].assign(patient=table["patient"][shared] + 1)
    return pd.concat([table[~lost], copies], ignore_index=True)


def second_siblings(family: pd.Series) -> np.ndarray:
    """Row numbers of those whose sibling stands in the row before."""
    return np.flatnonzero(np.diff(pd.factorize(family)[0], prepend=-1) == 0)


def _common(planted: Planted, sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw common germline variants in Hardy-Weinberg proportion."""
    common = sites[sites["population_af"] > 0.01]
    dosage = rng.binomial(
        2, common["population_af"].to_numpy()[:, None], (len(common), planted.patients)
    )
    row, patient = np.nonzero(dosage)
    columns = {"patient": patient, "site": common.index.to_numpy()[row]}
    return pd.DataFrame({**columns, "somatic": False, "dosage": dosage[row, patient]})


def copy_numbers(planted: Planted, genes: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Draw segments of gained and lost copies with random ends.

    Returns:
        log2 ratio with noise, float32, patients x genes; and whether the amplicon is amplified,
        by patient.
    """
    rng = planted.stream("copies")
    count, width = planted.patients, len(genes)
    ratio = rng.normal(0, COPY_NOISE, (count, width)).astype(np.float32)
    places = np.flatnonzero(genes["gene"].isin(AMPLICON))
    amplified = rng.random(count) < AMPLIFIED
    start = places[0] - rng.integers(0, 4, count)
    end = places[-1] + 1 + rng.integers(0, 4, count)
    order = np.arange(width)
    within = (order >= start[:, None]) & (order < end[:, None])
    ratio += 1.5 * (within & amplified[:, None])
    for _ in range(SEGMENTS):
        middle, half = rng.integers(0, width, count), rng.integers(1, 10, count)
        here = np.abs(order - middle[:, None]) <= half[:, None]
        here[:, places] = False
        ratio += rng.choice([-0.8, 0.6], count)[:, None] * here
    return ratio, amplified


def markers(planted: Planted, ancestry: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Draw common markers by ancestry (Balding-Nichols), with 1 % no-calls.

    Returns:
        Dosages, int8, patients x MARKERS, -1 = no call; and their frequencies at the root.
    """
    rng = planted.stream("markers")
    root = rng.uniform(0.05, 0.5, MARKERS)
    own = {
        name: rng.beta(root * (1 - fst) / fst, (1 - root) * (1 - fst) / fst)
        for name, fst in FST.items()
    }
    frequency = np.stack([own[name] for name in ANCESTRIES])
    drawn = rng.binomial(2, frequency[pd.Categorical(ancestry, ANCESTRIES).codes]).astype(np.int8)
    drawn[rng.random(drawn.shape) < NO_CALLS] = -1
    return drawn, root
