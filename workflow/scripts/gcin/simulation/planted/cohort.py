"""A planted cohort: what a study sees of it, and what only scoring may read."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from gcin.simulation.planted import (
    carriers,
    clinic,
    decoys,
    genome,
    hospitals,
    linkage,
    truth,
)
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.ground import Ground


@dataclass(frozen=True)
class Genotypes:
    """What sequencing sees.

    Attributes:
        genes: The gene table of the store.
        sites: The site table of the store.
        calls: `patient site somatic dosage depth vaf quality`, by patient (row number) and site.
        copies: log2 copy ratio, float32, patients x genes; NaN where nobody looked.
        dosages: Common markers, int8, patients x markers, -1 = no call.
        markers: `chromosome position reference alternate population_af` of each marker.
        assayed: Whether the assay looks at a gene, bool, patients x genes.
    """

    genes: pd.DataFrame
    sites: pd.DataFrame
    calls: pd.DataFrame
    copies: np.ndarray
    dosages: np.ndarray
    markers: pd.DataFrame
    assayed: np.ndarray


@dataclass(frozen=True)
class Truth:
    """What only scoring may read.

    Attributes:
        probability: Exact chance of response, patients x arms, the hidden trait known.
        toxicity: Exact chance of a severe side effect, patients x arms.
        logic: Whom each arm's gene logic favours, bool, patients x arms.
        impairing: Whether each call that is seen impairs its gene, bool.
        amplified: Whether the amplicon is amplified, bool, by patient.
        trait: What the hidden trait adds to log odds, by patient; 0 where there is none.
    """

    probability: pd.DataFrame
    toxicity: pd.DataFrame
    logic: pd.DataFrame
    impairing: np.ndarray
    amplified: np.ndarray
    trait: np.ndarray

    def received(self, arm: pd.Series) -> np.ndarray:
        """Exact chance of response under the arm that each patient received."""
        place = self.probability.columns.get_indexer(arm)
        return self.probability.to_numpy()[np.arange(len(arm)), place]


@dataclass(frozen=True)
class PlantedCohort:
    """All of it.

    Attributes:
        patients: As `gcin.splits.patients.patients_of` lists them, with the endpoints `response`,
            `toxicity`, `os` and `pfs`.
        clinical: Clinical columns, with missing values, indexed by patient.
        expression: Read-out of the pathways, patients x pathways, NaN for 40 % of the patients.
        pathways: `pathway gene`, the planted ones first.
        genotypes: What sequencing sees.
        truth: What only scoring may read.
    """

    patients: pd.DataFrame
    clinical: pd.DataFrame
    expression: pd.DataFrame
    pathways: pd.DataFrame
    genotypes: Genotypes
    truth: Truth

    @classmethod
    def make(cls, planted: Planted, ground: Ground) -> Self:
        """Simulate a cohort.

        Args:
            planted: What is simulated.
            ground: Where the genes lie, and which alleles people can carry.
        """
        people, complete = carriers.people(planted), clinic.facts(planted)
        pathways = genome.pathway_table(planted, ground.genes)
        carried, amplified = _carried(planted, ground, people, complete)
        calls, site = carried.calls, complete["site"]
        impairing = truth.impairs(ground.sites, calls["site"].to_numpy(), calls["vaf"].to_numpy())
        genes = list(ground.genes["gene"])
        impaired = truth.impaired_genes(calls, impairing, ground.sites, genes, len(people))
        trait = clinic.trait(planted)
        logits = truth.response_logits(complete, impaired, amplified, planted.scale, trait)
        logits = hospitals.settled(logits, site, planted.site_shortcut)
        toxic = truth.toxicity_chance(impaired, planted.scale)
        arm = clinic.treatment(complete, impaired[genome.DRIVER], planted, trait)
        place = logits.columns.get_indexer(arm), np.arange(len(people))
        outcomes = clinic.outcomes(
            logits.to_numpy()[place[::-1]], toxic.to_numpy()[place[::-1]], complete, planted
        )
        read = hospitals.shifted(_expression(planted, impaired, pathways), site, planted)
        seen, kept = _seen(planted, carried, site)
        chances = [1 / (1 + np.exp(-logits)), toxic, truth.gene_logic(impaired)]
        return cls(
            _patients(people, complete, arm, outcomes),
            clinic.observed(complete, planted).set_axis(people.index).drop(columns="cancer_type"),
            read.set_axis(people.index),
            pathways,
            seen,
            Truth(
                *(table.set_axis(people.index) for table in chances),
                impairing[kept],
                amplified,
                trait,
            ),
        )


def _carried(
    planted: Planted, ground: Ground, people: pd.DataFrame, complete: pd.DataFrame
) -> tuple[Genotypes, np.ndarray]:
    """Draw what people carry, as deep sequencing of every gene would see it.

    Returns:
        The genotypes, and whether the amplicon is amplified, by patient.
    """
    calls = carriers.calls(planted, ground.sites, people["family"])
    calls = decoys.with_decoys(planted, calls, ground.sites, complete["age"])
    copies, amplified = carriers.copy_numbers(planted, ground.genes)
    if planted.linkage:
        chromosome = ground.markers["chromosome"]
        dosages, frequency = linkage.linked_markers(planted, people, chromosome)
    else:
        dosages, frequency = carriers.markers(planted, people["ancestry"])
    markers = ground.markers.assign(population_af=frequency)
    everywhere = np.ones(copies.shape, bool)
    kept = ground.genes, ground.sites, calls, copies, dosages, markers, everywhere
    return Genotypes(*kept), amplified


def _seen(planted: Planted, carried: Genotypes, site: pd.Series) -> tuple[Genotypes, np.ndarray]:
    """Take away what hospitals do not see.

    Returns:
        The genotypes, and which of the calls carried are left, bool.
    """
    assayed = hospitals.assayed(planted, carried.genes["gene"], site)
    gene = carried.sites["gene_index"].to_numpy()[carried.calls["site"]]
    looked_at = assayed[carried.calls["patient"], gene]
    calls = carried.calls[looked_at].reset_index(drop=True)
    calls, found = hospitals.thinned(calls, site, planted)
    kept = looked_at.copy()
    kept[looked_at] = found
    copies = np.where(assayed, carried.copies, np.float32(np.nan))
    return replace(carried, calls=calls, copies=copies, assayed=assayed), kept


def _patients(
    people: pd.DataFrame, complete: pd.DataFrame, arm: np.ndarray, outcomes: pd.DataFrame
) -> pd.DataFrame:
    """List the patients as a study's splits do."""
    table = pd.DataFrame({"patient": people.index, "cohort": "planted", "role": "train"})
    table["cancer_type"], table["arm"] = complete["cancer_type"], arm
    table["family"], table["site"] = people["family"].to_numpy(), complete["site"]
    return table.assign(has_genome=True).join(outcomes)


def _expression(planted: Planted, impaired: pd.DataFrame, pathways: pd.DataFrame) -> pd.DataFrame:
    """Read out the share of each pathway that is impaired, with noise and 40 % missing."""
    rng = planted.stream("expression")
    states = {
        name: impaired[list(rows["gene"])].mean(axis=1)
        for name, rows in pathways.groupby("pathway", sort=False)
    }
    table = pd.DataFrame(states)
    scaled = (table - table.mean()) / table.std() + rng.normal(0, 1, table.shape)
    scaled.loc[rng.random(len(table)) < 0.4] = np.nan
    return scaled
