"""However batches reach the network, they are the same."""

import keras
import numpy as np
import pytest

from gcin.model.batches import Batches
from gcin.model.feeding import fed

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def batches():
    random = np.random.default_rng(0)
    arrays = {
        "values": random.normal(size=(23, 4, 2)).astype("float32"),
        "mask": random.random((23, 4)) < 0.5,
        "place": random.integers(0, 9, (23, 4), dtype="int32"),
    }
    targets = {"response": random.random((23, 1, 2)).astype("float32")}
    return Batches(arrays, targets, 8, seed=5)


def test_tensorflow_cuts_the_same_batches_in_every_epoch(batches):
    cut, seen = fed(batches), []
    for epoch in (0, 3):
        batches.order_epoch(epoch)
        own = [batches[place] for place in range(len(batches))]
        given = [[{k: v.numpy() for k, v in block.items()} for block in pair] for pair in cut]
        assert len(given) == len(own) == len(cut) == 3
        for (arrays, targets), (own_arrays, own_targets) in zip(given, own, strict=True):
            for block, own_block in ((arrays, own_arrays), (targets, own_targets)):
                assert block.keys() == own_block.keys()
                for name, values in block.items():
                    assert values.dtype == own_block[name].dtype
                    np.testing.assert_array_equal(values, own_block[name])
        seen.append(np.concatenate([pair[0]["place"] for pair in given]))
    assert not np.array_equal(*seen)


def test_other_backends_ask_python_for_batches(batches, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert fed(batches) is batches
