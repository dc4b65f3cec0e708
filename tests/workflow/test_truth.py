"""Nothing that learns, predicts or evaluates can see what was planted in the simulated hospital."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOSPITAL = ["--patients", "40", "--external", "12", "--genes", "12", "--fastq", "3", "--depth", "4"]
JOB = re.compile(r"(?m)^(?:local)?rule (\w+):\n((?: {4}.*\n)+)")


@pytest.fixture(scope="module")
def jobs(tmp_path_factory) -> list[tuple[str, list[str], list[str]]]:
    """Every job of a run on a simulated hospital: rule, inputs, outputs."""
    folder = tmp_path_factory.mktemp("truth")
    (folder / "config").symlink_to(ROOT / "config")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow" / "scripts")}
    simulate = [sys.executable, "-m", "gcin.simulation", "hospital", *HOSPITAL]
    subprocess.run(simulate, cwd=folder, env=environment, check=True)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--configfile", "hospital/config.yaml", "--workflow-profile", "none"]
    command += ["--dry-run", "--nocolor", "--cores", "1"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return [
        (rule, files(body, "input"), files(body, "output"))
        for rule, body in JOB.findall(done.stdout)
    ]


def files(body: str, kind: str) -> list[str]:
    listed = re.search(rf"(?m)^ {{4}}{kind}: (.*)$", body)
    return listed[1].split(", ") if listed else []


def test_only_scoring_reads_the_truth(jobs):
    readers = {rule: written for rule, read, written in jobs if any("truth/" in f for f in read)}
    assert "score_planted" in readers
    for rule, written in readers.items():
        named = ("evaluation/planted.tsv", "concordance")
        assert all(any(name in path for name in named) for path in written), rule


def test_what_scoring_finds_goes_to_reports_alone(jobs):
    informed = {"evaluation/planted.tsv", "quality/concordance"}
    users = {
        rule for rule, read, _ in jobs if any(name in path for path in read for name in informed)
    }
    learners = re.compile("train_|apply_|predict_|encode_|assemble_|split_|divide_|pool_|annotate_")
    assert users
    assert not [rule for rule in users if learners.match(rule)]
