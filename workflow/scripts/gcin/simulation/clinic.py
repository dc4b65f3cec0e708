"""Clinical facts, treatment, and the exact chance of response under each treatment."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.simulation.hospital import Hospital
from gcin.simulation.people import People

DAYS_PER_MONTH = 30.4375

ARMS = ("standard", "targeted")
CANCERS = ("breast", "lung", "colorectal", "ovarian")
SITES = {"hospital_a": ("North", "South", "East", "West"), "hospital_b": ("Harbour",)}
CANCER_SHARES = {"hospital_a": (0.4, 0.25, 0.2, 0.15), "hospital_b": (0.25, 0.4, 0.25, 0.1)}
OLDER = {"hospital_a": 0.0, "hospital_b": 4.0}
FOLLOW_UP = {"hospital_a": 60.0, "hospital_b": 36.0}

CLINICAL = {"age": -0.55, "ecog": -1.4, "ldh": -1.2, "haemoglobin": 0.85, "ldh_trend": -0.9}
CANCER = {"breast": 0.8, "lung": -0.9, "colorectal": -0.2, "ovarian": 0.5}
LEVEL = {"standard": -1.5, "targeted": -1.3}
EFFECT = {"standard": 4.2, "targeted": 5.0}


@dataclass(frozen=True)
class Clinic:
    """What the clinics know and what chance hid from them.

    Attributes:
        facts: One row per patient: `cancer_type site age sex ecog ldh haemoglobin crp ldh_trend
            arm`; complete, units a, U/L, g/L, mg/L. How steeply LDH rises before treatment is in
            standard deviations over patients; only visits tell of it.
        probability: Patients by arms, the exact chance of response.
        outcomes: One row per patient: `response` (0 or 1), `os_days os_event pfs_days pfs_event`.
    """

    facts: pd.DataFrame
    probability: pd.DataFrame
    outcomes: pd.DataFrame


def make_clinic(people: People, hospital: Hospital) -> Clinic:
    """Draw facts, treatment and outcomes of every patient."""
    facts = _facts(people.patients["cohort"], hospital.stream("facts"))
    facts["ldh_trend"] = hospital.stream("trends").normal(size=len(facts))
    facts["arm"] = _treatment(facts, people.impaired, hospital.stream("treatment"))
    logits = response_logits(facts, people.impaired)
    received = np.where(facts["arm"] == "targeted", logits["targeted"], logits["standard"])
    outcomes = _outcomes(received, facts, people.patients["cohort"], hospital.stream("outcomes"))
    return Clinic(facts, 1 / (1 + np.exp(-logits)), outcomes)


def gene_logic(impaired: pd.DataFrame) -> pd.DataFrame:
    """Say which patients' genes favour which arm: the planted logic, in full.

    The targeted arm works where PIK3CA is impaired and neither KRAS nor PTEN is; the standard arm
    where exactly one of TP53 and BRCA2 is.
    """
    driver, resistance = impaired["PIK3CA"], impaired["KRAS"] | impaired["PTEN"]
    return pd.DataFrame(
        {
            "standard": impaired["TP53"] ^ impaired["BRCA2"],
            "targeted": driver & ~resistance,
        }
    )


def response_logits(facts: pd.DataFrame, impaired: pd.DataFrame) -> pd.DataFrame:
    """Work out the log odds of response under each arm: clinical main effects and gene logic."""
    scaled = pd.DataFrame(
        {
            "age": (facts["age"] - 60) / 11,
            "ecog": facts["ecog"] - 0.8,
            "ldh": (np.log(facts["ldh"]) - np.log(230)) / 0.35,
            "haemoglobin": (facts["haemoglobin"] - 126) / 15,
            "ldh_trend": facts["ldh_trend"],
        }
    )
    clinical = scaled @ pd.Series(CLINICAL) + facts["cancer_type"].map(CANCER)
    logic = gene_logic(impaired)
    return pd.DataFrame({arm: clinical + LEVEL[arm] + EFFECT[arm] * logic[arm] for arm in ARMS})


def _facts(cohort: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Draw what is known before treatment."""
    n = len(cohort)
    ecog = rng.choice(3, n, p=[0.4, 0.4, 0.2])
    return pd.DataFrame(
        {
            "cancer_type": _draw_by_cohort(cohort, CANCERS, CANCER_SHARES, rng),
            "site": _draw_by_cohort(cohort, SITES, None, rng),
            "age": np.clip(rng.normal(60 + cohort.map(OLDER), 11, n), 25, 88).round(1),
            "sex": rng.choice(["F", "M"], n, p=[0.6, 0.4]),
            "ecog": ecog,
            "ldh": np.exp(rng.normal(np.log(215) + 0.1 * ecog, 0.35, n)).round(),
            "haemoglobin": rng.normal(129 - 4 * ecog, 15, n).round(),
            "crp": np.exp(rng.normal(1.5, 0.9, n)).round(1),
        },
        index=cohort.index,
    )


def _draw_by_cohort(
    cohort: pd.Series,
    values: tuple | dict[str, tuple],
    shares: dict[str, tuple] | None,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw a category for each patient, by the shares of the patient's hospital."""
    drawn = np.empty(len(cohort), dtype=object)
    for name in cohort.unique():
        here = (cohort == name).to_numpy()
        choices = values[name] if isinstance(values, dict) else values
        drawn[here] = rng.choice(choices, here.sum(), p=shares[name] if shares else None)
    return drawn


def _treatment(facts: pd.DataFrame, impaired: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Assign an arm: confounded by driver, cancer type and ECOG, each arm with at least 8 %."""
    log_odds = (
        -0.25
        + 0.9 * impaired["PIK3CA"]
        + 0.4 * (facts["cancer_type"] == "breast")
        - 0.3 * (facts["ecog"] - 0.8)
    )
    chance = 0.08 + 0.84 / (1 + np.exp(-log_odds))
    return np.where(rng.random(len(facts)) < chance, "targeted", "standard")


def _outcomes(
    logits: np.ndarray, facts: pd.DataFrame, cohort: pd.Series, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw response and two survival times, censored by drop-out and by the end of the study."""
    n = len(facts)
    frailty = rng.normal(0, 0.3, n)
    end = rng.uniform(0.4, 1.0, n) * cohort.map(FOLLOW_UP)
    leaves = np.minimum(rng.exponential(90 - 0.4 * facts["age"], n), end)
    os = weibull(rng, 26, 1.2, 0.55 * logits - 0.02 * (facts["age"] - 60) - frailty)
    pfs = np.minimum(weibull(rng, 10, 1.1, 0.7 * logits - frailty), os)
    return pd.DataFrame(
        {
            "response": (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(int),
            "os_days": days(np.minimum(os, leaves)),
            "os_event": (os <= leaves).astype(int),
            "pfs_days": days(np.minimum(pfs, leaves)),
            "pfs_event": (pfs <= leaves).astype(int),
        },
        index=facts.index,
    )


def weibull(
    rng: np.random.Generator, median: float, shape: float, protection: pd.Series
) -> pd.Series:
    """Draw times (months) under proportional hazards; protection lowers the log hazard."""
    scale = median / np.log(2) ** (1 / shape)
    return scale * (rng.exponential(size=len(protection)) * np.exp(protection)) ** (1 / shape)


def days(months: pd.Series) -> pd.Series:
    """Turn months into whole days, at least one."""
    return np.maximum(1, (months * DAYS_PER_MONTH).round()).astype(int)
