"""A copy of the project beside a small simulated hospital, on which nothing has run yet."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from project import ROOT

TRAVELS = ("Snakefile", "workflow", "config", "resources", "envs", "profiles", "slurm")
SIZE = {"patients": 40, "external": 12, "genes": 12, "fastq": 3, "gvcf": 1, "depth": 5}


@pytest.fixture(scope="session")
def copy(tmp_path_factory) -> Path:
    """The folder of the copy; the hospital's configuration is hospital/config.yaml in it."""
    folder = tmp_path_factory.mktemp("copy")
    for name in TRAVELS:
        if (ROOT / name).is_dir() and not (ROOT / name).is_symlink():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    size = [f"--{key}={value}" for key, value in SIZE.items()]
    subprocess.run(
        [sys.executable, "-m", "gcin.simulation", "hospital", *size],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "workflow" / "scripts")},
        check=True,
    )
    return folder
