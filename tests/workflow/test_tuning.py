"""Trials are jobs of their own: one more plans itself and what follows, and no failure hides it."""

import re
import subprocess
import sys
from collections import Counter

import pytest
import yaml
from described_run import describe
from project import ROOT

JOB = re.compile(r"(?m)^(?:local)?rule (\w+):\n((?: {4}.*\n)+)")
FOLDS, SEEDS = 2, 3
AFTER = {"pool_predictions", "evaluate_designs", "stack_designs", "train_on_network"}
AFTER |= {"apply_network", "apply_on_network", "apply_stack", "predict_external"}
AFTER |= {"evaluate_external", "predict_patients", "draw_history"}
AFTER |= {"render_report", "write_model_card", "point_to_edition", "measure_conformal"}


def snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--workflow-profile", "none", "--nocolor", "--cores", "1"]
    command += [*arguments, "--configfile", ROOT / "config" / "config.yaml", "own.yaml"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def jobs_of(folder):
    """Jobs of a dry run: rule, inputs and outputs."""
    found = JOB.findall(snakemake(folder, "--dry-run"))
    return [(rule, files(body, "input"), files(body, "output")) for rule, body in found]


def files(body, kind):
    found = re.search(rf"(?m)^ {{4}}{kind}: (.+)$", body)
    return found[1].split(", ") if found else []


def search(run, trials):
    """Ask for so many trials, and write the configuration."""
    grid = {"dropout": [0.1, 0.2, 0.4], "learning_rate": [0.001, 0.003]}
    tuning = {"search": "random", "trials": trials, "designs": {"gcin": grid}}
    others = {"average": {"kind": "stack", "of": ["gcin", "lasso"]}}
    others["trees"] = {"kind": "boosting_on_network", "network": "gcin"}
    names = ("samples", "cards", "data_root", "studies")
    own = {name: run.config[name] for name in names}
    own["reference"] = {name: run.config["reference"][name] for name in ("fasta", "gene_models")}
    own["model"] = {"tuning": tuning, "designs": others}
    (run.folder / "own.yaml").write_text(yaml.safe_dump(own))


def finish(run, jobs):
    """Leave what these jobs leave when they end well."""
    made = [path for rule, _, outputs in jobs for path in outputs if rule != "all"]
    for place in (run.folder / path for path in made):
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.name == "pages":
            place.mkdir(exist_ok=True)
        else:
            place.touch()
    snakemake(run.folder, "--touch", "--force", *made)


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Jobs of a run with two trials, of one with a third, and once its measuring has failed."""
    run = describe(tmp_path_factory.mktemp("tuning"))
    run.rows = run.rows[run.rows["kind"] != "fastq"]
    run.study["designs"] = ["gcin", "lasso", "average", "trees"]
    run.study["split"]["scheme"] = {"name": "k-fold", "folds": FOLDS, "repeats": 1}
    run.write()
    search(run, 2)
    first = jobs_of(run.folder)
    finish(run, first)
    assert jobs_of(run.folder) == []
    search(run, 3)
    more = jobs_of(run.folder)
    finish(run, [job for job in more if job[0] not in ("point_to_edition", "all")])
    (metrics,) = [path for job in more for path in job[2] if path.endswith("/metrics.tsv")]
    (run.folder / metrics).unlink()
    return first, more, jobs_of(run.folder)


def counts(jobs):
    return Counter(rule for rule, *_ in jobs)


def test_each_trial_of_a_fold_is_a_job_and_the_configuration_is_one(plans):
    found = counts(plans[0])
    assert found["try_settings"] == (1 + 2) * FOLDS
    assert found["choose_trial"] == FOLDS
    assert found["train_network"] == SEEDS * FOLDS


def test_every_seed_of_a_fold_reads_what_its_own_fold_chose(plans):
    for rule, inputs, outputs in plans[0]:
        if rule == "train_network":
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
        "split_patients",
        "divide_patients",
    }


def test_the_pointer_waits_for_each_job_that_follows(plans):
    (awaited,) = [set(inputs) for rule, inputs, _ in plans[1] if rule == "point_to_edition"]
    before = {"try_settings", "choose_trial", "point_to_edition", "all"}
    for rule, _, outputs in plans[1]:
        assert rule in before or awaited & set(outputs), f"a failed {rule} would not be missed"


def test_what_failed_after_a_search_is_made_again(plans):
    found = counts(plans[2])
    assert {"evaluate_designs", "draw_figures", "render_report", "point_to_edition"} <= set(found)
    assert not set(found) & {"try_settings", "choose_trial", "train_network", "pool_predictions"}
