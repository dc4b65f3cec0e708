"""The model's code keeps to Keras, and baselines do without it."""

import ast
import re
from pathlib import Path

import pytest

from gcin._code import fingerprints

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow" / "scripts"
MODULES = sorted((SCRIPTS / "gcin" / "model").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_backend_is_named_but_by_its_choice(path):
    tree = ast.parse(path.read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
    }
    assert not imported & {"tensorflow", "jax", "torch"}
    assert not re.search(r"\btf\.|\.numpy\(\)|layers\.Lambda", path.read_text())


@pytest.mark.parametrize("rule", ["train_baseline", "apply_baseline", "predict_external"])
def test_what_needs_no_network_does_not_load_keras(rule):
    for name in fingerprints(SCRIPTS / f"{rule}.py"):
        assert not re.search(r"^(import|from) keras", (SCRIPTS / name).read_text(), re.MULTILINE)
