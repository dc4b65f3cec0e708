"""Who is in the hospitals, how they are related, and which alleles they carry."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.simulation.hospital import Hospital

# About the share of patients whose gene is impaired, in hospital A and B, or up to a sixth less, as
# alleles meet on a haplotype; background genes draw from a range.
IMPAIRED = {
    "PIK3CA": (0.38, 0.30),
    "KRAS": (0.20, 0.26),
    "PTEN": (0.16, 0.20),
    "TP53": (0.35, 0.42),
    "BRCA2": (0.30, 0.22),
}
BACKGROUND = (0.01, 0.06)
SIBLING_PAIRS = 0.06
ENRICHED = 4


@dataclass(frozen=True)
class People:
    """Patients of both hospitals and their two haplotypes.

    Attributes:
        patients: One row per patient, indexed by `patient`: `cohort family kind` (`fastq`, `gvcf`,
            `vcf`, `maf`) and `new`, true for those without an outcome yet.
        haplotypes: `(patients, 2, alleles)`, true where the allele is carried.
        impaired: Patients by genes, true where a gene carries an impairing allele.
    """

    patients: pd.DataFrame
    haplotypes: np.ndarray
    impaired: pd.DataFrame

    @property
    def dosage(self) -> np.ndarray:
        """Number of copies, `(patients, alleles)`, int8."""
        return self.haplotypes.sum(axis=1, dtype=np.int8)


def make_people(catalogue: pd.DataFrame, hospital: Hospital) -> People:
    """Draw the patients and their genomes; siblings share haplotypes of two parents.

    Raises:
        ValueError: More patients come with reads than there are patients, or a number is too low.
    """
    if hospital.patients < hospital.fastq + hospital.gvcf + 4 or hospital.fastq < 2:
        raise ValueError("patients: too few for the FASTQ, gVCF and VCF routes.")
    if hospital.external < 0 or hospital.depth < 1:
        raise ValueError("external must be at least 0, and depth at least 1.")
    patients = _roster(hospital)
    at_home = patients["cohort"] == "hospital_a"
    rng = hospital.stream("people")
    haplotypes = np.concatenate(
        [
            _founders(rng, _frequencies(catalogue, hospital, 0), int(at_home.sum())),
            _founders(rng, _frequencies(catalogue, hospital, 1), int((~at_home).sum())),
        ]
    )
    _relate(rng, haplotypes, patients["family"], catalogue["chromosome"])
    hits = haplotypes[:, :, catalogue["impairing"].to_numpy()].any(axis=1)
    genes = catalogue["gene"][catalogue["impairing"]]
    impaired = pd.DataFrame(hits, patients.index, genes).T.groupby(level=0, sort=False).any().T
    return People(patients, haplotypes, impaired)


def _roster(hospital: Hospital) -> pd.DataFrame:
    """List the patients: what their genome comes as, and their family."""
    rest = hospital.patients - hospital.fastq - hospital.gvcf
    kinds = ["fastq"] * hospital.fastq + ["gvcf"] * hospital.gvcf + ["vcf"] * rest
    home = [f"A{i:04d}" for i in range(1, hospital.patients + 1)]
    away = [f"B{i:04d}" for i in range(1, hospital.external + 1)]
    patients = pd.DataFrame(
        {
            "cohort": ["hospital_a"] * len(home) + ["hospital_b"] * len(away),
            "kind": kinds + ["maf"] * len(away),
            "family": [f"F{name}" for name in home + away],
            "new": [hospital.fastq - 2 <= i < hospital.fastq for i in range(len(home + away))],
        },
        index=pd.Index(home + away, name="patient"),
    )
    pairs = max(1, int(hospital.patients * SIBLING_PAIRS / 2))
    order = hospital.stream("families").permutation(rest)[: 2 * pairs] + len(home) - rest
    family = patients["family"].to_numpy(copy=True)
    family[order[1::2]] = family[order[: len(order) // 2 * 2 : 2]]
    return patients.assign(family=family)


def _frequencies(catalogue: pd.DataFrame, hospital: Hospital, which: int) -> np.ndarray:
    """Work out each allele's frequency on the haplotypes of a hospital's patients.

    Impairing alleles share their gene's frequency by weight, for a haplotype carries each with a
    chance of its own; others are as frequent as in the population, rare ones a few times more.
    """
    rng = hospital.stream("background")
    share = {gene: rng.uniform(*BACKGROUND) for gene in catalogue["gene"].unique()}
    share |= {gene: IMPAIRED[gene][which] for gene in IMPAIRED if gene in share}
    per_haplotype = 1 - np.sqrt(1 - catalogue["gene"].map(share))
    common = catalogue["frequency"] >= 0.01
    others = catalogue["frequency"] * np.where(common, 1, ENRICHED)
    return np.where(catalogue["impairing"], per_haplotype * catalogue["weight"], others)


def _founders(rng: np.random.Generator, frequencies: np.ndarray, people: int) -> np.ndarray:
    """Draw two unrelated haplotypes for each person, in Hardy-Weinberg proportion."""
    return rng.random((people, 2, len(frequencies)), dtype=np.float32) < frequencies


def _relate(
    rng: np.random.Generator, haplotypes: np.ndarray, family: pd.Series, chromosome: pd.Series
) -> None:
    """Let the second sibling of each family inherit, chromosome by chromosome, in place.

    With the drawn haplotype of the first sibling, each parent has another, fresh one (the second
    sibling's own); a sibling gets either with even chance.
    """
    for place in np.flatnonzero(family.duplicated()):
        first = int(np.flatnonzero(family == family.iloc[place])[0])
        for name in chromosome.unique():
            here = (chromosome == name).to_numpy()
            for parent in np.flatnonzero(rng.random(2) < 0.5):
                haplotypes[place, parent, here] = haplotypes[first, parent, here]
