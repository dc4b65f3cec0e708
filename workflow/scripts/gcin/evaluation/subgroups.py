"""Who a design works for: its metrics in each group of the patients that it had not seen."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.comparison import estimate_of, measure, resampled
from gcin.evaluation.intervals import measure_interval
from gcin.evaluation.kinds import BINARY, QUANTITY, kind_of
from gcin.evaluation.shortcuts import numbered

KEYS = ["design", "endpoint", "grouping", "group", "metric"]
COLUMNS = [*KEYS, "value", "low", "high", "n", "events"]
# Without the columns of curves and horizons, whose measures would be made for nothing.
NEEDED = ["design", "endpoint", "repeat", "fold", "patient", "family", "value"]
NEEDED += ["response", "time", "event", "amount", "threshold", "uno_weight"]
MEASURED = ("roc_auc", "brier", "observed_expected", "harrell_c", "mae", "within_20_percent")
THIRDS = ("lowest third", "middle third", "highest third")
MOST_LEVELS = 10  # a number of more values is cut into thirds
COMPLEXITY = "burden"  # rare alleles that change a protein, per callable megabase


def groupings_of(
    patients: pd.DataFrame, features: pd.DataFrame, samples: pd.DataFrame, columns: list[str]
) -> pd.DataFrame:
    """Tell which groups each patient belongs to.

    Args:
        patients: The study's patients: `patient cancer_type arm site`.
        features: Clinical features, indexed by patient.
        samples: `patient tissue burden` of every sample; a tumour speaks for its patient.
        columns: Clinical features that are groupings as well, such as ancestry.

    Returns:
        Patients by groupings, text, missing where unknown: `cancer_type arm site sex age`,
        `complexity` in thirds of the burden of altering alleles, and the columns named where
        there are any. Sites are numbered by size, never named.
    """
    known = patients.set_index("patient")
    tumour_first = samples.sort_values("tissue", ascending=False, kind="stable")
    burden = tumour_first.drop_duplicates("patient").set_index("patient")[COMPLEXITY]
    groups = known[["cancer_type", "arm"]].assign(site=numbered(known["site"], "site"))
    clinical = features.reindex(known.index)
    groups["sex"] = clinical["sex"]
    groups["age"] = thirds(clinical["age"])
    groups["complexity"] = thirds(burden.reindex(known.index))
    for name in columns:
        if name in clinical:
            groups[name] = levels(clinical[name])
    return groups.astype(object).where(groups.notna(), None)


def levels(values: pd.Series) -> pd.Series:
    """Name the groups of a clinical column: its codes, the values of a number, or its thirds."""
    if not pd.api.types.is_numeric_dtype(values):
        return values
    if values.nunique() > MOST_LEVELS:
        return thirds(values)
    return values.map("{:g}".format, na_action="ignore")


def thirds(values: pd.Series) -> pd.Series:
    """Cut numbers into thirds of the patients; equal numbers stay together.

    Returns:
        The third and its range, such as `lowest third (18 to 49)`; missing where a number is, and
        everywhere where all are equal.
    """
    known = values.dropna().astype(float)
    cuts = np.unique(known.quantile([1 / 3, 2 / 3])) if len(known) else []
    place = pd.Series(np.searchsorted(cuts, known, side="left"), known.index)
    if place.nunique(dropna=True) < len(THIRDS):
        return pd.Series(None, values.index, dtype=object)
    ranges = known.groupby(place).agg(["min", "max"])
    names = {
        third: f"{THIRDS[third]} ({low:.3g} to {high:.3g})"
        for third, (low, high) in zip(ranges.index, ranges.to_numpy(), strict=True)
    }
    return place.map(names).reindex(values.index)


def subgroup_table(pooled: pd.DataFrame, groups: pd.DataFrame, settings: Mapping) -> pd.DataFrame:
    """Measure every design in every group.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        groups: As `groupings_of` gives them.
        settings: `evaluation` of the configuration: `subgroups bootstrap_draws seed confidence`.

    Returns:
        `design endpoint grouping group metric value low high n events`: events are responders, or
        deaths and the like, and missing of a quantity. A group with fewer patients or events (or
        others) than asked is listed with its size and without a value; a grouping that makes but
        one group is not.
    """
    rows = []
    for endpoint, own in pooled[NEEDED].groupby("endpoint"):
        for grouping in groups:
            placed = own.assign(group=own["patient"].map(groups[grouping])).dropna(subset="group")
            if len(set(placed["group"])) > 1:
                for group in sorted(set(placed["group"]), key=_place):
                    members = placed[placed["group"] == group]
                    name = {"endpoint": endpoint, "grouping": grouping, "group": group}
                    rows += [name | row for row in _measured(members, settings)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"events": "Int64"})


def _place(group: str) -> tuple[int, str]:
    """Where a group stands among those of its grouping: thirds by size, others by name."""
    third = [group.startswith(name) for name in THIRDS]
    return (third.index(True) if any(third) else 0, group)


def _measured(members: pd.DataFrame, settings: Mapping) -> Iterator[dict]:
    """Metrics of every design in one group, or its size alone where it is too small."""
    people = members.drop_duplicates("patient")
    outcome = people["response"].fillna(people["event"])
    events = pd.NA if kind_of(people) == QUANTITY else int(outcome.sum())
    size = {"n": len(people), "events": events}
    limits = settings["subgroups"]
    if size["n"] < limits["min_patients"] or _rarer(people, size) < limits["min_events"]:
        yield from (
            {"design": design, "metric": "too few", "value": np.nan} | size
            for design in members["design"].unique()
        )
        return
    draws = settings["bootstrap_draws"]
    placed, weights = resampled(members, draws, settings["seed"])
    for design, own in placed.groupby("design"):
        for metric, values in measure(own, weights).items():
            if metric in MEASURED:
                estimate = estimate_of(values, draws)
                low, high = measure_interval(estimate, settings["confidence"])
                value = {"value": estimate.whole, "low": low, "high": high}
                yield {"design": design, "metric": metric} | value | size


def _rarer(people: pd.DataFrame, size: Mapping[str, int]) -> int:
    """Patients with the rarer outcome; of a quantity, all."""
    kind = kind_of(people)
    if kind == QUANTITY:
        return size["n"]
    return min(size["events"], size["n"] - size["events"] * (kind == BINARY))
