"""The planted truth: which variants impair, and the exact chance of response under each arm."""

import numpy as np
import pandas as pd

from gcin.simulation.planted.genome import (
    DRIVER,
    EITHER,
    REPAIR,
    RESISTANCE,
    SPLICING,
    TOXICITY,
    TRUNCATING,
)

ARMS = tuple(TOXICITY)
LEVEL = {"targeted": -0.9, "immunotherapy": -1.0, "chemotherapy": -0.8}
LOGIC = 2.0
AMPLIFIED = {"targeted": 0.5, "immunotherapy": -0.5, "chemotherapy": -0.9}
CLINICAL = {"age": -0.2, "ecog": -0.35, "stage": -0.3, "ldh_slope": -0.35}
TOXIC = {True: 0.65, False: 0.12}


def impairs(sites: pd.DataFrame, site: np.ndarray, vaf: np.ndarray) -> np.ndarray:
    """Tell which calls impair their gene.

    A truncation before the last 5 % of the protein in more than a tenth of the reads; a missense
    variant rarer than one in a thousand whose REVEL and CADD / 40 sum to more than 1.15; a splice
    variant with SpliceAI above 0.55.

    Args:
        sites: The catalogue.
        site: Row of each call's site.
        vaf: Share of the reads of each call.
    """
    called = sites.iloc[site]
    kind = called["consequence"].str.partition("&")[0].to_numpy()
    early = called["protein_fraction"].to_numpy() <= 0.95
    truncated = np.isin(kind, TRUNCATING) & early & (vaf > 0.1)
    score = called["revel"].to_numpy() + called["cadd"].to_numpy() / 40
    rare = called["population_af"].to_numpy() < 0.001
    altered = (kind == "missense_variant") & rare & (score > 1.15)
    spliced = np.isin(kind, SPLICING) & (called["spliceai"].to_numpy() > 0.55)
    return truncated | altered | spliced


def impaired_genes(
    calls: pd.DataFrame, impairing: np.ndarray, sites: pd.DataFrame, genes: list[str], patients: int
) -> pd.DataFrame:
    """Tell which genes of each patient are impaired: bool, patients (row numbers) x genes."""
    state = np.zeros((patients, len(genes)), bool)
    hit = calls[impairing]
    state[hit["patient"], sites["gene_index"].to_numpy()[hit["site"]]] = True
    return pd.DataFrame(state, columns=genes)


def gene_logic(impaired: pd.DataFrame) -> pd.DataFrame:
    """Say whom each arm's logic favours.

    Targeted: the driver is impaired and none of six resistance genes; immunotherapy: exactly one
    of two genes, which no gene by itself tells; chemotherapy: any of eight repair genes.
    """
    driver, either = impaired[DRIVER], impaired[list(EITHER)]
    return pd.DataFrame(
        {
            "targeted": driver & ~impaired[list(RESISTANCE)].any(axis=1),
            "immunotherapy": either.iloc[:, 0] ^ either.iloc[:, 1],
            "chemotherapy": impaired[list(REPAIR)].any(axis=1),
        }
    )


def response_logits(
    facts: pd.DataFrame,
    impaired: pd.DataFrame,
    amplified: np.ndarray,
    scale: float,
    trait: np.ndarray | float = 0.0,
) -> pd.DataFrame:
    """Work out the log odds of response of each patient under each arm.

    Args:
        facts: `age` (years), `ecog`, `stage` (1 to 4), `ldh_slope` (log per 28 days), complete.
        impaired: Patients x genes.
        amplified: Whether the amplicon is, by patient.
        scale: What the log odds are multiplied with; 0 leaves nothing to know.
        trait: What the hidden trait adds to the log odds before, by patient.
    """
    scaled = pd.DataFrame(
        {
            "age": (facts["age"] - 61) / 11,
            "ecog": facts["ecog"] - 0.8,
            "stage": facts["stage"] - 2.5,
            "ldh_slope": facts["ldh_slope"] / 0.2,
        }
    )
    clinical = (scaled @ pd.Series(CLINICAL)).to_numpy() + trait
    logic = gene_logic(impaired).to_numpy()
    arms = {
        arm: clinical + LEVEL[arm] + LOGIC * logic[:, place] + AMPLIFIED[arm] * (amplified - 0.35)
        for place, arm in enumerate(ARMS)
    }
    return scale * pd.DataFrame(arms, index=facts.index)


def toxicity_chance(impaired: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Work out the chance of a severe side effect under each arm; by one gene of its own each."""
    base = TOXIC[False]
    return pd.DataFrame(
        {
            arm: np.where(impaired[gene] & (scale > 0), TOXIC[True], base)
            for arm, gene in TOXICITY.items()
        }
    )
