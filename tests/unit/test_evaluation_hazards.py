"""Hazard ratios are Cox's, adjusted for what was asked, and their assumption is tested."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from gcin.evaluation.hazards import covariate_matrix, hazard_ratios, hazard_table


def survivors(count=400, seed=1, log_ratio=0.8, age_effect=0.7):
    """Patients of two risk groups; the older die sooner and more often are in the second."""
    random = np.random.default_rng(seed)
    age = random.normal(size=count)
    group = 1 + (age + random.normal(size=count) > 0).astype(int)
    time = random.exponential(np.exp(-log_ratio * (group == 2) - age_effect * age))
    end = random.uniform(0.2, 3, count)
    index = [f"P{number:03}" for number in range(count)]
    patients = pd.DataFrame(
        {"time": np.minimum(time, end), "event": (time <= end).astype(float), "group": group}, index
    ).assign(family=None)
    return patients, pd.DataFrame({"age": age}, index)


def partial_likelihood(weights, values, time, event):
    """Breslow's negative log partial likelihood; no two times are equal here."""
    risk = values @ weights
    order = np.argsort(-time)
    at_risk = np.logaddexp.accumulate(risk[order])
    return -np.sum((risk[order] - at_risk)[event[order] == 1])


@pytest.mark.parametrize("adjusted", [False, True])
def test_ratio_interval_and_p_are_those_of_the_likelihood(adjusted):
    patients, age = survivors()
    known = age if adjusted else age.iloc[:, :0]
    row = hazard_ratios(patients, known, 0.95)[0]
    values = np.column_stack([(patients["group"] == 2).to_numpy(float), known.to_numpy()])
    told = values, patients["time"].to_numpy(), patients["event"].to_numpy()
    best = optimize.minimize(partial_likelihood, np.zeros(values.shape[1]), told).x
    spread = np.sqrt(np.linalg.inv(hessian(best, *told))[0, 0])
    assert row["hazard_ratio"] == pytest.approx(np.exp(best[0]), rel=1e-3)
    limits = np.exp(best[0] + np.array([-1, 1]) * stats.norm.ppf(0.975) * spread)
    assert (row["low"], row["high"]) == pytest.approx(tuple(limits), rel=1e-3)
    assert row["p"] == pytest.approx(2 * stats.norm.sf(abs(best[0]) / spread), rel=0.02)


def hessian(weights, *told, step=1e-4):
    """Second differences of the likelihood."""
    steps = np.eye(len(weights)) * step

    def at(*moves):
        return partial_likelihood(weights + sum(moves), *told)

    return np.array(
        [
            [(at(a, b) - at(a, -b) - at(-a, b) + at(-a, -b)) / (4 * step**2) for b in steps]
            for a in steps
        ]
    )


def test_adjusting_takes_away_what_age_explains():
    patients, age = survivors(1500, log_ratio=0.0, age_effect=1.0)
    alone, adjusted = (hazard_ratios(patients, known, 0.95)[0] for known in (age.iloc[:, :0], age))
    assert alone["low"] > 1.5
    assert adjusted["low"] < 1 < adjusted["high"]


def test_ratios_that_cross_are_seen_by_the_test_and_steady_ones_are_not():
    random = np.random.default_rng(3)
    group = np.repeat([1, 2], 400)
    early = random.weibull(0.5, 800)
    crossing = np.where(group == 1, random.weibull(3.0, 800), early)
    steady = random.exponential(np.where(group == 1, 1.0, 0.5))
    found = {}
    for name, time in (("crossing", crossing), ("steady", steady)):
        patients = pd.DataFrame({"time": time, "event": 1.0, "group": group, "family": None})
        none = pd.DataFrame(index=patients.index)
        found[name] = hazard_ratios(patients, none, 0.95)[0]["p_proportional"]
    assert found["crossing"] < 1e-6
    assert found["steady"] > 0.05


def test_covariates_become_numbers_levels_and_marks_within_what_events_allow():
    random = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "age": np.where(np.arange(100) < 20, np.nan, random.normal(60, 9, 100)),
            "arm": ["a"] * 55 + ["b"] * 30 + ["c"] * 8 + ["d"] * 7,
            "sex": ["f"] * 99 + ["m"],
            "constant": 1.0,
        }
    )
    matrix = covariate_matrix(table, events=100)
    assert list(matrix) == ["age", "age missing", "arm=b", "arm=other"]
    assert matrix["age"].mean() == pytest.approx(0, abs=1e-9)
    assert list(covariate_matrix(table, events=30)) == ["age", "age missing"]
    assert covariate_matrix(table, events=5).shape == (100, 0)


def test_a_level_that_another_covariate_determines_is_left_out():
    kind = pd.Series(["LGG"] * 60 + ["GBM"] * 40)
    grade = pd.Series(["G2"] * 30 + ["G3"] * 30 + [None] * 40)
    matrix = covariate_matrix(pd.DataFrame({"kind": kind, "grade": grade}), events=100)
    assert matrix.shape[1] == 2
    assert np.linalg.matrix_rank(matrix.assign(one=1.0)) == 3


def test_a_group_in_which_nobody_dies_has_no_ratio():
    patients, age = survivors(200)
    patients.loc[patients["group"] == 1, "event"] = 0.0
    row = hazard_ratios(patients, age.iloc[:, :0], 0.95)[0]
    assert np.isnan(row["hazard_ratio"])
    assert row["events"] == patients["event"].sum()


def test_one_row_per_design_endpoint_and_model():
    patients, age = survivors(300)
    pooled = patients.reset_index(names="patient").drop(columns="group")
    pooled = pooled.assign(repeat=0, fold=np.arange(300) % 5, endpoint="os")
    designs = [pooled.assign(design=name, value=age["age"].to_numpy()) for name in ("x", "y")]
    settings = {"risk_groups": 3, "confidence": 0.95}
    table = hazard_table(pd.concat(designs), age.assign(sex="f"), settings)
    assert table.groupby(["design", "model"]).size().tolist() == [2, 2, 2, 2]
    assert set(table.loc[table["model"] == "adjusted", "covariates"]) == {"age"}
    higher = table[(table["model"] == "alone") & (table["design"] == "x")]
    assert higher["hazard_ratio"].is_monotonic_increasing


def two_cohorts(count=600, seed=1, log_ratio=0.0):
    """Patients of the second cohort die five times sooner, and most of them are of group 2."""
    random = np.random.default_rng(seed)
    second = random.random(count) < 0.5
    group = 1 + (random.random(count) < np.where(second, 0.8, 0.2)).astype(int)
    time = random.exponential(np.where(second, 0.2, 1.0) * np.exp(-log_ratio * (group == 2)))
    end = random.uniform(0.1, 2, count)
    index = [f"P{number:03}" for number in range(count)]
    table = {"time": np.minimum(time, end), "event": (time <= end) * 1.0, "group": group}
    cohort = np.where(second, "b", "a")
    return pd.DataFrame(table | {"family": None, "cohort": cohort}, index)


@pytest.mark.parametrize("related", [False, True])
def test_a_group_of_more_patients_of_a_cohort_that_dies_sooner_has_no_ratio_of_its_own(related):
    patients = two_cohorts()
    if related:
        patients["family"] = np.repeat([str(number) for number in range(300)], 2)
    none = patients[[]]
    alone = hazard_ratios(patients.drop(columns="cohort"), none, 0.95)[0]
    within = hazard_ratios(patients, none, 0.95)[0]
    assert alone["low"] > 1.5
    assert within["low"] < 1 < within["high"]
    assert (alone["strata"], within["strata"]) == (1, 2)
    assert within["p_proportional"] > 0.05


def test_a_ratio_within_cohorts_is_that_of_their_common_likelihood():
    patients = two_cohorts(log_ratio=0.6)
    values = (patients["group"] == 2).to_numpy(float)[:, None]
    time, event = patients["time"].to_numpy(), patients["event"].to_numpy()

    def both(weights):
        cohorts = [(patients["cohort"] == name).to_numpy() for name in "ab"]
        return sum(partial_likelihood(weights, values[o], time[o], event[o]) for o in cohorts)

    best = optimize.minimize(both, np.zeros(1)).x[0]
    found = hazard_ratios(patients, patients[[]], 0.95)[0]
    assert found["hazard_ratio"] == pytest.approx(np.exp(best), rel=1e-3)


def test_ratios_that_cross_are_seen_within_cohorts_of_unlike_follow_up():
    random = np.random.default_rng(3)
    group, cohort = np.tile([1, 2], 400), np.repeat(["a", "b"], 400)
    long = np.where(cohort == "a", 1.0, 50.0)
    found = {}
    for name, shape in (("crossing", 3.0), ("steady", 1.0)):
        first, second = random.weibull(shape, 800), random.weibull(shape**-0.7, 800)
        time = np.where(group == 1, first, second) * long
        patients = pd.DataFrame({"time": time, "event": 1.0, "group": group, "family": None})
        found[name] = hazard_ratios(patients.assign(cohort=cohort), patients[[]], 0.95)[0]
    assert found["crossing"]["p_proportional"] < 1e-6
    assert found["steady"]["p_proportional"] > 0.05


def test_groups_that_are_cohorts_have_no_ratio_within_these(caplog):
    patients = two_cohorts()
    apart = patients.assign(group=np.where(patients["cohort"] == "a", 1, 2))
    found = hazard_ratios(apart, apart[[]], 0.95)[0]
    assert np.isnan(found["hazard_ratio"])
    assert "cohorts tell the risk groups" in caplog.text


def test_the_adjusted_model_is_within_cohorts_and_leaves_out_what_these_determine():
    patients = two_cohorts()
    pooled = patients.reset_index(names="patient").rename(columns={"cohort": "followed_as"})
    pooled = pooled.assign(repeat=0, fold=0, endpoint="os", design="x", value=pooled["group"])
    random = np.random.default_rng(2)
    known = pd.DataFrame({"age": random.normal(size=600)}, patients.index)
    known["cancer_type"] = np.where(patients["cohort"] == "a", "LGG", "GBM")
    settings = {"risk_groups": 2, "confidence": 0.95}
    table = hazard_table(pooled.drop(columns="group"), known, settings).set_index("model")
    assert table["strata"].to_dict() == {"alone": 1, "adjusted": 2}
    assert table["covariates"].to_dict() == {"alone": "", "adjusted": "age"}
    assert table.loc["alone", "low"] > 1.5
    assert table.loc["adjusted", "low"] < 1 < table.loc["adjusted", "high"]
