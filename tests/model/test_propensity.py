"""The propensity head: off it leaves the network as it was, on it knows no arm but by the trunk."""

import logging

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, split_of
from sklearn.metrics import roc_auc_score
from test_network import DESIGN, SHAPE, arrays_of, predicted
from test_resuming import Killed, KilledAfterTwo

from gcin.model.inputs import network_arrays
from gcin.model.network import build_network, load_network
from gcin.model.outcomes import training_table
from gcin.model.propensity import arms_told, received_targets
from gcin.model.resuming import Kept
from gcin.model.study import prepare_fold
from gcin.model.training import predict_network, train_network

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

L2 = {"response": 0.0, "os": 0.0}
# Layers with weights before there was a propensity head, in their order.
WITHOUT = [
    "variant_encoder_1",
    "variant_encoder_2",
    "clinical_1",
    "gene_gates",
    "clinical_2",
    "gene_means",
    "track_convolution_1",
    "patient_embedding",
    "pathway_tokens",
    "track_convolution_2",
    "pathway_attention_1",
    "arm_gates",
    "arm_recurrence",
    "arm_recurrence_backwards",
    "patient_norm",
    "film",
    "trunk",
    "deep_os",
    "wide_os",
    "linear_os",
    "deep_response",
    "wide_response",
    "linear_response",
]


def seeded(**changes):
    keras.utils.set_random_seed(3)
    return build_network({**DESIGN, **changes}, SHAPE, L2)


def confounded(count=300, share=0.9):
    """Patients of stage III are mostly given `target`; of some the arm is not known."""
    hospital, random = make_hospital(count=count, genes=8), np.random.default_rng(4)
    favoured = hospital.cohorts.clinical["hospital"]["stage"] == "III"
    likely = np.where(favoured, share, 1 - share)
    arm = np.where(random.random(count) < likely, "target", "chemo").astype(object)
    arm[::50] = None
    return hospital, hospital.patients.assign(arm=arm)


@pytest.fixture(scope="module")
def prepared(settings):
    hospital, patients = confounded()
    table = training_table(patients, split_of(patients))
    return hospital, *prepare_fold(table, hospital.cohorts, settings["preparation"], 64)


@pytest.fixture(scope="module")
def train(settings, prepared):
    hospital, preparation, everyone = prepared
    training = {**settings["training"], "max_epochs": 10, "learning_rate": 0.01}

    def run(propensity, kept=None, **changes):
        own = {
            "training": training | changes,
            "network": {**settings["network"], "propensity": propensity, "dropout": 0.0},
        }
        return train_network(everyone, preparation, hospital.members, settings | own, 1, kept)

    return run


@pytest.fixture(scope="module")
def headed(train):
    return train(1.0)


def test_without_weight_the_network_is_built_as_it_was():
    network = seeded()
    assert [layer.name for layer in network.layers if layer.weights] == WITHOUT
    assert set(network.output) == set(SHAPE.endpoints)


def test_the_head_changes_nothing_else_at_the_start():
    """It draws no random number, so with and without it all other weights begin alike."""
    plain, headed = seeded(), seeded(propensity=1.0)
    assert set(headed.output) - set(plain.output) == {"arm"}
    others = [weight for weight in headed.weights if not weight.path.startswith("arm/")]
    assert len(headed.weights) == len(others) + 2
    for weight, same in zip(plain.weights, others, strict=True):
        np.testing.assert_array_equal(np.asarray(weight), np.asarray(same))
    said, same = (predicted(network, arrays_of()) for network in (plain, headed))
    for name, values in said.items():
        np.testing.assert_array_equal(values, same[name])


def test_no_input_knows_the_arm_that_a_patient_received(prepared, headed):
    """Neither arrays nor answers move where everybody is given another arm."""
    _, preparation, everyone = prepared
    turned = everyone.table["arm"].map({"chemo": "target", "target": "chemo"})
    assert (turned.dropna() != everyone.table["arm"].dropna()).all()
    other = type(everyone)(**{**vars(everyone), "table": everyone.table.assign(arm=turned)})
    arrays, again = (network_arrays(patients, preparation) for patients in (everyone, other))
    for name, values in arrays.items():
        np.testing.assert_array_equal(values, again[name])
    told = [arms_told(headed.network, patients, preparation) for patients in (everyone, other)]
    pd.testing.assert_frame_equal(*told, check_exact=True)


def test_the_head_tells_arms_that_were_given_for_a_stage(prepared, headed):
    _, preparation, everyone = prepared
    tested = everyone.part("test")
    told = arms_told(headed.network, tested, preparation)
    assert list(told) == ["patient", "arm", "propensity"]
    assert set(told["patient"]) == set(tested.table.index)
    wide = told.pivot_table(values="propensity", index="patient", columns="arm")
    np.testing.assert_allclose(wide.sum(axis=1), 1)
    arm = tested.table["arm"].dropna()
    assert roc_auc_score(arm == "target", wide.loc[arm.index, "target"]) > 0.75


def test_it_begins_at_the_shares_of_the_training_patients(prepared, headed):
    _, _, everyone = prepared
    arm = everyone.part("train").table["arm"]
    entropy = -np.log(arm.map(arm.value_counts(normalize=True))).mean()
    assert headed.history["arm_loss"].iloc[0] == pytest.approx(entropy, rel=1e-5)


def test_outcomes_alone_stop_the_training(headed):
    history = headed.history
    likelihoods = history["val_response_loss"] + history["val_os_loss"]
    np.testing.assert_allclose(history["val_loss"], likelihoods, rtol=1e-4)
    assert history["val_arm_loss"].iloc[1:].min() < history["val_arm_loss"].iloc[0]
    assert (history["val_arm_loss"] > 0.05).all()


def test_without_a_head_nothing_is_told_and_predictions_have_the_endpoints_alone(
    prepared, train, headed
):
    _, preparation, everyone = prepared
    plain = train(0, max_epochs=1).network
    assert arms_told(plain, everyone, preparation).empty
    for network in (plain, headed.network):
        assert set(predict_network(network, everyone, preparation)) == {"response", "os"}


def test_an_unknown_arm_has_no_part_in_it():
    table = pd.DataFrame({"arm": ["b", None, "a", "elsewhere"]})
    targets = received_targets(table, ["a", "b"], 0.25)
    np.testing.assert_array_equal(targets, np.array([[0, 0.25], [0, 0], [0.25, 0], [0, 0]]))


def test_a_saved_network_tells_the_same(prepared, headed, tmp_path):
    _, preparation, everyone = prepared
    headed.network.save(tmp_path / "network.keras")
    again = load_network(tmp_path / "network.keras")
    pd.testing.assert_frame_equal(
        *(arms_told(network, everyone, preparation) for network in (headed.network, again))
    )


def test_a_killed_run_with_a_head_ends_as_an_undisturbed_one(train, headed, tmp_path, caplog):
    path = tmp_path / "network.keras.state"
    with pytest.raises(Killed):
        train(1.0, KilledAfterTwo(path, "key"))
    assert joblib.load(path)["epoch"] == 2
    with caplog.at_level(logging.INFO):
        history = train(1.0, Kept(path, "key")).history
    assert "went on after epoch 2" in caplog.text
    pd.testing.assert_frame_equal(history, headed.history, rtol=1e-5)


def test_one_arm_is_nothing_to_tell(settings):
    hospital = make_hospital(count=60, genes=6, arms=("chemo",))
    table = training_table(hospital.patients, split_of(hospital.patients))
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
    own = settings | {"network": {**settings["network"], "propensity": 1.0}}
    with pytest.raises(ValueError, match=r"received chemo.*propensity: 0"):
        train_network(everyone, preparation, hospital.members, own, 1)
