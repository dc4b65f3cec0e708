"""Shortcuts are found by what they do alone, and nothing else is called one."""

import re

import numpy as np
import pandas as pd
import pytest
import synthetic_study as made
from lifelines.utils import concordance_index
from sklearn.metrics import roc_auc_score

from gcin.evaluation.shortcuts import (
    clinical_twins,
    column_checks,
    concordance,
    level_concordance,
    numbered,
    outcomes_in,
    place_checks,
    shortcut_table,
)
from gcin.evaluation.subgroups import groupings_of

ALARMS = {
    "column": 0.9, "site": 0.65, "site_gap": 0.05, "twin_share": 0.8, "twin_alleles": 10,
    "min_patients": 50,
}  # fmt: skip
SETTINGS = {"alarms": ALARMS, "bootstrap_draws": 50, "seed": 1, "confidence": 0.95}
NO_ARMS = pd.DataFrame(columns=["patient", "name", "text", "day"])
NO_TWINS = pd.DataFrame(columns=["first", "second", "shared", "n"])


@pytest.fixture(scope="module")
def study():
    table = made.patients()
    return table, made.features(table), made.pooled_of(table, made.predictions(table))


def known_of(study, endpoint):
    table = study[0]
    return outcomes_in(table[table["role"] == "train"].set_index("patient"), endpoint)


def test_concordance_is_that_of_scikit_learn_and_lifelines(study):
    score = np.random.default_rng(0).integers(0, 6, 300).astype(float)
    response, survival = known_of(study, "response"), known_of(study, "os")
    assert concordance(score, response) == pytest.approx(roc_auc_score(response["response"], score))
    assert concordance(score, survival) == pytest.approx(
        concordance_index(survival["time"], -score, survival["event"])
    )


@pytest.mark.parametrize("endpoint", ["response", "os"])
def test_many_levels_of_few_patients_order_nothing_by_chance(study, endpoint):
    known = known_of(study, endpoint)
    levels = pd.Series(np.random.default_rng(1).integers(0, 100, len(known)), known.index)
    assert abs(level_concordance(levels, known) - 0.5) < 0.1


@pytest.mark.parametrize("endpoint", ["response", "os"])
def test_a_column_that_is_the_outcome_is_raised_and_its_gaps_are_too(study, endpoint):
    known = known_of(study, endpoint)
    leak = known["response"] if endpoint == "response" else -known["time"]
    features = pd.DataFrame(
        {
            "number": leak * 3 + 1,
            "word": pd.qcut(leak.rank(method="first"), 2, labels=["low", "high"]).astype(object),
            "filled": leak.where(leak > leak.median() - 0.5),
            "age": np.random.default_rng(2).normal(60, 9, len(known)),
        }
    )
    rows = pd.DataFrame(column_checks(features, known, endpoint, ALARMS))
    raised = set(rows["name"][rows["raised"]])
    assert "number" in raised
    assert "age" not in raised
    assert ("filled missing" in raised) == (endpoint == "response")


def test_a_column_known_of_few_patients_is_not_asked(study):
    known = known_of(study, "response")
    few = known["response"].where(np.arange(len(known)) < 40)
    rows = column_checks(pd.DataFrame({"few": few}), known, "response", ALARMS)
    assert [row["name"] for row in rows] == ["few missing"]


def test_an_event_that_nobody_is_followed_beyond_orders_nothing(study):
    """A rare one may come last of all; a check of such a study ended in an error."""
    known = known_of(study, "os").sort_values("time")
    late = known.assign(event=0.0)
    late.iloc[-1, late.columns.get_loc("event")] = 1.0
    assert np.isnan(concordance(np.arange(len(late), dtype=float), late))
    columns = pd.DataFrame({"age": np.arange(len(late)), "word": list("ab") * (len(late) // 2)},
                           late.index)  # fmt: skip
    assert column_checks(columns, late, "os", ALARMS) == []
    patients = study[0].set_index("patient")
    assert place_checks(patients, late, "os", ALARMS) == []


def test_events_a_month_are_told_though_they_are_few(study):
    patients, known = study[0].set_index("patient"), known_of(study, "os")
    [told, *_] = place_checks(patients, known.assign(time=known["time"] * 1000), "os", ALARMS)
    assert not re.search(r" 0\.0+ events", told["meaning"])


def test_sites_are_numbered_by_size_and_not_named():
    places = pd.Series(["north", "south", "south", None])
    assert numbered(places, "site").tolist()[:3] == ["site 2", "site 1", "site 1"]
    assert pd.isna(numbered(places, "site")[3])


def test_a_number_is_the_same_site_for_every_endpoint_and_in_subgroups(study):
    patients, features, pooled = study
    place = np.arange(len(patients)) % 3 == 0
    sited = patients.assign(site=np.where(place, "small", "large"))
    sited.loc[~place & (np.arange(len(sited)) % 4 > 0), "response"] = np.nan
    table = shortcut_table(sited, features, NO_ARMS, pooled, NO_TWINS, SETTINGS)
    told = table[(table["check"] == "site") & (table["endpoint"] == "response")]["meaning"].iloc[0]
    known = known_of((sited,), "response")
    of_large = (sited.set_index("patient")["site"].loc[known.index] == "large").sum()
    assert re.search(rf"site 1 [\d.]+ with it \(n = {of_large}\)", told)
    samples = pd.DataFrame({"patient": [], "tissue": [], "burden": []})
    train = sited[sited["role"] == "train"]
    groups = groupings_of(train, features, samples, [])["site"]
    assert set(groups[(train["site"] == "large").to_numpy()]) == {"site 1"}


def test_a_study_without_shortcuts_raises_nothing_and_names_no_site(study):
    table = shortcut_table(*study[:2], NO_ARMS, study[2], NO_TWINS, SETTINGS)
    assert not table["raised"].any()
    assert {"one column", "site", "within site"} <= set(table["check"])
    text = table.to_csv()
    assert "north" not in text
    assert "south" not in text


def test_a_site_that_settles_the_outcome_is_raised_for_survival_too(study):
    patients, features, pooled = study
    sick = patients["os_time"] < patients["os_time"].median()
    sited = patients.assign(site=np.where(sick, "north", "south"))
    table = shortcut_table(sited, features, NO_ARMS, pooled, NO_TWINS, SETTINGS)
    raised = table[table["raised"]]
    assert set(raised["check"]) >= {"site", "within site"}
    assert set(raised.loc[raised["check"] == "site", "endpoint"]) == {"response", "os"} & set(
        raised["endpoint"]
    )


def test_patients_alike_in_all_numbers_are_twins():
    random = np.random.default_rng(4)
    rows = pd.DataFrame(random.normal(size=(40, 3)), columns=list("abc"))
    rows.index = [f"P{number}" for number in range(40)]
    rows.loc["P7"] = rows.loc["P3"]
    rows.loc[["P8", "P9"]] = np.nan
    cohorts = pd.Series("x", rows.index).where(rows.index != "P7", "y")
    twins = clinical_twins(rows, cohorts)
    assert twins[["first", "second", "n"]].to_numpy().tolist() == [["P3 of x", "P7 of y", 3]]


def test_few_distinct_values_make_no_twins():
    rows = pd.DataFrame({"a": [1.0, 0.0] * 20, "b": 1.0, "c": [0.0, 1.0] * 20})
    assert clinical_twins(rows, pd.Series("x", rows.index)).empty


def test_genetic_twins_are_told_of(study):
    found = pd.DataFrame([("P1 of a", "P2 of b", 0.95, 40)], columns=NO_TWINS.columns)
    table = shortcut_table(*study[:2], NO_ARMS, study[2], found, SETTINGS)
    row = table[table["check"] == "same genome"].iloc[0]
    assert row["raised"]
    assert row["name"] == "P1 of a, P2 of b"
