"""Curves agree with the numbers they illustrate."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from gcin.evaluation.curves import (
    calibration_table,
    pr_table,
    recalibration,
    roc_table,
    survival_tables,
    wilson_interval,
)


def pooled(patients=400, stretch=1.0, seed=1, repeats=1):
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=patients)
    table = pd.DataFrame({"value": 1 / (1 + np.exp(-odds * stretch))})
    table["response"] = (rng.random(patients) < 1 / (1 + np.exp(-odds))).astype(float)
    table["patient"] = table.index.map(str)
    table = table.assign(design="net", endpoint="response", fold=0, time=np.nan, event=np.nan)
    table["family"] = None
    return pd.concat([table.assign(repeat=r, fold=r) for r in range(repeats)], ignore_index=True)


def test_the_area_under_the_drawn_curve_is_the_metric():
    table = pooled()
    curve = roc_table(table)
    area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
    assert area == pytest.approx(roc_auc_score(table["response"], table["value"]), abs=0.01)


def test_the_mean_precision_is_the_metric():
    table = pooled()
    curve = pr_table(table)
    expected = average_precision_score(table["response"], table["value"])
    assert curve["precision"].mean() == pytest.approx(expected, abs=0.02)
    assert curve["prevalence"].unique() == pytest.approx(table["response"].mean())


def test_knowing_nothing_draws_the_line_that_precision_is_read_against():
    response = np.r_[[1.0] * 2 + [0] * 18, [1.0] * 18 + [0] * 2]
    table = pooled(40).assign(response=response, value=0.5, fold=np.repeat([0, 1], 20))
    curve = pr_table(table.assign(fold=[0, 1] * 20))
    assert curve["precision"].to_numpy() == pytest.approx(curve["prevalence"].to_numpy())
    apart = pr_table(table)
    assert apart["precision"].to_numpy() == pytest.approx(apart["prevalence"].to_numpy())


def test_one_class_has_no_curve(caplog):
    table = pooled().assign(response=1.0)
    assert roc_table(table).empty
    assert "one class only" in caplog.text


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0])
def test_recalibration_agrees_with_scikit_learn(stretch):
    table = pooled(stretch=stretch)
    odds = np.log(table["value"] / (1 - table["value"])).to_numpy()[:, None]
    expected = LogisticRegression(C=np.inf, tol=1e-8).fit(odds, table["response"]).coef_[0, 0]
    _, slope = recalibration(table["value"].to_numpy(), table["response"].to_numpy())
    assert slope == pytest.approx(expected, rel=1e-3)
    assert slope == pytest.approx(1 / stretch, rel=0.3)


def test_the_intercept_makes_the_mean_prediction_right():
    table = pooled(stretch=0.5)
    value, response = table["value"].to_numpy() ** 2, table["response"].to_numpy()
    intercept, _ = recalibration(value, response)
    odds = value / (1 - value) * np.exp(intercept)
    assert (odds / (1 + odds)).mean() == pytest.approx(response.mean(), abs=1e-6)
    assert intercept > 0.5


@pytest.mark.parametrize(
    ("value", "response", "known"),
    [
        ([0.2, 0.3, 0.6], [1, 1, 1], (False, False)),
        ([0.4, 0.4, 0.4], [1, 0, 1], (True, False)),
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], (True, False)),
    ],
)
def test_a_slope_that_does_not_exist_is_empty(value, response, known):
    found = recalibration(np.array(value), np.array(response, float))
    assert tuple(np.isfinite(found)) == known


def test_bins_are_equal_and_count_patients_once():
    table = calibration_table(pooled(repeats=3), 0.95)
    assert list(table["n"]) == [40] * 10
    assert table["predicted"].is_monotonic_increasing


def test_copies_of_patients_do_not_narrow_a_bin():
    once = pooled(repeats=2)
    copies = [once.assign(patient=once["patient"] + f" {copy}") for copy in range(3)]
    related = pd.concat(copies).assign(family=[*once["patient"]] * 3)
    apart, together = (calibration_table(rows, 0.95) for rows in (once, related))
    limits = ["low", "high"]
    pd.testing.assert_frame_equal(together[limits], apart[limits])
    assert list(together["n"]) == [3 * n for n in apart["n"]]


def test_a_constant_in_each_fold_has_no_slope():
    table = pooled(repeats=2)
    constant = table.assign(value=0.4 + 0.1 * table["fold"])
    assert calibration_table(constant, 0.95)["slope"].isna().all()
    assert calibration_table(table, 0.95)["slope"].notna().all()


def test_wilson_agrees_with_scipy():
    expected = binomtest(7, 40).proportion_ci(0.95, method="wilson")
    found = wilson_interval(pd.Series([7 / 40]), pd.Series([40]), 0.95)
    assert [limit.iloc[0] for limit in found] == pytest.approx([expected.low, expected.high])


def test_survival_of_risk_groups_is_told_apart():
    rng = np.random.default_rng(3)
    risk = rng.normal(size=200)
    table = pd.DataFrame({"value": risk, "time": rng.exponential(20 * np.exp(-risk)), "event": 1.0})
    table["patient"] = table.index.map(str)
    table = table.assign(
        design="net", endpoint="os", repeat=0, fold=0, response=np.nan, family=None
    )
    curves, tests = survival_tables(table, 2, 0.95)
    assert list(tests["groups"]) == [2]
    assert tests["p"].iloc[0] < 1e-6
    assert set(curves["group"]) == {1, 2}


def test_a_study_without_an_endpoint_has_empty_tables_with_a_header():
    curves, tests = survival_tables(pooled(), 2, 0.95)
    assert curves.empty
    assert tests.empty
    assert {"design", "endpoint", "time", "survival"} <= set(curves)
    assert list(calibration_table(pooled().iloc[:0], 0.95))[:3] == ["design", "endpoint", "bin"]
