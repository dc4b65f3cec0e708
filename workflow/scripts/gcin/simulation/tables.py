"""Clinical tables as the two hospitals keep them: their own names, codes, units and gaps."""

import numpy as np
import pandas as pd

from gcin.simulation.clinic import Clinic
from gcin.simulation.people import People

SURNAMES = ("Aldan", "Brisk", "Corvel", "Dunmar", "Esker", "Farrow", "Gantry", "Hollis")
DIAGNOSES = {"breast": "C50", "lung": "C34", "colorectal": "C18", "ovarian": "C56"}
RESPONSES = {1: ("CR", "PR"), 0: ("SD", "PD")}


def clinical_home(people: People, clinic: Clinic, rng: np.random.Generator) -> pd.DataFrame:
    """Write hospital A's baseline table.

    `name` and `mrn` are identifiers and `cycles_given` is known only after treatment: no card may
    map them. LDH is missing more often in the elderly, haemoglobin and CRP where the ECOG status
    is bad: at random, given what is recorded.
    """
    facts = clinic.facts[people.patients["cohort"] == "hospital_a"]
    n = len(facts)
    infirm = 0.03 + 0.05 * facts["ecog"]
    return pd.DataFrame(
        {
            "patient_id": facts.index,
            "name": rng.choice(SURNAMES, n),
            "mrn": rng.integers(10**7, 10**8, n),
            "family_id": people.patients["family"].reindex(facts.index),
            "ward": facts["site"],
            "age_years": facts["age"].map("{:.1f}".format),
            "sex": facts["sex"],
            "icd10": facts["cancer_type"].map(DIAGNOSES),
            "treatment": facts["arm"].map({"standard": "0", "targeted": "1"}),
            "ecog": _gaps(facts["ecog"].astype(str), 0.04, rng),
            "ldh_u_l": _gaps(
                facts["ldh"].map("{:.0f}".format), 0.04 + 0.1 * (facts["age"] > 65), rng
            ),
            "hb_g_dl": _gaps((facts["haemoglobin"] / 10).map("{:.1f}".format), infirm, rng),
            "crp_mg_l": _gaps(facts["crp"].map("{:.1f}".format), infirm, rng),
            "crp_day": -rng.integers(0, 15, n),
            "cycles_given": 2
            + 5 * clinic.outcomes["response"].reindex(facts.index)
            + rng.integers(0, 3, n),
        }
    )


def clinical_away(
    people: People, clinic: Clinic, start: pd.Series, rng: np.random.Generator
) -> pd.DataFrame:
    """Write hospital B's baseline table: other names, words and units for the same facts."""
    facts = clinic.facts[people.patients["cohort"] == "hospital_b"]
    n = len(facts)
    return pd.DataFrame(
        {
            "case": facts.index,
            "insurance_no": rng.integers(10**7, 10**8, n),
            "centre": facts["site"],
            "age_at_start": facts["age"].map("{:.1f}".format),
            "gender": facts["sex"].map({"F": "female", "M": "male"}),
            "tumour": facts["cancer_type"],
            "regimen": facts["arm"],
            "regimen_start": start.reindex(facts.index).dt.strftime("%Y-%m-%d"),
            "performance": _gaps(facts["ecog"].astype(str), 0.05, rng),
            "LDH": _gaps(facts["ldh"].map("{:.0f}".format), 0.12, rng),
            "haemoglobin_g_l": _gaps(facts["haemoglobin"].map("{:.0f}".format), 0.06, rng),
            "CRP": _gaps(facts["crp"].map("{:.1f}".format), 0.1, rng),
        }
    )


def outcome_table(
    people: People, clinic: Clinic, cohort: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Write a hospital's outcomes; new patients have no row, one response in fifty is unknown."""
    known = (people.patients["cohort"] == cohort) & ~people.patients["new"]
    outcomes = clinic.outcomes[known]
    pick = rng.integers(0, 2, len(outcomes))
    best = [RESPONSES[y][i] for y, i in zip(outcomes["response"], pick, strict=True)]
    best = _gaps(pd.Series(best, outcomes.index), 0.02, rng)
    table = outcomes.drop(columns="response")
    table.insert(0, "best_response", best)
    return table.rename_axis("patient_id").reset_index()


def _gaps(values: pd.Series, chance: pd.Series | float, rng: np.random.Generator) -> pd.Series:
    """Leave values out with a chance of their own."""
    return values.mask(rng.random(len(values)) < chance, "")
