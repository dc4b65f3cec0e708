"""Batches hold every patient once, in an order of the epoch, whoever cuts them."""

import keras
import numpy as np
import pytest

from gcin.model.batches import Batches, fed

BY_PYTHON, BY_TENSORFLOW = "jax", "tensorflow"


@pytest.fixture
def batches():
    """Ten patients, four in a batch."""
    arrays = {"x": np.arange(10), "z": np.arange(20).reshape(10, 2) / 4}
    return Batches(arrays, {"y": np.arange(10) * 2}, 4, 1)


@pytest.fixture(params=[BY_PYTHON, BY_TENSORFLOW])
def epoch(request, batches, monkeypatch):
    """Batches of an epoch as `fit` gets them."""
    monkeypatch.setattr(keras.backend, "backend", lambda: request.param)
    handed = fed(batches)
    assert len(handed) == 3

    def read(number):
        batches.order_epoch(number)
        if handed is batches:
            return [batches[place] for place in range(3)]
        return list(handed.as_numpy_iterator())

    assert (handed is batches) == (request.param == BY_PYTHON)
    return read


def test_every_patient_is_in_one_batch_and_epochs_differ(epoch):
    orders = []
    for number in (0, 1, 0):
        parts = epoch(number)
        assert [len(arrays["x"]) for arrays, _ in parts] == [4, 4, 2]
        for arrays, targets in parts:
            np.testing.assert_array_equal(arrays["x"] * 2, targets["y"])
            np.testing.assert_array_equal(arrays["z"][:, 0] * 2, arrays["x"])
        orders.append(np.concatenate([arrays["x"] for arrays, _ in parts]).tolist())
    assert sorted(orders[0]) == list(range(10))
    assert orders[0] == orders[2] != orders[1]


def test_order_follows_from_the_seed_whoever_cuts(batches, epoch):
    for number in (0, 3):
        order = np.concatenate([arrays["x"] for arrays, _ in epoch(number)])
        np.testing.assert_array_equal(order, np.random.default_rng([1, number]).permutation(10))
