"""Shortcuts: what a design may live off instead of medicine, looked for before it is believed.

Nothing here is fitted to be used: each check asks how far a single fact, such as one column or the
hospital, goes by itself. A fact known before treatment that nearly settles the outcome is most
often the outcome under another name.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from lifelines.utils import concordance_index

from gcin.evaluation.comparison import estimate_of, resampled
from gcin.evaluation.intervals import bca_interval
from gcin.evaluation.kinds import BINARY, QUANTITY, SURVIVAL, kind_of
from gcin.evaluation.late_arms import late_arm_checks
from gcin.evaluation.metrics import ordered_pairs, within_folds
from gcin.evaluation.pooling import outcome_of
from gcin.evaluation.survival import survival_metrics

COLUMNS = ["check", "endpoint", "name", "value", "low", "high", "limit", "n", "raised", "meaning"]
PLACES = ("site", "cohort")
STRONGEST = 3  # columns listed of each endpoint, raised or not
FARED = {BINARY: "response", QUANTITY: "amount"}
UNITS = {BINARY: "with it", QUANTITY: "on average", SURVIVAL: "events a month"}
FEW_VALUES = 10  # a number with no more distinct values than this tells nobody apart


def shortcut_table(
    patients: pd.DataFrame,
    features: pd.DataFrame,
    treatment: pd.DataFrame,
    pooled: pd.DataFrame,
    twins: pd.DataFrame,
    settings: Mapping,
) -> pd.DataFrame:
    """Look for shortcuts in a study.

    Args:
        patients: The study's patients: `patient cohort role site arm` and outcome columns.
        features: Clinical features, indexed by patient.
        treatment: Facts of treatment: `patient name text day`.
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        twins: `first second shared n`, as `gcin.tensors.twins` gives them.
        settings: `evaluation` of the configuration: `alarms bootstrap_draws seed confidence`.

    Returns:
        One row per check; `raised` is true where `value` is beyond `limit`. Sites are numbered by
        size, never named.
    """
    train = patients[patients["role"] == "train"].set_index("patient").sort_index()
    alarms = settings["alarms"]
    rows = []
    for endpoint in pooled["endpoint"].unique():
        known = outcomes_in(train, endpoint)
        rows += late_arm_checks(treatment, train["arm"], known, endpoint)
        if len(known) >= alarms["min_patients"]:
            rows += column_checks(features.reindex(known.index), known, endpoint, alarms)
            rows += place_checks(train, known, endpoint, alarms)
    rows += within_checks(pooled, train, settings)
    rows += twin_checks(twins, "same genome", alarms["twin_share"])
    cohorts = patients.set_index("patient")["cohort"]
    rows += twin_checks(clinical_twins(features, cohorts), "same clinical row", 1.0)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"raised": bool})


def outcomes_in(patients: pd.DataFrame, endpoint: str) -> pd.DataFrame:
    """Outcomes of the patients of whom an endpoint is known.

    Args:
        patients: Indexed by patient, with the outcome columns.
        endpoint: Its name.

    Returns:
        `response time event amount`, indexed by patient, those of the endpoint's kind known.
    """
    known = outcome_of(patients.reset_index(), endpoint).set_index("patient")
    whole = known[["response", "amount"]].notna().any(axis=1)
    whole |= known[["time", "event"]].notna().all(axis=1)
    return known.loc[whole, ["response", "time", "event", "amount"]]


def concordance(score: np.ndarray, known: pd.DataFrame) -> float:
    """How well a score orders outcomes: ROC AUC, or Harrell's C of survival and of amounts.

    Args:
        score: Higher for responders, for those with the sooner event, for larger amounts.
        known: `response`, `time event` or `amount` of the same patients.

    Returns:
        0 to 1, ties half; NaN where no two patients can be compared.
    """
    kind = kind_of(known)
    if kind == QUANTITY:
        amount = known["amount"]
        return float(concordance_index(amount, score)) if np.ptp(amount) > 0 else np.nan
    if kind == BINARY:
        response = known["response"].to_numpy()
        right, pairs = ordered_pairs(np.ones((1, len(score))), score, response, 1 - response)
        return float(right[0] / pairs[0]) if pairs[0] else np.nan
    first = known.loc[known["event"] > 0, "time"].min()
    outlive = (known["time"] > first) | ((known["time"] == first) & (known["event"] == 0))
    if not outlive.any():
        return np.nan
    return float(concordance_index(known["time"], -score, known["event"]))


def level_concordance(levels: pd.Series, known: pd.DataFrame) -> float:
    """How well the level of a column orders outcomes.

    Each half of the patients is scored by how the other half fared at the same level, so that many
    levels of few patients do not look good by chance.

    Args:
        levels: A level or missing, which is a level too.
        known: `response`, `time event` or `amount` of the same patients.
    """
    labels = levels.astype(object).where(levels.notna(), "missing").astype(str)
    first = np.arange(len(labels)) % 2 == 0
    halves = []
    for scored in (first, ~first):
        fared = level_outcomes(labels[~scored], known[~scored])
        score = labels[scored].map(fared).fillna(fared.mean()).to_numpy(dtype=float)
        halves.append(concordance(score, known[scored]))
    return float(np.mean(halves))


def level_outcomes(labels: pd.Series, known: pd.DataFrame) -> pd.Series:
    """Share of responders, mean amount, or events a month, at each level."""
    groups, kind = known.groupby(labels), kind_of(known)
    if kind in FARED:
        return groups[FARED[kind]].mean()
    return groups["event"].sum() / groups["time"].sum().clip(lower=1e-9)


def column_checks(
    features: pd.DataFrame, known: pd.DataFrame, endpoint: str, alarms: Mapping
) -> list[dict]:
    """Ask how far each clinical column goes alone; the strongest are listed."""
    found = [
        (name, value, n)
        for name, value, n in _column_strengths(features, known, alarms["min_patients"])
        if np.isfinite(value)
    ]
    found.sort(key=lambda each: -each[1])
    meaning = (
        "alone it orders the outcomes this well: was it measured before treatment, "
        "or is it made from the outcome?"
    )
    return [
        _row("one column", endpoint, name, value, alarms["column"], n, meaning)
        for place, (name, value, n) in enumerate(found)
        if place < STRONGEST or value > alarms["column"]
    ]


def _column_strengths(
    features: pd.DataFrame, known: pd.DataFrame, fewest: int
) -> Iterator[tuple[str, float, int]]:
    """Name, concordance in its better direction, and patients of each column and its gaps."""
    for name, values in features.items():
        seen = values.notna().to_numpy()
        if fewest <= seen.sum():
            if pd.api.types.is_numeric_dtype(values):
                value = concordance(values[seen].to_numpy(float), known[seen])
                yield name, max(value, 1 - value), int(seen.sum())
            else:
                yield name, level_concordance(values[seen], known[seen]), int(seen.sum())
        if 0 < seen.sum() < len(seen):
            gap = concordance((~seen).astype(float), known)
            yield f"{name} missing", max(gap, 1 - gap), len(seen)


def place_checks(
    patients: pd.DataFrame, known: pd.DataFrame, endpoint: str, alarms: Mapping
) -> list[dict]:
    """Ask how far the hospital, or the cohort, goes alone.

    Places are numbered by all patients, so that a number is the same place for every endpoint.
    """
    rows = []
    for place in PLACES:
        names = numbered(patients[place], place).loc[known.index]
        if names.nunique() < 2:
            continue
        seen = names.notna()
        value = level_concordance(names[seen], known[seen])
        if not np.isfinite(value):
            continue
        fared = level_outcomes(names[seen], known[seen]).sort_values()
        unit = UNITS[kind_of(known)]
        sizes = names.value_counts()
        ends = [
            f"{name} {fared[name]:.3g} {unit} (n = {sizes[name]})"
            for name in (fared.index[0], fared.index[-1])
        ]
        meaning = f"the {place} orders the outcomes by itself: {ends[0]}, {ends[1]}"
        rows.append(_row(place, endpoint, "outcome", value, alarms["site"], seen.sum(), meaning))
    return rows


def numbered(places: pd.Series, what: str) -> pd.Series:
    """Number places by size: the name of a hospital is nobody's business here."""
    order = places.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    return places.map({name: f"{what} {place + 1}" for place, name in enumerate(order)})


def within_checks(pooled: pd.DataFrame, train: pd.DataFrame, settings: Mapping) -> list[dict]:
    """Compare how a design orders patients of one place with how it orders all patients.

    A design that only knows the hospital orders the whole study well, and each hospital not at all.
    """
    rows = []
    kept = ["patient", "family", "repeat", "fold", "value", "response", "time", "event", "amount"]
    for place in PLACES:
        placed = pooled[[*kept, "uno_weight", "design", "endpoint"]]
        placed = placed.assign(place=placed["patient"].map(train[place]))
        placed = placed[placed["place"].notna()]
        if len(set(placed["place"])) > 1:
            for endpoint, own in placed.groupby("endpoint"):
                rows += _gaps(own, endpoint, place, settings)
    return rows


def _gaps(rows: pd.DataFrame, endpoint: str, place: str, settings: Mapping) -> Iterator[dict]:
    """How much worse each design does once pairs of two places do not count."""
    draws = settings["bootstrap_draws"]
    weighted, weights = resampled(rows, draws, settings["seed"])
    meaning = f"what is lost of its order once only patients of one {place} are compared"
    for design, own in weighted.groupby("design"):
        apart = own.assign(fold=own["fold"].astype(str) + " " + own["place"].astype(str))
        gap = estimate_of(_order(own, weights) - _order(apart, weights), draws)
        low, high = bca_interval(gap, settings["confidence"])
        limit, n = settings["alarms"]["site_gap"], own["patient"].nunique()
        row = _row(f"within {place}", endpoint, design, gap.whole, limit, n, meaning)
        yield row | {"low": low, "high": high, "raised": row["raised"] and bool(low > 0)}


def _order(rows: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """ROC AUC or Harrell's C within folds, averaged over repeats, in each resample."""
    kind = kind_of(rows)
    if kind == QUANTITY:
        # The larger amount is the later event, and everybody has one.
        turned = {"time": rows["amount"], "event": 1.0, "value": -rows["value"], "uno_weight": 0.0}
        rows = rows.assign(**turned)
    if kind == BINARY:
        told = rows.assign(case=rows["response"], control=1 - rows["response"])
        found = [
            within_folds(ordered_pairs, repeat, weights, "case", "control")
            for _, repeat in told.groupby("repeat")
        ]
    else:
        found = [
            survival_metrics(repeat, weights)["harrell_c"] for _, repeat in rows.groupby("repeat")
        ]
    return np.mean(found, axis=0)


def clinical_twins(features: pd.DataFrame, cohorts: pd.Series) -> pd.DataFrame:
    """Find patients who agree in every number that tells patients apart.

    Args:
        features: Clinical features, indexed by patient.
        cohorts: Cohort of each patient.

    Returns:
        `first second shared n`: each as patient and cohort, the share of equal numbers, and how
        many were compared; three or more known numbers are needed.
    """
    numbers = features.select_dtypes("number")
    numbers = numbers.loc[:, numbers.nunique() > FEW_VALUES].dropna(axis=0, thresh=3)
    rows = []
    for _, members in numbers.groupby(list(numbers), dropna=False) if numbers.size else ():
        names = [f"{name} of {cohorts.get(name)}" for name in members.index]
        n = int(members.iloc[0].notna().sum())
        rows += [(names[0], other, 1.0, n) for other in names[1:]]
    return pd.DataFrame(rows, columns=["first", "second", "shared", "n"])


def twin_checks(twins: pd.DataFrame, check: str, limit: float) -> list[dict]:
    """Tell of patients who look like one person."""
    meaning = "one person twice? Give both one family, or leave one out"
    rows = [
        _row(check, "", f"{pair.first}, {pair.second}", pair.shared, limit, pair.n, meaning)
        for pair in twins.itertuples()
    ]
    return [row | {"raised": bool(row["value"] >= limit)} for row in rows]


def _row(
    check: str, endpoint: str, name: str, value: float, limit: float, n: int, meaning: str
) -> dict:
    numbers = {"value": float(value), "low": np.nan, "high": np.nan, "limit": limit, "n": int(n)}
    named = {"check": check, "endpoint": endpoint, "name": name}
    return named | numbers | {"raised": bool(value > limit), "meaning": meaning}
