"""One saved network says the same under every library that computes it."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_network import DESIGN, SHAPE, awake, predicted
from test_visits import visiting

from gcin.model.network import build_network

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
ANSWER = """
import sys
from gcin.model.backend import use_backend

use_backend(sys.argv[1], 1)
import keras
import numpy as np
from gcin.model.layers import fusion, genome, pathways, variant_set, visits

network = keras.saving.load_model("network.keras", compile=False)
arrays = dict(np.load("arrays.npz"))
logits = network.predict(arrays, verbose=0)
np.savez("logits.npz", **logits)
assert keras.backend.backend() == sys.argv[1]
assert sys.modules["tensorflow"] is None
"""

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_network_saved_under_tensorflow_says_the_same_without_it(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: the network was not run on it")
    network = awake(
        build_network(DESIGN, replace(SHAPE, visits=2), dict.fromkeys(SHAPE.endpoints, 0.01))
    )
    network.save(tmp_path / "network.keras")
    np.savez(tmp_path / "arrays.npz", **visiting())
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SCRIPTS), *sys.path])}
    command = [sys.executable, "-c", ANSWER, backend]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    logits = np.load(tmp_path / "logits.npz")
    for endpoint, said in predicted(network, visiting()).items():
        np.testing.assert_allclose(logits[endpoint], said, atol=1e-5)
