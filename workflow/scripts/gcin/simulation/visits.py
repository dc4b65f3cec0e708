"""Laboratory values over time: a trend before treatment, and what treatment makes of them."""

import numpy as np
import pandas as pd

from gcin.simulation.clinic import DAYS_PER_MONTH, Clinic
from gcin.simulation.people import People

STEEPNESS = 0.15  # of the log of LDH, per month and standard deviation of the trend
UNSEEN = 0.08  # share of patients without a visit
FIRST_START = np.datetime64("2019-01-01")


def laboratory(
    people: People, clinic: Clinic, cohort: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the visits of a hospital's patients, up to half a year before treatment and after it.

    LDH rises or falls towards its value on day 0 by the patient's trend, which is part of the
    chance of response. After day 0 it falls in those who respond: who reads these rows has cheated.

    Returns:
        `patient day ldh crp`, U/L and mg/L; CRP wanders about its own value, and is missing at
        times.
    """
    here = people.patients.index[people.patients["cohort"] == cohort]
    seen = here[rng.random(len(here)) >= UNSEEN]
    rows = []
    for patient in seen:
        before = -rng.choice(180, rng.integers(2, 7), replace=False)
        rows += [(patient, day) for day in [*np.sort(before), 21, 42]]
    table = pd.DataFrame(rows, columns=["patient", "day"]).astype({"day": int})
    facts = clinic.facts.loc[list(table["patient"])].reset_index(drop=True)
    answered = clinic.outcomes["response"].loc[table["patient"]].to_numpy()
    months = table["day"].clip(upper=0) / DAYS_PER_MONTH
    drift = STEEPNESS * facts["ldh_trend"] * months - 0.6 * answered * (table["day"] > 0)
    noise = rng.normal(0, (0.06, 0.3), (len(table), 2)).T
    table["ldh"] = np.exp(np.log(facts["ldh"]) + drift + noise[0]).round()
    table["crp"] = (facts["crp"] * np.exp(noise[1])).round(1)
    table["crp"] = table["crp"].where(rng.random(len(table)) > 0.2)
    return table


def starts(people: People, rng: np.random.Generator) -> pd.Series:
    """Draw the date on which each patient's treatment began."""
    days = rng.integers(0, 1500, len(people.patients))
    return pd.Series(FIRST_START + days.astype("timedelta64[D]"), people.patients.index)


def labs_home(table: pd.DataFrame) -> pd.DataFrame:
    """Write hospital A's visits, which counts days from the start of treatment."""
    return table.set_axis(["patient_id", "day", "ldh_u_l", "crp_mg_l"], axis=1)


def labs_away(table: pd.DataFrame, start: pd.Series) -> pd.DataFrame:
    """Write hospital B's visits, which notes dates."""
    taken = table["patient"].map(start) + pd.to_timedelta(table["day"], "D")
    columns = {"case": table["patient"], "taken": taken.dt.strftime("%Y-%m-%d")}
    return pd.DataFrame(columns | {"LDH": table["ldh"], "CRP": table["crp"]})
