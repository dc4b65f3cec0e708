"""Designs that are built on others are planned after them, run by run."""

import re
import subprocess
import sys

import pytest
import yaml
from described_run import TESTED_IN_TURN, clinical_table, describe
from project import ROOT

SEEDS = (1, 2, 3)
DESIGNS = {
    "headed": {"kind": "network", "propensity": 0.1},
    "trees": {"kind": "boosting_on_network", "network": "gcin"},
    "average": {"kind": "stack", "of": ["gcin", "trees"]},
}
JOB = re.compile(r"(?m)^(?:local)?rule (\w+):\n((?: {4}.*\n)+)")
RUN = re.compile(r"/model/(\w+)/fold-(\d+)/seed-(\d+)/([\w.]+)$")


def files(body: str, kind: str) -> list[str]:
    listed = re.search(rf"(?m)^ {{4}}{kind}: (.*)$", body)
    return listed[1].split(", ") if listed else []


@pytest.fixture(scope="module")
def jobs(tmp_path_factory) -> dict[str, list[tuple[list, list]]]:
    """Rule to inputs and outputs of its jobs, in a study of a network, trees on it and a stack."""
    folder = tmp_path_factory.mktemp("designs") / "run"
    run = describe(folder)
    (run.data / "clinical.tsv").write_text(clinical_table(TESTED_IN_TURN))
    config = run.config
    config["model"]["designs"] |= DESIGNS
    config["model"]["training"]["seeds"] = [*SEEDS]
    study = {"designs": [*DESIGNS], "predict_with": "average"}
    study["split"] = {"scheme": {"name": "k-fold", "folds": 2, "repeats": 1}}
    config["studies"]["trial"] |= study
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--replace-workflow-config", "--dry-run", "--nocolor"]
    command += ["--configfile", str(folder / "config.yaml"), "--workflow-profile", "none"]
    command += ["--cores", "1", "--", "results/studies/trial/current"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {}
    for rule, body in JOB.findall(done.stdout + done.stderr):
        found.setdefault(rule, []).append((files(body, "input"), files(body, "output")))
    return found


def runs(paths: list[str]) -> list[tuple[str, ...]]:
    """Design, fold, seed and file of those paths that are of a run."""
    return [found.groups() for found in map(RUN.search, paths) if found]


def test_trees_are_fitted_to_the_network_of_each_fold_and_seed(jobs):
    folds = {fold for _, written in jobs["train_network"] for _, fold, _, _ in runs(written)}
    assert len(folds) == 2
    fitted = set()
    for read, written in jobs["train_on_network"]:
        [place] = {(fold, seed) for _, fold, seed, _ in runs(written)}
        expected = {("gcin", *place, name) for name in ("network.keras", "preparation.joblib")}
        assert set(runs(read)) == expected
        fitted.add(place)
    assert fitted == {(fold, str(seed)) for fold in folds for seed in SEEDS}


def test_frozen_trees_are_applied_with_the_networks_that_they_read(jobs):
    [(read, _)] = jobs["apply_on_network"]
    models, networks = (
        [place for *place, file in runs(read) if file == name]
        for name in ("model.joblib", "network.keras")
    )
    assert len(models) == 2 * len(SEEDS)
    assert [("gcin", *place) for _, *place in models] == [tuple(place) for place in networks]


def test_every_run_of_the_trees_enters_their_average_and_what_is_measured(jobs):
    for rule in ("stack_designs", "pool_predictions", "measure_conformal"):
        for read, _ in jobs[rule]:
            seeds = {seed for design, _, seed, _ in runs(read) if design == "trees"}
            assert seeds == {str(seed) for seed in SEEDS}, rule


def test_networks_with_a_propensity_head_tell_the_arm_received_and_others_do_not(jobs):
    told = [runs(written) for _, written in jobs["tell_propensity"]]
    assert {place[0][0] for place in told} == {"headed"}
    assert len(told) == 2 * len(SEEDS)
    for read, written in jobs["tell_propensity"]:
        [(design, *place, _)] = runs(written)
        expected = {(design, *place, name) for name in ("network.keras", "preparation.joblib")}
        assert set(runs(read)) == expected
    [(read, [table])] = jobs["measure_propensity"]
    assert len(runs(read)) == len(told)
    assert table.endswith("evaluation/propensity.tsv")
    for rule in ("render_report", "write_model_card"):
        assert table in jobs[rule][0][0], rule
