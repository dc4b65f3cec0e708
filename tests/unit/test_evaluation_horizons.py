"""The AUC over time: by its definition, as scikit-survival has it, and before follow-up ends."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from gcin.evaluation.horizons import horizon_areas, horizon_weights


def followed(seed, patients=80):
    """Risk, months and event of patients whose risk says something; no two months are equal."""
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=patients)
    time, end = rng.exponential(20 * np.exp(-risk)), rng.exponential(40, patients)
    return risk, np.minimum(time, end), (time <= end).astype(float)


def weighed(seed, horizons, reference=None, rounded=False):
    risk, time, event = followed(seed)
    past = followed(seed + 1 if reference is None else reference)[1:]
    if rounded:
        risk, time, past = np.round(risk), np.ceil(time), (np.ceil(past[0]), past[1])
    table = pd.DataFrame({"value": risk, "time": time, "event": event, "fold": 0})
    weights = pd.DataFrame(horizon_weights(time, event, *past, horizons))
    return table.join(weights).assign(column=range(len(table))), past


def areas(table):
    return {name: v[0] for name, v in horizon_areas(table, np.ones((1, len(table)))).items()}


def naive_area(table, past, horizon):
    """Pair by pair (Uno et al. 2007; Hung and Chiang 2010)."""

    def free(moment):
        chance = 1.0
        for step in sorted(set(past[0][past[0] < moment])):
            here, left = past[0] == step, (past[0] >= step).sum()
            gone = (here & (past[1] == 1)).sum()
            chance *= 1 - (here & (past[1] == 0)).sum() / max(left - gone, 1)
        return chance

    above = below = 0.0
    cases = table[(table["time"] <= horizon) & (table["event"] == 1)]
    controls = table[table["time"] > horizon]
    for case in cases.itertuples():
        for control in controls.itertuples():
            below += 1 / free(case.time)
            right = (case.value > control.value) + 0.5 * (case.value == control.value)
            above += right / free(case.time)
    return above / below


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_area_agrees_with_its_definition(seed, rounded):
    table, past = weighed(seed, [6, 24], rounded=rounded)
    found = areas(table)
    assert found["auc_6_months"] == pytest.approx(naive_area(table, past, 6))
    assert found["auc_24_months"] == pytest.approx(naive_area(table, past, 24))


def test_area_agrees_with_scikit_survival():
    """Figures of `cumulative_dynamic_auc` of scikit-survival 0.28.0 on the same patients."""
    table, _ = weighed(1, [6, 12, 24])
    expected = [0.71599979, 0.76139699, 0.85619677]
    assert list(areas(table).values()) == pytest.approx(expected, abs=1e-8)


def test_without_censoring_it_is_the_plain_area():
    risk, time, _ = followed(5)
    seen = np.ones(len(time))
    table = pd.DataFrame({"value": risk, "fold": 0} | horizon_weights(time, seen, time, seen, [12]))
    expected = roc_auc_score(time <= 12, risk)
    assert areas(table.assign(column=range(80)))["auc_12_months"] == pytest.approx(expected)


def test_weights_make_up_for_those_who_left():
    """Cases over the cohort's size estimate the chance of the event by the horizon."""
    rng = np.random.default_rng(3)
    time, end = rng.exponential(20, 20_000), rng.exponential(25, 20_000)
    seen = np.minimum(time, end), (time <= end).astype(float)
    found = horizon_weights(*seen, *seen, [12])
    assert found["case_12"].mean() == pytest.approx(1 - np.exp(-12 / 20), abs=0.01)
    assert found["control_12"].mean() == pytest.approx(np.exp(-12 / 20), abs=0.01)


def test_nothing_is_said_of_months_that_few_are_followed_to(caplog):
    table, _ = weighed(1, [500])
    assert np.isnan(areas(table)["auc_500_months"])
    assert "month 500: too few patients" in caplog.text


def test_pairs_across_folds_do_not_count():
    columns = {"case_6": [1, 0, 1, 0], "control_6": [0, 1, 0, 1], "fold": [0, 0, 1, 1]}
    table = pd.DataFrame(columns | {"value": [2, 1, 20, 10], "column": range(4)}).astype(float)
    table["column"] = range(4)
    assert areas(table)["auc_6_months"] == 1
    assert areas(table.assign(fold=0))["auc_6_months"] == 0.75


def test_a_resample_counts_patients_as_often_as_it_holds_them():
    table, _ = weighed(4, [12])
    drawn = np.random.default_rng(4).integers(0, 4, len(table))
    repeated = table.loc[table.index.repeat(drawn)].assign(column=range(drawn.sum()))
    found = horizon_areas(table, drawn[None].astype(float))["auc_12_months"][0]
    assert found == pytest.approx(areas(repeated)["auc_12_months"])
