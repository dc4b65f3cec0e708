"""Clinical facts, treatment and outcomes of a planted cohort."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from gcin.simulation.clinic import DAYS_PER_MONTH, days, weibull
from gcin.simulation.planted.dials import Missing, Planted
from gcin.simulation.planted.truth import ARMS

CANCERS = ("breast", "lung", "colorectal", "ovarian", "melanoma")
SITES = tuple(f"site_{number}" for number in range(1, 7))
FLOOR = 0.05  # lowest chance of each arm
STEEPNESS = 2.0  # log odds of a missing value, per s.d. of what it is missing by
DRAWS = (-28, -14, 0)  # days of the laboratory draws before treatment
MEASURED = ("crp", "haemoglobin", *(f"ldh_{-day}" for day in DRAWS))


def facts(planted: Planted) -> pd.DataFrame:
    """Draw what is true of each patient before treatment, complete.

    Returns:
        `cancer_type site age sex ecog stage crp haemoglobin ldh_slope ldh_28 ldh_14 ldh_0`; the
        slope (log per 28 days) is seen only through three draws with noise.
    """
    rng, n = planted.stream("facts"), planted.patients
    slope = rng.normal(0, 0.2, n)
    level = rng.normal(np.log(220), 0.25, n)
    drawn = {
        f"ldh_{-day}": np.exp(level + slope * day / 28 + rng.normal(0, 0.05, n)).round()
        for day in DRAWS
    }
    return pd.DataFrame(
        {
            "cancer_type": rng.choice(CANCERS, n, p=[0.3, 0.25, 0.2, 0.15, 0.1]),
            "site": rng.choice(SITES, n),
            "age": rng.normal(61, 11, n).clip(25, 90).round(1),
            "sex": rng.choice(["F", "M"], n, p=[0.6, 0.4]),
            "ecog": rng.choice(3, n, p=[0.4, 0.4, 0.2]),
            "stage": rng.choice([1, 2, 3, 4], n, p=[0.15, 0.3, 0.35, 0.2]),
            "crp": np.exp(rng.normal(1.5, 0.9, n)).round(1),
            "haemoglobin": rng.normal(128, 15, n).round(),
            "ldh_slope": slope,
            **drawn,
        }
    )


def observed(complete: pd.DataFrame, planted: Planted) -> pd.DataFrame:
    """Hide what no clinic sees, and a share of the laboratory values."""
    rng = planted.stream("missing")
    seen = complete.drop(columns=["ldh_slope", "site"]).astype({"ecog": float, "stage": float})
    for name in MEASURED:
        seen[name] = seen[name].mask(
            rng.random(len(seen)) < missing_chance(complete, name, planted)
        )
    return seen


def missing_chance(complete: pd.DataFrame, name: str, planted: Planted) -> np.ndarray | float:
    """Say how likely a laboratory value is missing, by patient; on average `missing_share`."""
    share = planted.missing_share
    if planted.missing == Missing.MCAR or share == 0:
        return share
    if planted.missing == Missing.MAR:
        frail = (complete["age"] - 61) / 11 + (complete["ecog"] - 0.8) / 0.75
        reason = frail.to_numpy() / 2**0.5
    else:
        values = complete[name]
        reason = norm.ppf((values.rank().to_numpy() - 0.5) / len(values))
    rise = STEEPNESS * reason
    level = brentq(lambda least: expit(least + rise).mean() - share, -50, 50)
    return expit(level + rise)


def trait(planted: Planted) -> np.ndarray:
    """Draw what the hidden trait adds to log odds, by patient; 0 where there is none."""
    return planted.hidden * planted.stream("hidden").normal(size=planted.patients)


def treatment(
    complete: pd.DataFrame, driver: pd.Series, planted: Planted, hidden: np.ndarray | float = 0.0
) -> np.ndarray:
    """Assign an arm: confounded by driver, cancer type and stage, each arm with a least chance.

    Args:
        complete: The facts.
        driver: Whether the driver is impaired.
        planted: What is simulated.
        hidden: As `trait` gives it; it speaks for the targeted arm.
    """
    rng = planted.stream("treatment")
    targeted = 0.9 * driver.to_numpy() + 0.4 * (complete["cancer_type"] == "breast")
    score = np.stack(
        [
            targeted + hidden,
            0.5 * complete["cancer_type"].isin(["lung", "melanoma"]) + 0.1 * complete["stage"],
            0.3 * (complete["cancer_type"] == "ovarian") + 0.3 * np.ones(len(complete)),
        ],
        axis=1,
    )
    chance = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    chance = FLOOR + (1 - FLOOR * len(ARMS)) * chance
    place = (rng.random(len(complete))[:, None] > chance.cumsum(axis=1)).sum(axis=1)
    return np.array(ARMS)[place]


def outcomes(
    logits: np.ndarray, toxic: np.ndarray, complete: pd.DataFrame, planted: Planted
) -> pd.DataFrame:
    """Draw response, toxicity, and two survival times with a shared frailty.

    Censoring is by drop-out, earlier in the old, and by the end of the study.

    Args:
        logits: Log odds of response under the arm received.
        toxic: Chance of a severe side effect under it.
        complete: The facts.
        planted: What is simulated.

    Returns:
        `response toxicity os_time os_event pfs_time pfs_event`; times in months.
    """
    rng, n = planted.stream("outcomes"), len(complete)
    frailty = rng.normal(0, 0.3, n)
    leaves = np.minimum(rng.exponential(110 - 0.6 * complete["age"]), rng.uniform(18, 60, n))
    os = weibull(rng, 24, 1.2, 0.55 * logits - 0.02 * (complete["age"] - 61) - frailty)
    pfs = np.minimum(weibull(rng, 8, 1.1, 0.7 * logits - frailty), os)
    months = {
        name: days(np.minimum(time, leaves)) / DAYS_PER_MONTH
        for name, time in (("os", os), ("pfs", pfs))
    }
    return pd.DataFrame(
        {
            "response": (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(float),
            "toxicity": (rng.random(n) < toxic).astype(float),
            "os_time": months["os"],
            "os_event": (os <= leaves).astype(float),
            "pfs_time": months["pfs"],
            "pfs_event": (pfs <= leaves).astype(float),
        },
        index=complete.index,
    )
