"""Whether conformal answers hold what they promise: coverage by group, with intervals."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gcin.evaluation.curves import wilson_interval
from gcin.evaluation.intervals import units_of

OUTCOME_OF = {"response": 1.0, "no response": 0.0}
COLUMNS = [
    "design", "group", "n", "wanted", "coverage", "low", "high", "answered", "both", "neither",
    "right",
]  # fmt: skip


def coverage_table(answered: pd.DataFrame, wanted: float, confidence: float) -> pd.DataFrame:
    """Measure the answers of every design on test patients.

    Args:
        answered: `design patient arm cancer_type family response answer`, a row per fold in which
            the patient was tested.
        wanted: Coverage that the answers were made for.
        confidence: Of Wilson's interval, for which a family counts as one patient, and repeats of
            a patient as one.

    Returns:
        `design group n wanted coverage low high answered both neither right`: patients; share
        whose outcome was among the answers, with its interval; shares with one answer, both or
        neither; and share of the single answers that were right. Groups: all, each arm, cancer
        type and true outcome.
    """
    rows = []
    for design, own in answered.groupby("design"):
        for group, members in _groups(own):
            shares = _shares(members, confidence)
            rows.append({"design": design, "group": group, "wanted": wanted} | shares)
    return pd.DataFrame(rows, columns=COLUMNS)


def _groups(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", rows
    for column in ("arm", "cancer_type", "response"):
        for value, members in rows.groupby(column):
            yield f"{column}={value:g}" if column == "response" else f"{column}={value}", members


def _shares(rows: pd.DataFrame, confidence: float) -> dict[str, float]:
    named = rows["answer"].map(OUTCOME_OF)
    right, both = named == rows["response"], rows["answer"] == "both"
    coverage = float((right | both).mean())
    _, units = units_of(rows.drop_duplicates("patient")["family"])
    low, high = wilson_interval(coverage, units, confidence)
    return {
        "n": rows["patient"].nunique(),
        "coverage": coverage,
        "low": low,
        "high": high,
        "answered": named.notna().mean(),
        "both": both.mean(),
        "neither": (rows["answer"] == "neither").mean(),
        "right": right[named.notna()].mean() if named.notna().any() else np.nan,
    }
