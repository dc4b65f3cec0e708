"""Predicted amounts are measured as others measure them, in every resample."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from gcin.evaluation.amounts import agreement_table, amount_metrics
from gcin.evaluation.comparison import difference_table, metric_draws, metric_table, patients_of
from gcin.evaluation.kinds import kind_of
from gcin.evaluation.shortcuts import concordance, level_outcomes
from gcin.evaluation.subgroups import subgroup_table


def dose_rows(skills, patients=200, seed=1):
    """Doses in mg a week, and designs that know more or less of them."""
    rng = np.random.default_rng(seed)
    amount = rng.gamma(4, 9, patients)
    tables = []
    for design, skill in skills.items():
        value = skill * amount + (1 - skill) * amount.mean() + rng.normal(0, 2, patients)
        table = pd.DataFrame({"value": value, "amount": amount, "design": design})
        tables.append(table.assign(patient=table.index.map(str), fold=table.index % 5))
    rows = pd.concat(tables, ignore_index=True).assign(endpoint="dose", repeat=0, family=None)
    missing = dict.fromkeys(("response", "time", "event", "uno_weight", "threshold"), np.nan)
    return rows.assign(**missing)


@given(seed=st.integers(0, 1000))
def test_metrics_agree_with_scikit_learn_in_every_resample(seed):
    rng = np.random.default_rng(seed)
    rows = dose_rows({"lasso": 0.5}, 40, seed).assign(column=range(40))
    weights = rng.integers(0, 3, (3, 40)).astype(float)
    found = amount_metrics(rows, weights)
    for draw, often in enumerate(weights):
        true, said = rows["amount"], rows["value"]
        same = {
            "mae": mean_absolute_error(true, said, sample_weight=often),
            "rmse": root_mean_squared_error(true, said, sample_weight=often),
            "r2": r2_score(true, said, sample_weight=often),
            "bias": np.average(said - true, weights=often),
        }
        assert {name: found[name][draw] for name in same} == pytest.approx(same)


def test_near_counts_from_the_true_amount():
    rows = pd.DataFrame({"value": [12.0, 12.1, 8.0, 7.9], "amount": 10.0, "column": range(4)})
    found = amount_metrics(rows, np.ones((1, 4)))
    assert found["within_20_percent"] == 0.5
    assert np.isnan(found["r2"]).all()


def test_the_better_design_is_told_with_an_interval():
    rows = dose_rows({"lasso": 0.9, "majority": 0.0})
    draws, counts = metric_draws(rows, 200, 1), patients_of(rows)
    metrics = metric_table(draws, counts, 0.95).set_index(["design", "metric"])
    assert metrics.loc[("lasso", "mae"), "high"] < metrics.loc[("majority", "mae"), "low"]
    gaps = difference_table(draws, counts, [("lasso", "majority")], 0.95).set_index("metric")
    assert gaps.loc["mae", "high"] < 0 < gaps.loc["within_20_percent", "low"]
    assert "bias" not in gaps.index


def test_agreement_lists_the_amounts_of_each_tenth():
    table = agreement_table(dose_rows({"lasso": 1.0}))
    assert table["bin"].tolist() == list(range(1, 11))
    assert table["n"].sum() == 200
    assert (table["low"] <= table["median"]).all()
    assert np.abs(table["median"] - table["predicted"]).max() < 8
    assert agreement_table(dose_rows({"lasso": 1.0}).assign(amount=np.nan)).empty


def test_groups_are_measured_where_patients_are_enough():
    rows = dose_rows({"lasso": 0.9}, 60)
    names = rows["patient"]
    groups = pd.DataFrame({"sex": np.where(names.astype(int) < 50, "F", "M")}, index=names)
    limits = {"min_patients": 30, "min_events": 10}
    settings = {"bootstrap_draws": 20, "seed": 1, "confidence": 0.95, "subgroups": limits}
    table = subgroup_table(rows, groups, settings).set_index(["group", "metric"])
    assert set(table.index) == {("F", "mae"), ("F", "within_20_percent"), ("M", "too few")}


def test_shortcuts_order_amounts():
    known = dose_rows({"lasso": 1.0}, 50)
    assert kind_of(known) == "quantity"
    assert concordance(known["amount"].to_numpy() ** 2, known) == 1
    assert concordance(-known["amount"].to_numpy(), known) == 0
    level = pd.Series(np.where(known["amount"] > known["amount"].median(), "high", "low"))
    fared = level_outcomes(level, known)
    assert fared["high"] > fared["low"]
