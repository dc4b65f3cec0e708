"""Training repeats itself, begins at the ridge model, and cannot see locked outcomes."""

import keras
import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, scrambled, split_of

from gcin.model.inputs import linear_columns
from gcin.model.linear_path import fit_linear_paths
from gcin.model.outcomes import training_table
from gcin.model.pathways import choose_pathways, masked
from gcin.model.predictions import calibrate, prediction_table, reported
from gcin.model.study import prepare_fold
from gcin.model.training import network_curves, predict_network, train_network

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def run(hospital, patients, split, settings, seed=1):
    table = training_table(patients, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 512)
    trained = train_network(everyone, preparation, hospital.members, settings, seed)
    inner = everyone.part("validation")
    calibration = calibrate(
        predict_network(trained.network, inner, preparation), inner.table, preparation.arms
    )
    predicted = predict_network(trained.network, everyone, preparation)
    rows = prediction_table(everyone.table.index, predicted, preparation.arms, calibration)
    return trained, reported(rows, everyone.table), (preparation, everyone)


@pytest.fixture(scope="module")
def small():
    hospital = make_hospital(count=90, genes=12)
    return hospital, split_of(hospital.patients)


@pytest.fixture(scope="module")
def finished(small, settings):
    hospital, split = small
    return run(hospital, hospital.patients, split, settings)


def test_locked_outcomes_change_no_byte_and_a_seed_repeats_itself(small, finished, settings):
    hospital, split = small
    other = scrambled(hospital.patients, split)
    assert not other.equals(hospital.patients)
    _, again, _ = run(hospital, other, split, settings)
    pd.testing.assert_frame_equal(again, finished[1], check_exact=True)


def test_curves_order_patients_as_risk_does(finished):
    """Both come from the same hazards; risk is one minus the mean survival over the intervals."""
    trained, rows, (preparation, everyone) = finished
    curves = network_curves(trained.network, everyone, preparation)
    tested = everyone.table.index[everyone.table["part"] == "test"]
    assert set(curves["patient"]) == set(tested)
    months = sorted(preparation.endpoints["os"].cuts)
    ends = curves[curves["time"].isin(months)]
    lived = ends.groupby(["patient", "arm"])["survival"].sum() / (len(months) + 1)
    risks = rows[(rows["endpoint"] == "os") & rows["patient"].isin(tested)]
    risks = risks.set_index(["patient", "arm"])["value"]
    gaps = (1 - risks - lived).loc[risks.index]
    assert gaps.between(-1e-6, 1 / (len(months) + 1) + 1e-6).all()
    assert risks.corr(lived, method="spearman") < -0.95


def test_another_seed_is_another_network(small, finished, settings):
    hospital, split = small
    _, again, _ = run(hospital, hospital.patients, split, settings, seed=2)
    assert not np.allclose(again["raw"], finished[1]["raw"], atol=1e-6)


def test_history_begins_before_training_and_the_best_epoch_is_kept(finished):
    history = finished[0].history
    assert history["epoch"].tolist() == list(range(len(history)))
    assert {"loss", "val_loss", "val_response_loss", "val_os_loss"} <= set(history)
    likelihoods = history["val_response_loss"] + history["val_os_loss"]
    np.testing.assert_allclose(history["val_loss"], likelihoods, rtol=1e-3)


def test_predictions_name_every_arm_endpoint_and_held_out_patient(small, finished):
    _, split = small
    rows = finished[1]
    held = split[split["part"] != "train"]
    assert set(rows["patient"]) == set(held["patient"])
    assert len(rows) == len(held) * 2 * 2
    assert not rows.duplicated(["patient", "endpoint", "arm"]).any()
    assert rows["value"].between(0, 1).all()
    risks = rows[rows["endpoint"] == "os"]
    np.testing.assert_array_equal(risks["raw"], risks["value"])


def test_network_starts_as_the_ridge_model(small, settings):
    hospital, split = small
    still = settings | {"training": {**settings["training"], "learning_rate": 1e-12}}
    trained, _, (preparation, everyone) = run(hospital, hospital.patients, split, still)
    train = everyone.part("train")
    columns = [linear_columns(part, preparation).to_numpy("float32") for part in (train, everyone)]
    shares, fit = fit_linear_paths(train, columns[0], preparation, settings)["response"]
    odds = fit.scores(columns[1][:, list(shares)] * list(shares.values()))[..., 0]
    predicted = predict_network(trained.network, everyone, preparation)["response"]
    np.testing.assert_allclose(predicted, 1 / (1 + np.exp(-odds)), atol=1e-4)


def test_masks_and_decoys_of_a_design_reach_its_network(small, settings):
    """Drawn pathways, decoys, another pooling, dropouts: all that is off by default at once."""
    hospital, split = small
    design = {"pathway_mask": "random", "pathway_decoys": 2, "pooling": "max"}
    design |= {"gene_dropout": 0.2, "modality_dropout": 0.2, "bidirectional": True}
    own = settings | {"network": {**settings["network"], **design}}
    trained, rows, (preparation, _) = run(hospital, hospital.patients, split, own)
    tokens = trained.network.get_layer("pathway_tokens")
    limits = settings["preparation"]
    edges = choose_pathways(
        hospital.members, preparation.genes, limits["min_pathway_genes"], limits["max_pathways"]
    )
    assert tokens.pathways == 3 * len(edges.pathways)
    drawn = masked(edges, "random", 2, len(preparation.genes), seed=1)
    assert (tokens.gene, tokens.pathway) == (drawn.gene, drawn.pathway)
    assert tokens.gene[: len(edges.gene)] != edges.gene
    assert np.isfinite(rows["value"]).all()
    assert np.isfinite(trained.history["loss"]).all()


def test_linear_path_leaves_out_burdens_that_say_nothing(settings):
    """Response follows from the age alone first, and then from genes too."""
    for by_age in (True, False):
        hospital = make_hospital(count=300, genes=40, signal=3.0)
        patients = hospital.patients
        if by_age:
            age = hospital.cohorts.clinical["hospital"]["age"].to_numpy()
            chance = 1 / (1 + np.exp(-0.2 * (age - 62)))
            drawn = np.random.default_rng(3).random(len(age)) < chance
            patients = patients.assign(response=np.where(np.isnan(age), np.nan, drawn))
        table = training_table(patients, split_of(patients))
        preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
        train = everyone.part("train")
        columns = linear_columns(train, preparation)
        paths = fit_linear_paths(train, columns.to_numpy(), preparation, settings)
        assert (len(paths["response"].shares) < columns.shape[1]) == by_age


def test_linear_path_is_chosen_by_whole_families(settings):
    """Of patients who are one family nobody can be left out, so nothing is chosen by a loss."""
    hospital = make_hospital(count=120, genes=5, signal=3.0)
    table = training_table(hospital.patients.assign(family="F"), split_of(hospital.patients))
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
    train = everyone.part("train")
    columns = linear_columns(train, preparation)
    paths = fit_linear_paths(train, columns.to_numpy(), preparation, settings)
    assert np.isinf(paths["response"].fit.loss)
    assert len(paths["response"].shares) == columns.shape[1]


def test_coarse_numbers_within_leave_answers_fine(small, finished, settings):
    hospital, split = small
    coarse = {**settings, "training": {**settings["training"], "precision": "mixed_bfloat16"}}
    try:
        trained, rows, _ = run(hospital, hospital.patients, split, coarse)
    finally:
        keras.config.set_dtype_policy("float32")
    assert trained.network.get_layer("trunk").compute_dtype == "bfloat16"
    assert {variable.dtype for variable in trained.network.trainable_variables} == {"float32"}
    values = rows["raw"].to_numpy("float32")
    # Of bfloat16, the lower half of the bits is nought.
    assert (values.view("uint32") % 2**16 != 0).mean() > 0.9
    near = finished[1].merge(rows, on=["patient", "part", "endpoint", "arm"])
    assert near[["value_x", "value_y"]].corr().iloc[0, 1] > 0.9
