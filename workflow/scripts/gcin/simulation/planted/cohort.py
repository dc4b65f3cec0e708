"""A planted cohort: what a study sees of it, and what only scoring may read."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from gcin.simulation.planted import carriers, clinic, genome, truth
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.ground import Ground


@dataclass(frozen=True)
class Genotypes:
    """What sequencing sees.

    Attributes:
        genes: The gene table of the store.
        sites: The site table of the store.
        calls: `patient site somatic dosage depth vaf quality`, by patient (row number) and site.
        copies: log2 copy ratio, float32, patients x genes.
        dosages: Common markers, int8, patients x markers, -1 = no call.
        markers: `chromosome position reference alternate population_af` of each marker.
    """

    genes: pd.DataFrame
    sites: pd.DataFrame
    calls: pd.DataFrame
    copies: np.ndarray
    dosages: np.ndarray
    markers: pd.DataFrame


@dataclass(frozen=True)
class Truth:
    """What only scoring may read.

    Attributes:
        probability: Exact chance of response, patients x arms.
        toxicity: Exact chance of a severe side effect, patients x arms.
        logic: Whom each arm's gene logic favours, bool, patients x arms.
        impairing: Whether each call impairs its gene, bool.
        amplified: Whether the amplicon is amplified, bool, by patient.
    """

    probability: pd.DataFrame
    toxicity: pd.DataFrame
    logic: pd.DataFrame
    impairing: np.ndarray
    amplified: np.ndarray

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
        genes, sites = ground.genes, ground.sites
        pathways = genome.pathway_table(planted, genes)
        people = carriers.people(planted)
        calls = carriers.calls(planted, sites, people["family"])
        copies, amplified = carriers.copy_numbers(planted, genes)
        dosages, frequency = carriers.markers(planted, people["ancestry"])
        impairing = truth.impairs(sites, calls["site"].to_numpy(), calls["vaf"].to_numpy())
        impaired = truth.impaired_genes(calls, impairing, sites, list(genes["gene"]), len(people))
        complete = clinic.facts(planted)
        logits = truth.response_logits(complete, impaired, amplified, planted.scale)
        toxic = truth.toxicity_chance(impaired, planted.scale)
        arm = clinic.treatment(complete, impaired[genome.DRIVER], planted)
        place = logits.columns.get_indexer(arm), np.arange(len(people))
        outcomes = clinic.outcomes(
            logits.to_numpy()[place[::-1]], toxic.to_numpy()[place[::-1]], complete, planted
        )
        return cls(
            _patients(people, complete, arm, outcomes),
            clinic.observed(complete, planted).set_axis(people.index).drop(columns="cancer_type"),
            _expression(planted, impaired, pathways).set_axis(people.index),
            pathways,
            Genotypes(
                genes, sites, calls, copies, dosages, ground.markers.assign(population_af=frequency)
            ),
            Truth(
                (1 / (1 + np.exp(-logits))).set_axis(people.index),
                toxic.set_axis(people.index),
                truth.gene_logic(impaired).set_axis(people.index),
                impairing,
                amplified,
            ),
        )


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
