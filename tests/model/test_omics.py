"""Omics are fitted on training patients, masked where not measured, and read by every design."""

from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, split_of
from sklearn.metrics import roc_auc_score

from gcin.model.baselines import fit_baseline, predict_baseline
from gcin.model.inputs import linear_columns, network_arrays, tree_columns
from gcin.model.omics import fit_omics, omics_arrays, omics_frame
from gcin.model.outcomes import training_table
from gcin.model.preparation import as_plain, from_plain
from gcin.model.study import Cohorts, prepare_fold
from gcin.model.training import predict_network, train_network

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LIMITS = {"min_measured": 0.5, "max_features": 6, "components": 3}


def expression(patients, seed=1, missing=0.2):
    """Two tables: `rna` follows one number, of which `score` is a noisy copy, missing in some."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(len(patients), 1))
    rna = hidden * random.normal(size=10) + 0.3 * random.normal(size=(len(patients), 10))
    table = pd.DataFrame(rna, index=patients).add_prefix("rna G")
    table["score a"] = hidden[:, 0] + random.normal(size=len(patients))
    absent = random.random(len(patients)) < missing
    table.loc[absent, [name for name in table if name.startswith("rna")]] = np.nan
    return table.astype("float32"), hidden[:, 0], absent


@pytest.fixture(scope="module")
def hospital():
    """Response follows the expression alone."""
    made = make_hospital(count=300, genes=8, signal=0.0)
    table, hidden, _ = expression(made.patients["patient"])
    random = np.random.default_rng(2)
    response = (random.random(len(hidden)) < 1 / (1 + np.exp(-2.5 * hidden))).astype(float)
    cohorts = replace(made.cohorts, omics={"hospital": table})
    return replace(made, patients=made.patients.assign(response=response), cohorts=cohorts)


@pytest.fixture(scope="module")
def fold(hospital, settings):
    table = training_table(hospital.patients, split_of(hospital.patients))
    own = settings["preparation"] | {"omics": LIMITS}
    return prepare_fold(table, hospital.cohorts, own, 16)


def area(said, test, hospital):
    known = hospital.patients.set_index("patient").loc[test.table.index, "response"]
    return roc_auc_score(known, said["response"].mean(axis=1))


def test_many_features_become_components_of_unit_spread_and_few_stay():
    table, hidden, absent = expression([f"P{n}" for n in range(200)])
    rna, score = fit_omics(table, LIMITS)
    assert rna.columns == ["rna component 1", "rna component 2", "rna component 3"]
    assert score.columns == ["score a"]
    scores = rna.scores(table)[~absent]
    assert np.allclose(scores.std(axis=0), 1, atol=0.05)
    assert abs(np.corrcoef(scores[:, 0], hidden[~absent])[0, 1]) > 0.95


def test_patient_without_a_table_is_average_and_marked():
    table, _, absent = expression([f"P{n}" for n in range(200)])
    fitted = fit_omics(table, LIMITS)
    frame, arrays = omics_frame(table, fitted), omics_arrays(table, fitted)
    assert frame["rna missing"].astype(bool).tolist() == absent.tolist()
    assert not frame.filter(like="component").to_numpy()[absent].any()
    assert arrays["omics_mask"][:, 0].astype(bool).tolist() == (~absent).tolist()
    assert arrays["omics_mask"][:, 1].all()


def test_who_was_measured_on_another_panel_is_marked():
    """Nobody of these has a feature that is read: all were told as the average patient is."""
    random, other = np.random.default_rng(0), np.arange(100) < 35
    table = pd.DataFrame(random.normal(size=(100, 2)), columns=["rna A", "rna B"])
    table.loc[other, "rna A"], table.loc[~other, "rna B"] = np.nan, np.nan
    fitted = fit_omics(table, LIMITS)
    assert fitted[0].features == ["rna A"]
    assert omics_frame(table, fitted)["rna missing"].astype(bool).tolist() == other.tolist()


def test_nothing_is_learnt_from_other_patients():
    table, *_ = expression([f"P{n}" for n in range(200)])
    fitted = fit_omics(table.iloc[:150], LIMITS)
    shifted = table.copy()
    shifted.iloc[150:] += 7
    assert fit_omics(shifted.iloc[:150], LIMITS) == fitted
    assert not np.allclose(
        omics_frame(shifted, fitted).iloc[150:], omics_frame(table, fitted).iloc[150:]
    )


def test_constant_and_rarely_measured_features_are_left_out():
    table = pd.DataFrame(
        {"t same": [1.0] * 4, "t rare": [1, *[np.nan] * 3], "t good": [1.0, 2, 3, 4]}
    )
    (fitted,) = fit_omics(table, LIMITS)
    assert fitted.features == ["t good"]


def test_cohort_without_omics_has_none(settings):
    hospital = make_hospital(count=60, genes=6)
    table = training_table(hospital.patients, split_of(hospital.patients))
    preparation, patients = prepare_fold(table, hospital.cohorts, settings["preparation"], 8)
    assert preparation.omics == []
    assert "omics" not in network_arrays(patients, preparation)


def test_a_cohort_without_omics_beside_one_with_them_is_not_measured():
    values = pd.DataFrame({"rna A": [1.0, 2.0]}, index=["P1", "P2"], dtype="float32")
    table = pd.DataFrame({"cohort": ["b", "a", "a"]}, index=["P9", "P2", "P1"])
    for others in ({}, {"b": pd.DataFrame(index=["P9"])}):
        found = Cohorts({}, {}, {"a": values, **others}).omics_of(table)
        assert found.index.tolist() == ["P9", "P2", "P1"]
        np.testing.assert_array_equal(found["rna A"], [np.nan, 2, 1])


def test_every_design_may_read_them(fold):
    preparation, patients = fold
    wanted = {"rna component 1", "score a", "rna missing"}
    for columns in (linear_columns, tree_columns):
        assert wanted <= set(columns(patients, preparation))


def test_preparation_with_omics_survives_as_plain_values(fold):
    preparation, _ = fold
    assert from_plain(as_plain(preparation)) == preparation


@pytest.mark.parametrize("kind", ["ridge", "genomic_logistic", "random_forest"])
def test_simple_designs_find_what_omics_say(hospital, fold, settings, kind):
    preparation, patients = fold
    fits = fit_baseline(kind, patients, preparation, settings, 1)
    test = patients.part("test")
    assert area(predict_baseline(kind, fits, test, preparation), test, hospital) > 0.75


def test_clinical_design_does_not_read_omics(hospital, fold, settings):
    preparation, patients = fold
    fits = fit_baseline("clinical_logistic", patients, preparation, settings, 1)
    test = patients.part("test")
    assert (
        area(predict_baseline("clinical_logistic", fits, test, preparation), test, hospital) < 0.7
    )


@pytest.fixture(scope="module", params=[True, False], ids=["with genome", "without genome"])
def trained(request, hospital, fold, settings):
    preparation, patients = fold
    own = settings | {"network": settings["network"] | {"genome": request.param}}
    if not request.param:
        preparation = replace(preparation, genes=[], chromosomes=[], chromosome_arms=[], burdens=[])
        none = np.zeros((len(patients.table), 0))
        genomes = replace(
            patients.genomes, track=none[..., None] + np.zeros(12), mask=none.astype(bool)
        )
        patients = replace(patients, genomes=genomes)
    network = train_network(patients, preparation, hospital.members, own, 1).network
    return network, patients, preparation


def test_the_network_finds_what_omics_say_also_without_genomes(trained, hospital):
    network, patients, preparation = trained
    test = patients.part("test")
    assert area(predict_network(network, test, preparation), test, hospital) > 0.75


def test_a_table_not_measured_says_nothing_to_the_network(trained):
    """Random values in place of the zeros of patients without the table change no answer."""
    network, patients, preparation = trained
    arrays = network_arrays(patients, preparation)
    absent = arrays["omics_mask"][:, 0] == 0
    other = {**arrays, "omics": arrays["omics"].copy()}
    other["omics"][absent, :3] = 5.0
    first, second = (network.predict(x, verbose=0)["response"] for x in (arrays, other))
    np.testing.assert_array_equal(first, second)


def test_saved_network_with_omics_answers_the_same(trained, tmp_path):
    network, patients, preparation = trained
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    first, second = (predict_network(net, patients, preparation) for net in (network, again))
    np.testing.assert_allclose(first["response"], second["response"], atol=1e-6)
