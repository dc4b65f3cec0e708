"""Arms that began after day 0: whoever received one had to live until then (immortal time).

That time is free of events by definition, and it counts as the arm's: its hazard looks smaller, by
the share of the time watched that came before the arm (Suissa 2008, Am J Epidemiol 167:492).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gcin.evaluation.metrics import ratio

DAYS_PER_MONTH = 30.4375
MOST_BEFORE = 0.01  # share of the time watched that may come before an arm without an alarm


def late_arm_checks(
    treatment: pd.DataFrame, arm: pd.Series, known: pd.DataFrame, endpoint: str
) -> Iterator[dict]:
    """Ask of an endpoint of survival how much of each arm's time came before the arm.

    Args:
        treatment: Facts of treatment: `patient name text day`, days from day 0.
        arm: Arm received, by patient.
        known: `time event` of patients with the outcome, missing where it is no survival.
        endpoint: Its name.

    Yields:
        For each arm that anybody began after day 0: `check endpoint name value low high limit n
        raised meaning`; `value` is the share, `n` counts those patients.
    """
    timed = known[["time", "event"]].dropna()
    arm = arm.reindex(timed.index)
    timed = timed.assign(arm=arm, began=arm_days(treatment, arm))
    for name, own in timed.groupby("arm"):
        if (own["began"] > 0).any():
            yield _row(endpoint, name, own)


def arm_days(treatment: pd.DataFrame, arm: pd.Series) -> pd.Series:
    """Day on which each patient's arm began, by patient; missing where no day is known.

    Args:
        treatment: Facts of treatment: `patient name text day`.
        arm: Arm by patient.
    """
    rows = treatment[treatment["name"] == "arm"]
    rows = rows[rows["text"] == rows["patient"].map(arm)]
    return rows.groupby("patient")["day"].min().reindex(arm.index).astype(float)


def _row(endpoint: str, arm: str, own: pd.DataFrame) -> dict:
    """The check of one endpoint and arm."""
    late = own[own["began"] > 0]
    months = late["began"] / DAYS_PER_MONTH
    before = float(ratio(np.minimum(months, late["time"]).sum(), own["time"].sum()))
    missed = int(((late["time"] < months) & (late["event"] > 0)).sum())
    meaning = (
        f"share of the arm's time that came before it: {len(late)} of {len(own)} patients "
        f"began it later, {late['began'].median():.0f} days after day 0 in the median, and "
        "had to live until then, so survival under it looks too good; let day 0 be the day on "
        "which it began, or leave it out where nothing was given on day 0"
    )
    if missed:
        meaning += f"; {missed} had the event before it began"
    numbers = {"value": before, "low": np.nan, "high": np.nan, "limit": MOST_BEFORE, "n": len(late)}
    named = {"check": "arm after day 0", "endpoint": endpoint, "name": arm}
    raised = before > MOST_BEFORE or missed > 0
    return named | numbers | {"raised": raised, "meaning": meaning}
