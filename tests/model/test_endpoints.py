"""Kinds of endpoint, the scale of quantities, and what models make of them."""

from dataclasses import asdict, replace
from functools import partial

import joblib
import memory_hospital as made
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from gcin.model.bands import conformal_bands
from gcin.model.baselines import baseline_curves, fit_baseline, predict_baseline
from gcin.model.conformal import in_arm_received
from gcin.model.endpoints import Endpoint, fit_scale, from_plain, kinds_in
from gcin.model.linear import fit_linear
from gcin.model.outcomes import outcome_columns, targets_of, training_table, values_of
from gcin.model.predictions import calibrate, frozen, prediction_table, reported
from gcin.model.preparation import from_plain as preparation_from_plain
from gcin.model.study import prepare_fold
from gcin.model.telling import told
from gcin.model.training import predict_network, train_network
from gcin.prediction.applying import apply_each


def with_dose(hospital, seed=3):
    """A dose that falls with age and with a gene, and a side effect that is commoner in one arm."""
    random, patients = np.random.default_rng(seed), hospital.patients.copy()
    age = hospital.cohorts.clinical["hospital"]["age"].fillna(62).to_numpy()
    lof = hospital.cohorts.stores["hospital"].track[:, 0, 0]
    root = 6 - 0.5 * (age - 62) / 11 - 1.2 * lof + random.normal(0, 0.5, len(patients))
    patients["dose_amount"] = np.square(np.maximum(root, 0.5))
    toxic = random.random(len(patients)) < np.where(patients["arm"] == "target", 0.7, 0.2)
    patients["neutropenia"] = toxic.astype(float)
    patients.loc[random.random(len(patients)) < 0.3, ["dose_amount", "neutropenia"]] = np.nan
    return replace(hospital, patients=patients)


@pytest.fixture(scope="module")
def hospital():
    return with_dose(made.make_hospital(360, genes=30))


@pytest.fixture(scope="module")
def fold(hospital, settings):
    split = made.split_of(hospital.patients)
    table = training_table(hospital.patients, split)
    given = settings["preparation"] | {"transforms": {"dose": "sqrt"}}
    return prepare_fold(table, hospital.cohorts, given, 64)


def test_kinds_are_told_by_the_columns():
    columns = ["patient", "cohort", "arm", "response", "os_time", "os_event", "dose_amount", "rash"]
    table = pd.DataFrame(columns=columns)
    kinds = {"response": "binary", "os": "survival", "dose": "quantity", "rash": "binary"}
    assert kinds_in(table) == kinds
    assert outcome_columns(table) == columns[3:]


@given(amounts=st.lists(st.floats(0.1, 1e4), min_size=2, max_size=20), how=st.sampled_from(
    ["none", "sqrt", "log"]))  # fmt: skip
def test_scales_lead_there_and_back(amounts, how):
    scale = fit_scale(np.array(amounts), how)
    np.testing.assert_allclose(scale.amounts(scale.scores(np.array(amounts))), amounts, rtol=1e-6)


def test_under_a_root_no_amount_is_negative():
    scale = fit_scale(np.array([1.0, 4.0, 9.0]), "sqrt")
    assert scale.amounts(np.array([-10.0])).tolist() == [0.0]
    assert from_plain(asdict(Endpoint("quantity", scale=scale))).scale == scale


def test_an_unknown_amount_is_no_question():
    scale = fit_scale(np.array([10.0, 30.0]), "none")
    endpoint, table = Endpoint("quantity", scale=scale), pd.DataFrame({"dose_amount": [30, np.nan]})
    targets = targets_of(table, "dose", endpoint)
    assert targets[..., 1].ravel().tolist() == [1, 0]
    assert values_of(endpoint, targets[..., 0]).tolist() == [30.0, 20.0]


def test_ridge_of_amounts_agrees_with_scikit_learn(settings):
    random = np.random.default_rng(0)
    columns = random.normal(size=(200, 4))
    amounts = columns @ [1.0, -0.5, 0.0, 0.3] + random.normal(0, 0.3, 200)
    targets = np.stack([amounts - amounts.mean(), np.ones(200)], axis=-1)[:, None]
    given = columns, np.zeros(200, int), targets, np.arange(200), 1
    fit = fit_linear(*given, 0.0, settings["linear"], numeric=True)
    own = Ridge(1 / fit.strength).fit(columns, targets[:, 0, 0])
    np.testing.assert_allclose(fit.shared, own.coef_, atol=1e-3)
    lasso = fit_linear(*given, 1.0, settings["linear"], numeric=True)
    assert abs(lasso.shared[2]) < abs(lasso.shared[3])


@pytest.mark.parametrize("kind", ["clinical_logistic", "lasso", "boosting", "random_forest"])
def test_every_design_learns_amounts_and_side_effects(fold, settings, kind):
    preparation, patients = fold
    fits = fit_baseline(kind, patients, preparation, settings, 1)
    held = patients.part("validation")
    said = predict_baseline(kind, fits, held, preparation)
    assert set(said) == {"response", "os", "dose", "neutropenia"}
    known = held.table["dose_amount"].notna().to_numpy()
    true, told = held.table["dose_amount"][known], said["dose"][known].mean(axis=1)
    naive = np.abs(true - patients.part("train").table["dose_amount"].median()).mean()
    assert np.abs(true - told).mean() < 0.95 * naive
    chemo, target = said["neutropenia"].mean(axis=0)
    assert target > chemo


def test_the_majority_gives_everybody_the_median_dose(fold, settings):
    preparation, patients = fold
    fits = fit_baseline("majority", patients, preparation, settings, 1)
    said = predict_baseline("majority", fits, patients, preparation)["dose"]
    assert (said == patients.part("train").table["dose_amount"].median()).all()


def test_a_network_starts_as_the_ridge_model_and_says_amounts(hospital, fold, settings):
    preparation, patients = fold
    network = train_network(patients, preparation, hospital.members, settings, 1).network
    held = patients.part("validation")
    said = predict_network(network, held, preparation)
    known = held.table["dose_amount"].notna().to_numpy()
    true, told = held.table["dose_amount"][known], said["dose"][known].mean(axis=1)
    naive = np.abs(true - patients.part("train").table["dose_amount"].median()).mean()
    assert np.abs(true - told).mean() < 0.9 * naive
    assert ((said["neutropenia"] > 0) & (said["neutropenia"] < 1)).all()


def test_outcomes_of_the_test_part_reach_no_model(hospital, settings):
    split = made.split_of(hospital.patients)
    said = []
    for patients in (hospital.patients, made.scrambled(hospital.patients, split)):
        table = training_table(patients, split)
        preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
        fits = fit_baseline("lasso", everyone, preparation, settings, 1)
        said.append(predict_baseline("lasso", fits, everyone, preparation))
    for endpoint in said[0]:
        np.testing.assert_array_equal(said[0][endpoint], said[1][endpoint])


@pytest.mark.parametrize("kind", ["ridge", "cox", "boosting_per_arm"])
def test_nothing_is_said_of_an_arm_that_taught_nothing(kind, settings, tmp_path, caplog):
    """Patients in supportive care: response is not assessed, nor do all arms report survival."""
    hospital = made.make_hospital(150, genes=5)
    patients = hospital.patients.copy()
    patients.loc[::5, "arm"], patients.loc[1::5, "arm"] = "care", "trial"
    patients.loc[::5, "response"] = np.nan
    patients.loc[1::5, ["os_time", "os_event"]] = np.nan
    table = training_table(patients, made.split_of(patients))
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 1)
    assert preparation.arms == ["care", "chemo", "target", "trial"]
    assert "nothing is said of response under care" in caplog.text
    fits = fit_baseline(kind, everyone, preparation, settings, 1)
    predict = partial(predict_baseline, kind, fits, preparation=preparation)
    calibrations, rows = told(predict, everyone, preparation)
    joblib.dump(frozen(preparation, calibrations), tmp_path / "model")
    new = everyone.table[:3].assign(role="new")
    applied = apply_each(
        [tmp_path / "model"], new, hospital.cohorts, lambda run, frozen, *given: predict(given[0])
    )
    with pytest.raises(ValueError, match="model has no number for os of 3 patient"):
        apply_each(
            [tmp_path / "model"],
            new,
            hospital.cohorts,
            lambda run, frozen, *given: predict(given[0]) | {"os": np.full((3, 4), np.nan)},
        )
    silent = {"response": "care", "os": "trial"}
    for table in (rows, applied, baseline_curves(kind, fits, everyone, preparation)):
        for endpoint, own in table.groupby("endpoint"):
            assert {*own["arm"]} == {*preparation.arms} - {silent[endpoint]}
            assert (own.groupby("patient")["arm"].nunique() == 3).all()
    assert {*applied["patient"]} == {*new.index}


@pytest.mark.parametrize("kind", ["ridge", "coxnet"])
def test_no_survival_is_told_of_an_arm_that_nobody_was_followed_in(kind, settings, caplog):
    """Patients of a new arm were followed for days: more of it were said to live at two years."""
    hospital = made.make_hospital(300, genes=5)
    patients = hospital.patients.copy()
    new = patients.index[::5]
    patients.loc[new, "arm"] = "new"
    patients.loc[new, "os_time"] = np.random.default_rng(0).uniform(0.05, 0.2, len(new))
    patients.loc[new, "os_event"] = 0.0
    table = training_table(patients, made.split_of(patients))
    given = hospital.cohorts, settings["preparation"], 1
    preparation, everyone = prepare_fold(table, *given)
    assert "nothing is said of os under new" in caplog.text
    fits = fit_baseline(kind, everyone, preparation, settings, 1)
    curves = baseline_curves(kind, fits, everyone, preparation)
    assert {*curves["arm"]} == {"chemo", "target"}
    predict = partial(predict_baseline, kind, fits, preparation=preparation)
    _, rows = told(predict, everyone, preparation)
    by_endpoint = rows.groupby("endpoint")["arm"].unique().map(set).to_dict()
    assert by_endpoint.pop("os") == {"chemo", "target"}
    assert all(arms == {"chemo", "new", "target"} for arms in by_endpoint.values())
    # One patient who was followed past the middle of the first interval teaches something.
    table.loc[table.index[(table["arm"] == "new") & (table["part"] == "train")][0], "os_time"] = 30
    assert prepare_fold(table, *given)[0].endpoints["os"].untaught == []


def test_a_frozen_model_says_the_same_and_its_bands_hold(hospital, fold, settings):
    preparation, patients = fold
    fits = fit_baseline("clinical_logistic", patients, preparation, settings, 1)
    held = patients.part("validation")
    inner = predict_baseline("clinical_logistic", fits, held, preparation)
    calibrations = calibrate(inner, held.table, preparation.arms)
    assert set(calibrations) == {"response", "neutropenia"}
    thawed = preparation_from_plain(frozen(preparation, calibrations)["preparation"])
    again = predict_baseline("clinical_logistic", fits, patients, thawed)
    np.testing.assert_array_equal(again["dose"][:3], predict_baseline(
        "clinical_logistic", fits, patients, preparation)["dose"][:3])  # fmt: skip
    rows = prediction_table(patients.table.index, again, preparation.arms, calibrations)
    rows = reported(rows, patients.table).assign(run=0)
    facts = hospital.patients.assign(cancer_type="AML", family=None)
    parts = [in_arm_received(rows[rows["part"] == part], facts, "quantity")
             for part in ("validation", "test")]  # fmt: skip
    limits = {"coverage": 0.8, "min_patients": 25}
    bands = conformal_bands(*parts, ["run"], ["patient"], limits, {"dose": "sqrt"})
    inside = parts[1].merge(bands, on=["endpoint", "patient"])
    assert inside["amount"].between(inside["low"], inside["high"]).mean() > 0.65
    few = conformal_bands(parts[0][:3], parts[1], ["run"], ["patient"], limits, {"dose": "sqrt"})
    assert np.isinf(few["high"]).all()
