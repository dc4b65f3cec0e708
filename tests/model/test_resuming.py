"""A killed training goes on from its last epoch, and ends as if it had not been killed."""

import logging
from dataclasses import replace

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, split_of

from gcin.model.outcomes import training_table
from gcin.model.resuming import Batches, Kept, fit_epochs, tell_exhaustion
from gcin.model.study import prepare_fold
from gcin.model.training import predict_network, train_network

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class Killed(KeyboardInterrupt):
    """What a test ends a run with."""


class KilledAfterTwo(Kept):
    """Keeps two epochs, then the run dies."""

    def save(self, state):
        """Keep, and die."""
        super().save(state)
        if state["epoch"] == 2:
            raise Killed


@pytest.fixture(scope="module")
def train(settings):
    """Train the same small network to the end, wherever its state is kept."""
    hospital = make_hospital(count=60, genes=6)
    table = training_table(hospital.patients, split_of(hospital.patients))
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
    own = settings | {"training": {**settings["training"], "max_epochs": 4, "batch_size": 16}}

    def run(kept, other=None):
        given, members = everyone, hospital.members
        if other == "validation":
            part, answers = everyone.table["part"], everyone.table["response"]
            changed = answers.where(part != "validation", 1 - answers)
            given = replace(everyone, table=everyone.table.assign(response=changed))
        if other == "pathways":
            members = members.assign(gene=np.roll(members["gene"], 1))
        trained = train_network(given, preparation, members, own, 1, kept)
        return trained.history, predict_network(trained.network, everyone, preparation)

    return run


@pytest.fixture(scope="module")
def undisturbed(train):
    return train(None)


def test_a_killed_run_ends_as_an_undisturbed_one(train, undisturbed, tmp_path, caplog):
    path = tmp_path / "network.keras.state"
    with pytest.raises(Killed):
        train(KilledAfterTwo(path, "key"))
    assert joblib.load(path)["epoch"] == 2
    with caplog.at_level(logging.INFO):
        history, predicted = train(Kept(path, "key"))
    assert "went on after epoch 2" in caplog.text
    assert "epoch 3 of at most 4" in caplog.text
    assert "epoch 2 of" not in caplog.text
    pd.testing.assert_frame_equal(history, undisturbed[0], rtol=1e-6)
    for endpoint, values in undisturbed[1].items():
        np.testing.assert_allclose(predicted[endpoint], values, atol=1e-7)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        _, again = train(Kept(path, "key"))
    assert "of at most 4" not in caplog.text, "a run that had ended was trained again"
    np.testing.assert_allclose(again["os"], undisturbed[1]["os"], atol=1e-7)


@pytest.mark.parametrize("other", ["validation", "pathways"])
def test_a_state_of_other_data_is_not_taken_up(train, tmp_path, caplog, other):
    """The patients trained on are the same: who stops the run is not, or what weights stand for."""
    path = tmp_path / "network.keras.state"
    with pytest.raises(Killed):
        train(KilledAfterTwo(path, "key"))
    with caplog.at_level(logging.INFO):
        went_on = train(Kept(path, "key"), other)
    assert "began anew" in caplog.text
    assert "epoch 1 of at most 4" in caplog.text
    pd.testing.assert_frame_equal(went_on[0], train(None, other)[0], rtol=1e-6)


@pytest.mark.parametrize(("held", "patience"), [(3, 2), (5, 3), (7, 4), (60, 5)])
def test_more_patients_of_the_inner_split_allow_more_patience(held, patience):
    """Nothing gets better after the first epoch, so that the rest is patience."""
    values = keras.Input((1,), name="x")
    network = keras.Model({"x": values}, {"y": keras.layers.Dense(1)(values)})
    network.compile(keras.optimizers.SGD(0.0), loss={"y": "mse"})
    settings = {"batch_size": 8, "max_epochs": 50, "patience_epochs": 2, "patience_steps": 10}

    def block(patients):
        return {"x": np.ones((patients, 1), "float32")}, {"y": np.ones((patients, 1), "float32")}

    history = fit_epochs(network, block(16), block(held), settings, 1, None)
    assert len(history) == 1 + patience


def test_a_state_is_bound_to_every_fact(tmp_path):
    kept, data = Kept(tmp_path / "state", "key"), {"x": np.arange(6.0), "y": np.ones(3)}
    assert kept.of(data, "a").key == kept.of(dict(reversed(data.items())), "a").key
    others = [({**data, "x": np.arange(6.0) + 1}, "a"), (data, "b"), (data,), ()]
    assert len({kept.key, *(kept.of(*facts).key for facts in [(data, "a"), *others])}) == 6


def test_a_state_of_other_settings_is_not_taken_up(tmp_path):
    Kept(tmp_path / "state", "old").save({"epoch": 3})
    assert Kept(tmp_path / "state", "new").load() is None
    assert Kept(tmp_path / "state", "old").load()["epoch"] == 3
    assert Kept(tmp_path / "none", "old").load() is None
    Kept(tmp_path / "state", "new").drop()
    assert list(tmp_path.iterdir()) == []


def test_a_kill_while_writing_leaves_the_state_before(tmp_path, monkeypatch):
    kept = Kept(tmp_path / "state", "key")
    kept.save({"epoch": 1})

    def dies(value, path):
        path.write_bytes(b"half")
        raise Killed

    monkeypatch.setattr("gcin.model.resuming.joblib.dump", dies)
    with pytest.raises(Killed):
        kept.save({"epoch": 2})
    assert kept.load()["epoch"] == 1


def test_every_patient_is_in_one_batch_and_epochs_differ():
    batches = Batches({"x": np.arange(10)}, {"y": np.arange(10) * 2}, 4, 1)
    orders = []
    for epoch in (0, 1, 0):
        batches.order_epoch(epoch)
        parts = [batches[number] for number in range(len(batches))]
        assert [len(part[0]["x"]) for part in parts] == [4, 4, 2]
        for arrays, targets in parts:
            np.testing.assert_array_equal(arrays["x"] * 2, targets["y"])
        orders.append(np.concatenate([arrays["x"] for arrays, _ in parts]).tolist())
    assert sorted(orders[0]) == list(range(10))
    assert orders[0] == orders[2] != orders[1]


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("RESOURCE_EXHAUSTED: OOM when allocating tensor")]
)
def test_exhausted_memory_names_the_batch_size_to_try(error):
    with pytest.raises(MemoryError, match="batch_size to 16"):
        tell_exhaustion(error, 32)


def test_another_error_is_left_as_it_is():
    tell_exhaustion(ValueError("a shape is wrong"), 32)
