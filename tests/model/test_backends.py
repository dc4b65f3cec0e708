"""One saved network says the same under every library that computes it, whichever trained it."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_network import DESIGN, WITH_STATES, awake, predicted
from test_visits import visiting

from gcin.model.network import build_network, load_network

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
SEEN = replace(WITH_STATES, visits=2, omics=[3, 2])
L2 = dict.fromkeys(SEEN.endpoints, 0.01)
POOLINGS = ("soft_or", "max", "sum")
BEGIN = """
import sys
from gcin.model.backend import use_backend

use_backend(sys.argv[1], 1)
import keras
import numpy as np

arrays = dict(np.load("arrays.npz"))
"""
ANSWER = """
from gcin.model.network import load_network

for name in sys.argv[2:]:
    np.savez(f"{name}.npz", **load_network(f"{name}.keras").predict(arrays, verbose=0))
"""
TRAIN = """
from pathlib import Path

from gcin.model.network import build_network
from gcin.model.resuming import Kept
from gcin.model.training import fit_network
from test_backends import L2, SEEN
from test_network import DESIGN

design = {**DESIGN, "dropout": 0.2, "gene_dropout": 0.1, "modality_dropout": 0.2, "propensity": 0.5}
random = np.random.default_rng(1)
answers = {name: np.stack([random.random((40, 2, size)) < 0.5, np.ones((40, 2, size))], -1)
           for name, size in SEEN.endpoints.items()}
answers["arm"] = 0.5 * np.eye(2)[random.integers(0, 2, 40)]
data = arrays, {name: values.astype("float32") for name, values in answers.items()}


def fitted(epochs, kept):
    keras.utils.set_random_seed(1)
    network = build_network(design, SEEN, L2)
    settings = {"batch_size": 16, "learning_rate": 0.01, "max_epochs": epochs}
    settings |= {"patience_epochs": 9, "patience_steps": 1}
    return network, fit_network(network, data, data, settings, 1, kept)


kept = Kept(Path("network.state"), "key")
_, first = fitted(2, kept)
trained, history = fitted(4, kept)
assert history["epoch"].tolist() == list(range(5)), history
assert history["val_loss"].iloc[-1] < history["val_loss"].iloc[0], history
np.testing.assert_allclose(history["val_loss"][:3], first["val_loss"], rtol=1e-6)
trained.save("trained.keras")
np.savez("trained.npz", **trained.predict(arrays, verbose=0))
"""
END = """
assert keras.backend.backend() == sys.argv[1]
assert sys.argv[1] == "tensorflow" or sys.modules["tensorflow"] is None
"""

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def elsewhere(backend, does, folder, *names):
    """Run lines of Python under a library, in a process of its own; skip where it is missing."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: the network was not run on it")
    paths = [str(SCRIPTS), str(Path(__file__).parent), *sys.path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", BEGIN + does + END, backend, *names]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def everything(patients=8):
    """Arrays of genomes, clinical facts, visits and two tables of omics, one often missing."""
    random = np.random.default_rng(2)
    measured = (random.random((patients, 2)) < [0.9, 0.5]).astype("float32")
    columns = random.normal(size=(patients, 5)) * np.repeat(measured, SEEN.omics, axis=1)
    omics = {"omics": columns.astype("float32"), "omics_mask": measured}
    return visiting(patients=patients) | omics


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_network_saved_under_tensorflow_says_the_same_elsewhere(backend, tmp_path):
    arrays, said = everything(), {}
    np.savez(tmp_path / "arrays.npz", **arrays)
    for pooling in POOLINGS:
        network = awake(build_network({**DESIGN, "pooling": pooling, "propensity": 0.5}, SEEN, L2))
        means = network.get_layer("gene_means")
        means.set_weights([np.full_like(weights, 0.5) for weights in means.get_weights()])
        network.save(tmp_path / f"{pooling}.keras")
        said[pooling] = predicted(network, arrays)
    elsewhere(backend, ANSWER, tmp_path, *POOLINGS)
    for pooling, own in said.items():
        logits = np.load(tmp_path / f"{pooling}.npz")
        for endpoint, values in own.items():
            np.testing.assert_allclose(logits[endpoint], values, atol=1e-5)


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_network_trained_and_resumed_elsewhere_says_the_same_under_tensorflow(backend, tmp_path):
    arrays = everything(40)
    np.savez(tmp_path / "arrays.npz", **arrays)
    elsewhere(backend, TRAIN, tmp_path)
    network, logits = load_network(tmp_path / "trained.keras"), np.load(tmp_path / "trained.npz")
    for endpoint, values in predicted(network, arrays).items():
        np.testing.assert_allclose(logits[endpoint], values, atol=1e-5)
