"""The loss is the likelihood of what was seen, and nothing else."""

import keras
import numpy as np
import pytest

from gcin.model.losses import (
    AnsweredCrossEntropy,
    ReceivedCrossEntropy,
    added_entropy,
    of_outcomes,
)
from gcin.model.outcomes import by_arm, hazard_targets

CUTS = [6.0, 12.0]
RANDOM = np.random.default_rng(0)


def targets(months, events, arm=None):
    months, events = np.array(months, float), np.array(events, float)
    arm = np.zeros(len(months), int) if arm is None else np.array(arm)
    return by_arm(hazard_targets(months, events, CUTS), arm, 2)


def loss_per_patient(y_true, logits):
    return np.asarray(AnsweredCrossEntropy(reduction=None)(y_true, logits.astype("float32")))


@pytest.mark.parametrize(
    ("months", "event", "likelihood"),
    [
        (3, 1, lambda h: h[0]),
        (6, 1, lambda h: h[0]),
        (7, 1, lambda h: (1 - h[0]) * h[1]),
        (40, 1, lambda h: (1 - h[0]) * (1 - h[1]) * h[2]),
        (2, 0, lambda h: 1.0),
        (4, 0, lambda h: 1 - h[0]),
        (10, 0, lambda h: (1 - h[0]) * (1 - h[1])),
        (40, 0, lambda h: (1 - h[0]) * (1 - h[1])),
        (np.nan, 1, lambda h: 1.0),
        (5, np.nan, lambda h: 1.0),
    ],
)
def test_loss_is_the_discrete_time_likelihood(months, event, likelihood):
    logits = RANDOM.normal(size=(1, 2, 3))
    hazards = 1 / (1 + np.exp(-logits[0, 0]))
    loss = loss_per_patient(targets([months], [event]), logits)
    np.testing.assert_allclose(loss, -np.log(likelihood(hazards)), atol=1e-5)


def test_arm_not_received_and_unknown_arm_teach_nothing():
    y_true, logits = targets([3, 3], [1, 1], [1, -1]), RANDOM.normal(size=(2, 2, 3))
    moved = logits.copy()
    moved[0, 0] += 5
    np.testing.assert_allclose(loss_per_patient(y_true, logits), loss_per_patient(y_true, moved))
    assert loss_per_patient(y_true, logits)[1] == 0


@pytest.mark.parametrize("size", [1.0, 60.0])
def test_gradients_are_finite_with_every_patient_censored_but_one(size):
    y_true = targets([9, 4, 2, 30, 1], [1, 0, 0, 0, 0])
    logits = size * RANDOM.normal(size=(5, 2, 3)).astype("float32")
    step = 1e-2
    assert np.isfinite(loss_per_patient(y_true, logits)).all()
    for place in np.ndindex(logits.shape):
        moved = logits.copy()
        moved[place] += step
        change = (loss_per_patient(y_true, moved) - loss_per_patient(y_true, logits)).sum() / step
        assert abs(change) <= 1.1


def test_the_arm_received_is_learnt_by_cross_entropy_and_an_unknown_one_teaches_nothing():
    logits = RANDOM.normal(size=(3, 3)).astype("float32")
    y_true = np.array([[0.5, 0, 0], [0, 0, 2], [0, 0, 0]], "float32")
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = [-0.5 * np.log(chances[0, 0]), -2 * np.log(chances[1, 2]), 0]
    loss = np.asarray(ReceivedCrossEntropy(reduction=None)(y_true, logits))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_what_the_arm_adds_is_taken_off_to_the_last_patient():
    """Batches of four, four and two patients: means of batches would not do."""
    given = keras.Input((2,), name="x")
    heads = {name: keras.layers.Dense(2, name=name)(given) for name in ("dose", "arm")}
    network = keras.Model(given, heads)
    network.compile(
        loss={"dose": "mse", "arm": ReceivedCrossEntropy()}, metrics={"arm": added_entropy()}
    )
    values = RANDOM.normal(size=(10, 2)).astype("float32")
    received = np.eye(2, dtype="float32")[RANDOM.integers(0, 2, 10)]
    received[3] = 0
    targets = {"dose": np.square(values), "arm": received}
    losses = network.evaluate(values, targets, batch_size=4, verbose=0, return_dict=True)
    errors = np.square(np.asarray(network(values)["dose"]) - targets["dose"]).mean()
    assert losses["loss"] > errors + 0.1
    told = of_outcomes({f"val_{name}": value for name, value in losses.items()} | losses)
    assert told["loss"] == pytest.approx(errors, rel=1e-5)
    assert told["val_loss"] == told["loss"]
    assert set(told) >= {"arm_loss", "val_arm_loss"}
    assert not [name for name in told if name.endswith("added")]
