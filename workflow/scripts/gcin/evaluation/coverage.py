"""Whether conformal answers and bands hold what they promise: coverage by group, with intervals."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from gcin.evaluation.curves import wilson_interval
from gcin.evaluation.intervals import units_of

OUTCOME_OF = {"response": 1.0, "no response": 0.0}
NAMES = ["design", "endpoint", "group", "n", "wanted", "coverage", "low", "high"]
COLUMNS = [*NAMES, "answered", "both", "neither", "right"]


def coverage_table(answered: pd.DataFrame, wanted: float, confidence: float) -> pd.DataFrame:
    """Measure the answers of every design on test patients.

    Args:
        answered: `design endpoint patient arm cancer_type family response answer`, a row per fold
            in which the patient was tested.
        wanted: Coverage that the answers were made for.
        confidence: Of Wilson's interval, for which a family counts as one patient, and repeats of
            a patient as one.

    Returns:
        `design endpoint group n wanted coverage low high answered both neither right`: patients;
        share whose outcome was among the answers, with its interval; shares with one answer, both
        or neither; and share of the single answers that were right. Groups: all, each arm, cancer
        type and true outcome.
    """
    return _by_group(answered, _answer_shares, wanted, confidence, COLUMNS)


def band_table(banded: pd.DataFrame, wanted: float, confidence: float) -> pd.DataFrame:
    """Measure the bands of every design on test patients.

    Args:
        banded: `design endpoint patient arm cancer_type family amount low high`, a row per fold in
            which the patient was tested.
        wanted: Coverage that the bands were made for.
        confidence: As for `coverage_table`.

    Returns:
        `design endpoint group n wanted coverage low high width`: as `coverage_table`, and the
        median width of the bands in the unit of the quantity. Groups: all, each arm, cancer type
        and third of the true amount.
    """
    thirds = banded.groupby("endpoint")["amount"].transform(_third).astype(object)
    return _by_group(
        banded.assign(third=thirds), _band_shares, wanted, confidence, [*NAMES, "width"]
    )


def _by_group(
    rows: pd.DataFrame, shares: Callable, wanted: float, confidence: float, columns: list[str]
) -> pd.DataFrame:
    found = []
    for (design, endpoint), own in rows.groupby(["design", "endpoint"]):
        for group, members in _groups(own):
            inside, further = shares(members)
            coverage = float(inside.mean())
            _, units = units_of(members.drop_duplicates("patient")["family"])
            limits = dict(
                zip(("low", "high"), wilson_interval(coverage, units, confidence), strict=True)
            )
            name = {"design": design, "endpoint": endpoint, "group": group, "wanted": wanted}
            size = {"n": members["patient"].nunique(), "coverage": coverage}
            found.append(name | size | limits | further)
    return pd.DataFrame(found, columns=columns)


def _groups(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", rows
    for column in ("arm", "cancer_type", "response", "third"):
        for value, members in rows.groupby(column) if column in rows else ():
            yield f"{column}={value:g}" if column == "response" else f"{column}={value}", members


def _third(amounts: pd.Series) -> pd.Series:
    """Name the third of the amounts that each lies in."""
    cuts = np.unique(amounts.quantile([1 / 3, 2 / 3]))
    return pd.Series(np.array(["lowest", "middle", "highest"])[np.searchsorted(cuts, amounts)],
                     amounts.index)  # fmt: skip


def _answer_shares(rows: pd.DataFrame) -> tuple[pd.Series, dict[str, float]]:
    named = rows["answer"].map(OUTCOME_OF)
    right, both = named == rows["response"], rows["answer"] == "both"
    return right | both, {
        "answered": named.notna().mean(),
        "both": both.mean(),
        "neither": (rows["answer"] == "neither").mean(),
        "right": right[named.notna()].mean() if named.notna().any() else np.nan,
    }


def _band_shares(rows: pd.DataFrame) -> tuple[pd.Series, dict[str, float]]:
    inside = rows["amount"].between(rows["low"], rows["high"])
    return inside, {"width": float((rows["high"] - rows["low"]).median())}
