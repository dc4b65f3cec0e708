"""Trials are jobs of their own: one more plans itself and what follows, as an inner fold does."""

import re
from collections import Counter

import pytest
import yaml
from described_run import TESTED_IN_TURN, clinical_table, describe
from planning import files, planned, pretend_to_run

FOLDS, SEEDS, SIZES, TRIALS = 2, 3, (10, 20), 1 + 2
TREES = {"learning_rate": [0.01, 0.02], "l2_regularization": [0, 10]}
AFTER = {"pool_predictions", "evaluate_designs", "stack_designs", "train_on_network"}
AFTER |= {"apply_network", "apply_on_network", "apply_stack", "predict_external"}
AFTER |= {"evaluate_external", "predict_patients", "draw_history"}
AFTER |= {"learn_subset_network", "learn_subset_on_network", "trace_learning"}
AFTER |= {"render_report", "write_model_card", "point_to_edition", "measure_conformal"}


def jobs_of(folder):
    """Jobs of a dry run: rule, inputs and outputs."""
    return [(rule, files(body, "input"), files(body, "output")) for rule, body in planned(folder)]


def search(run, trials, inner_folds=1, **others):
    """Ask for so many trials of the network and other designs, and write the configuration."""
    grid = {"dropout": [0.1, 0.2, 0.4], "learning_rate": [0.001, 0.003]}
    tuning = {"search": "random", "trials": trials, "designs": {"gcin": grid, **others}}
    tuning["inner_folds"] = inner_folds
    others = {"average": {"kind": "stack", "of": ["gcin", "lasso"]}}
    others["trees"] = {"kind": "boosting_on_network", "network": "gcin"}
    others["both"] = {"kind": "stack", "of": ["lasso", "trees"]}
    names = ("samples", "cards", "data_root", "studies")
    own = {name: run.config[name] for name in names}
    own["reference"] = {name: run.config["reference"][name] for name in ("fasta", "gene_models")}
    own["model"] = {"tuning": tuning, "designs": others}
    own["evaluation"] = {
        "learning_curve": {"sizes": list(SIZES), "designs": ["lasso", "average", "trees", "both"]}
    }
    (run.folder / "own.yaml").write_text(yaml.safe_dump(own))


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Jobs of a run with two trials; and then of a third, of two more inner folds, or of trees."""
    run = describe(tmp_path_factory.mktemp("tuning"))
    run.rows = run.rows[run.rows["kind"] != "fastq"]
    (run.data / "clinical.tsv").write_text(clinical_table(TESTED_IN_TURN))
    run.study["designs"] = ["gcin", "lasso", "average", "trees", "both", "boosting"]
    run.study["split"]["scheme"] = {"name": "k-fold", "folds": FOLDS, "repeats": 1}
    run.write()
    search(run, 2)
    first = jobs_of(run.folder)
    pretend_to_run(run.folder, [path for _, _, outputs in first for path in outputs])
    assert jobs_of(run.folder) == []
    later = []
    for asked in ({"trials": 3}, {"trials": 2, "inner_folds": 3}, {"trials": 2, "boosting": TREES}):
        search(run, **asked)
        later.append(jobs_of(run.folder))
    return first, *later


def counts(jobs):
    return Counter(rule for rule, *_ in jobs)


def test_each_trial_of_a_fold_is_a_job_and_the_configuration_is_one(plans):
    found = counts(plans[0])
    assert found["try_settings"] == (1 + 2) * FOLDS
    assert found["choose_trial"] == FOLDS
    assert found["train_network"] == SEEDS * FOLDS


def test_every_seed_of_a_design_learns_from_each_number_of_patients(plans):
    found = counts(plans[0])
    refitted = {"learn_subset_network": "gcin", "learn_subset": "lasso"}
    for rule, design in (refitted | {"learn_subset_on_network": "trees"}).items():
        written = [outputs[0] for own, _, outputs in plans[0] if own == rule]
        assert found[rule] == len(set(written)) == len(SIZES) * FOLDS * SEEDS
        assert all(f"/model/{design}/" in path for path in written)
    assert found["learn_subset_stack"] == 2 * len(SIZES) * FOLDS
    (traced,) = [inputs for rule, inputs, _ in plans[0] if rule == "trace_learning"]
    read = sum("/learning/size-" in path for path in traced)
    assert read == (2 * SEEDS + 2) * len(SIZES) * FOLDS


def test_trees_read_the_network_of_their_size_fold_and_seed(plans):
    """A network that is in no curve itself is refitted for them."""
    fitted = [job for job in plans[0] if job[0] == "learn_subset_on_network"]
    for _, inputs, (written,) in fitted:
        own = written.replace("/model/trees/", "/model/gcin/").removesuffix("predictions.parquet")
        read = {path for path in inputs if "/learning/" in path}
        assert read == {f"{own}network.keras", f"{own}preparation.joblib"}
    assert len(fitted) == len(SIZES) * FOLDS * SEEDS


def test_every_seed_of_a_fold_reads_what_its_own_fold_chose(plans):
    reading = [job for job in plans[0] if job[0] in ("train_network", "learn_subset_network")]
    assert {rule for rule, _, _ in reading} == {"train_network", "learn_subset_network"}
    for _, inputs, outputs in reading:
        (fold,) = set(re.findall(r"fold-(\d)/seed", outputs[0]))
        (chosen,) = [path for path in inputs if path.endswith("chosen.json")]
        assert f"/gcin/fold-{fold}/search-" in chosen


def test_one_more_trial_plans_itself_and_what_follows(plans):
    found = counts(plans[1])
    assert found["try_settings"] == FOLDS
    assert found["choose_trial"] == FOLDS
    assert found["train_network"] == SEEDS * FOLDS
    assert set(found) >= AFTER
    assert not set(found) & {
        "train_baseline",
        "apply_baseline",
        "learn_subset",
        "split_patients",
        "divide_patients",
    }


def test_more_inner_folds_plan_only_those_that_are_new(plans):
    found = counts(plans[2])
    assert found["try_settings"] == TRIALS * FOLDS * 2
    assert found["choose_trial"] == FOLDS
    assert found["train_network"] == SEEDS * FOLDS
    assert set(found) >= AFTER
    assert not set(found) & {"train_baseline", "apply_baseline", "learn_subset", "split_patients"}
    written = [path for rule, _, outputs in plans[2] if rule == "try_settings" for path in outputs]
    assert {re.search(r"/trial-[0-9a-f]+-([^/]+)/", path)[1] for path in written} == {
        "inner-2",
        "inner-3",
    }
    for rule, inputs, outputs in plans[2]:
        if rule == "choose_trial":
            (fold,) = set(re.findall(r"/fold-(\d)/search", outputs[0]))
            read = [path for path in inputs if f"/fold-{fold}/trial-" in path]
            assert len(read) == len(inputs) == TRIALS * 3


def test_a_search_of_trees_fits_their_models_anew_and_no_other(plans):
    found = counts(plans[3])
    assert found["train_baseline"] == SEEDS * FOLDS
    assert found["tabulate_tries"] == 1
    fitted = [outputs for rule, _, outputs in plans[3] if rule == "train_baseline"]
    assert all("/model/boosting/" in path for outputs in fitted for path in outputs)
    assert not set(found) & {"try_settings", "choose_trial", "train_network", "train_on_network"}
    (card,) = [inputs for rule, inputs, _ in plans[3] if rule == "write_model_card"]
    assert any(path.endswith("model/boosting/trials.tsv") for path in card)
