"""Decoy genes: what is seen of them goes with a fact of the patient, and they do nothing."""

import numpy as np
import pandas as pd

from gcin.simulation.planted.carriers import measured
from gcin.simulation.planted.dials import Planted

AGE_GENE, BURDEN_GENE = "NULL001", "NULL002"
RATE = 1.0  # mean further variants of a patient, in each
SLOPE = 1.0  # log of that mean, per s.d. of the fact


def with_decoys(
    planted: Planted, calls: pd.DataFrame, sites: pd.DataFrame, age: pd.Series
) -> pd.DataFrame:
    """Add somatic variants of two null genes: the older, and the more mutated, the more of them.

    As clonal haematopoiesis goes with age, and long genes such as TTN with the burden.

    Args:
        planted: What is simulated; where it has no `decoy_genes`, nothing is added.
        calls: As `gcin.simulation.planted.carriers.calls` gives them.
        sites: The catalogue.
        age: Of each patient, years.

    Returns:
        As `calls`.
    """
    if not planted.decoy_genes:
        return calls
    rng = planted.stream("decoy genes")
    burden = np.bincount(calls["patient"][calls["somatic"]], minlength=len(age))
    parts = [calls]
    for gene, fact in ((AGE_GENE, age.to_numpy()), (BURDEN_GENE, np.log1p(burden))):
        spread = max(fact.std(), 1e-9)
        mean = RATE * np.exp(SLOPE * (fact - fact.mean()) / spread - SLOPE**2 / 2)
        patient = np.repeat(np.arange(len(age)), rng.poisson(mean))
        rare = (sites["gene"] == gene) & (sites["population_af"] <= 0.01)
        own = {"patient": patient, "site": rng.choice(np.flatnonzero(rare), len(patient))}
        own = pd.DataFrame(own).drop_duplicates(ignore_index=True)
        parts.append(measured(own.assign(somatic=True, dosage=1), rng))
    table = pd.concat(parts).drop_duplicates(["patient", "site"])
    return table.sort_values(["patient", "site"], ignore_index=True)
