"""Remission and survival of 1,540 adults with acute myeloid leukaemia, MAF to metrics."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gcin.evaluation.comparison import WITHOUT_INTERVAL

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"

pytestmark = pytest.mark.skipif(
    not (SHARED / "data" / "cohorts" / "aml_amlsg").is_dir(), reason="the shared data is not here"
)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory):
    """Metrics of every design over the given folds of the first repeats, one seed."""
    folder = tmp_path_factory.mktemp("aml")
    example = ROOT / "config" / "examples" / "aml"
    own = {
        "data_root": str(SHARED),
        "samples": str(example / "samples.tsv"),
        "cards": str(example / "cohorts"),
        "model": {"training": {"seeds": [1]}},
        "evaluation": {"bootstrap_draws": 200},
        "studies": {"aml": {"split": {"scheme": {"repeats": 2}}}},
    }
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    configs = [ROOT / "config" / "config.yaml", example / "config.yaml", "own.yaml"]
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    command += ["--snakefile", ROOT / "Snakefile", "--workflow-profile", "none"]
    command += ["--until", "evaluate_designs", "--configfile", *configs]
    places = [str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(places)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    (found,) = folder.glob("results/studies/aml/*/evaluation/metrics.tsv")
    return pd.read_csv(found, sep="\t")


def values(metrics, endpoint, metric):
    rows = metrics[(metrics["endpoint"] == endpoint) & (metrics["metric"] == metric)]
    return rows.set_index("design")["value"]


def test_the_best_design_tells_remission_and_survival_apart(metrics):
    """Careful published models reach 0.75 to 0.77 and 0.70 to 0.72; far above is a leak."""
    assert 0.70 <= values(metrics, "response", "roc_auc").max() <= 0.79
    assert 0.65 <= values(metrics, "os", "harrell_c").max() <= 0.73


def test_the_network_is_no_straw_man(metrics):
    assert values(metrics, "response", "roc_auc")["gcin"] >= 0.70
    assert values(metrics, "os", "harrell_c")["gcin"] >= 0.65


def test_chance_is_chance(metrics):
    assert values(metrics, "response", "roc_auc")["majority"] == pytest.approx(0.5)
    assert values(metrics, "os", "uno_c")["majority"] == pytest.approx(0.5)


def test_every_patient_with_an_outcome_is_measured_and_numbers_have_intervals(metrics):
    """All but distances, and what the majority's one answer for all fixes in each resample."""
    measured = metrics.groupby("endpoint")["n"].unique()
    assert measured["response"].tolist() == [1528]
    assert measured["os"].tolist() == [1540]
    known = metrics[~metrics["metric"].isin(WITHOUT_INTERVAL)].dropna(subset=["value"])
    at = ["sensitivity_at_specificity", "specificity_reached"]
    settled = known["metric"].isin(["recall", "specificity", *at])
    settled |= known["value"] == 0.5
    known = known[~((known["design"] == "majority") & settled)]
    assert (known["low"] <= known["value"] + 1e-9).all()
    assert (known["value"] <= known["high"] + 1e-9).all()
