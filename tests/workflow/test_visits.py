"""Visits are read by all that reads omics, where a card maps any, and else by nothing."""

import pytest
import yaml
from described_run import describe
from planning import files, planned

MAPPED = "visits:\n  weight: {column: clinical.age, day: clinical.os_days}\ncondition:\n"


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Jobs of a run without visits, and of one in which the cohort trained on has some."""
    run = describe(tmp_path_factory.mktemp("visits"))
    run.rows = run.rows[run.rows["kind"] != "fastq"]
    run.study["designs"] = ["gcin", "lasso", "average", "trees"]
    names = ("samples", "cards", "data_root", "studies")
    own = {name: run.config[name] for name in names}
    own["reference"] = {name: run.config["reference"][name] for name in ("fasta", "gene_models")}
    grid = {"dropout": [0.1, 0.2]}
    tuning = {"search": "grid", "trials": 1, "designs": {"gcin": grid}}
    others = {"average": {"kind": "stack", "of": ["gcin", "lasso"]}}
    others["gcin"] = {"kind": "network", "propensity": 0.1}
    others["trees"] = {"kind": "boosting_on_network", "network": "gcin"}
    own["model"] = {"tuning": tuning, "designs": others}
    own["evaluation"] = {"learning_curve": {"sizes": [10], "designs": ["lasso", "gcin", "trees"]}}
    (run.folder / "own.yaml").write_text(yaml.safe_dump(own))
    found = []
    for card in (run.cards["a"], run.cards["a"].replace("condition:\n", MAPPED)):
        run.cards["a"] = card
        run.write()
        found.append([(rule, files(body, "input")) for rule, body in planned(run.folder)])
    return found


def cohorts_read(jobs, table):
    """Rule to the cohorts whose table it reads."""
    place = f"clinical/{table}.parquet"
    return {
        rule: {path.split("/")[2] for path in inputs if path.endswith(place)}
        for rule, inputs in jobs
        if any(path.endswith(place) for path in inputs)
    }


def test_models_read_visits_beside_omics_where_a_card_maps_any(plans):
    models = cohorts_read(plans[1], "omics")
    assert set(models) >= {"train_network", "train_baseline", "train_on_network", "try_settings"}
    assert set(models) >= {"apply_network", "apply_baseline", "apply_on_network"}
    assert set(models) >= {"learn_subset", "learn_subset_network", "learn_subset_on_network"}
    assert "tell_propensity" in models
    assert cohorts_read(plans[1], "visits") == models


def test_nothing_reads_visits_where_no_card_maps_any(plans):
    assert cohorts_read(plans[0], "omics")
    assert cohorts_read(plans[0], "visits") == {}
