"""What every test of the models needs."""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
# As in a rule of one thread; more of them only wait for one another on arrays this small.
os.environ |= dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"], "1"
)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["model"]


@pytest.fixture(scope="session")
def settings():
    """The model's own settings, made small enough for a test."""
    return SETTINGS | {
        "training": {**SETTINGS["training"], "max_epochs": 2},
        "forest": {"trees": 40, "min_patients": [5], "inner_folds": 2},
    }
