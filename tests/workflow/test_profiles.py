"""What each rule asks of a platform, once every profile has had its say."""

import os
import re
import subprocess
import sys
from inspect import signature
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from project import ROOT, all_rules, directive, environment_of

RULES = all_rules()
ON_GPU = {"train_network", "try_settings", "learn_subset_network"}
ON_JAVA = {"gatk", "lifting", "vets"}
LOCAL = {name for name, body in RULES.items() if directive(body, "localrule")}
# Keys that a cluster sets otherwise than one machine; a default profile with them would win.
LEFT_TO_THE_CLUSTER = {
    "executor",
    "jobs",
    "cores",
    "retries",
    "resources",
    "set-resource-scopes",
    "default-resources",
    "set-resources",
    "set-threads",
    "software-deployment-method",
}


def profile(name: str) -> dict:
    return yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())


def dry_run(folder: Path, *arguments: str) -> str:
    """Plan a whole run of the hospital; what Snakemake prints of it."""
    command = [sys.executable, "-m", "snakemake", "--configfile", "hospital/config.yaml"]
    done = subprocess.run(
        [*command, "--dry-run", *arguments],
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def asked_for(folder: Path, *arguments: str) -> dict[str, list[dict[str, str]]]:
    """The resources of every job planned under `--profile slurm`, by rule."""
    # Conda itself is not at hand here; whatever replaces it alters no resource.
    replaced = ("--software-deployment-method", "env-modules")
    text = dry_run(folder, "--profile", "slurm", *replaced, *arguments)
    assert "profiles/default" in text
    jobs = {}
    for job in re.split(r"^(?:local)?rule ", text, flags=re.MULTILINE)[1:]:
        rule, stated = job.split(":", 1)[0], re.search(r"^ +resources: (.+)$", job, re.MULTILINE)
        pairs = (item.split("=", 1) for item in stated[1].split(", ")) if stated else ()
        jobs.setdefault(rule, []).append(dict(pairs))
    return jobs


@pytest.fixture(scope="module")
def on_slurm(copy) -> dict[str, list[dict[str, str]]]:
    return asked_for(copy)


def test_every_job_asks_for_memory_and_time(on_slurm):
    assert len(set(on_slurm) - LOCAL) > 20
    for rule in set(on_slurm) - LOCAL - {"all"}:
        for stated in on_slurm[rule]:
            # What depends on a file that is not made yet is settled when the job is submitted.
            assert stated["mem_mb"] == "<TBD>" or int(stated["mem_mb"]) >= 500, rule
            assert int(stated["runtime"]) >= 10, rule


def test_only_short_work_is_done_on_the_node_where_one_logs_in():
    listing = {"write_manifest", "list_sexes", "list_calls", "list_structural", "list_pathways"}
    assert {*listing, "point_to_generation", "point_to_edition", "download_reference"} == LOCAL


def test_no_attempt_asks_for_more_than_the_profile_allows(copy):
    most = profile("slurm")["resources"]
    jobs = asked_for(copy, "--attempt", str(1 + profile("slurm")["retries"]))
    assert int(jobs["align_reads"][0]["mem_mb"]) == 3 * 16_000
    for rule in set(jobs) - LOCAL - {"all"}:
        for stated in jobs[rule]:
            assert int(stated["runtime"]) <= most["runtime"], rule
            assert stated["mem_mb"] == "<TBD>" or int(stated["mem_mb"]) <= most["mem_mb"], rule


def test_no_java_heap_is_made_for_more_memory_than_its_job_gets():
    # A heap is of the memory that its rule states: in a job, no limit of a profile reaches it.
    heaps = [body for body in RULES.values() if environment_of(body).stem in ON_JAVA]
    attempt = 1 + profile("slurm")["retries"]
    huge = {"wildcards": None, "input": SimpleNamespace(size_mb=1_000_000), "attempt": attempt}
    for body in heaps:
        need = eval(re.search(r"mem_mb=(lambda.+?),\n +runtime", body, re.DOTALL)[1])
        most = need(*(huge[name] for name in signature(need).parameters))
        assert 3 * 2_000 <= most <= profile("slurm")["resources"]["mem_mb"]


def test_training_a_network_gets_a_gpu_and_nothing_else_does(on_slurm):
    assert on_slurm["train_network"]
    for rule, jobs in on_slurm.items():
        for stated in jobs:
            on_gpu = (stated.get("gpu"), stated.get("slurm_partition"))
            assert on_gpu == (("1", "gpu") if rule in ON_GPU else (None, None)), rule


def test_nothing_is_searched_unless_asked_for(on_slurm):
    assert not {"try_settings", "choose_trial"} & set(on_slurm)


def test_whatever_trains_a_network_asks_for_the_same():
    training = RULES["train_network"]
    for rule in ON_GPU:
        assert environment_of(RULES[rule]) == environment_of(training)
        for need in ("resources", "threads"):
            assert directive(RULES[rule], need) == directive(training, need)
    profile = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
    assert set(profile["set-resources"]) == ON_GPU


def test_what_a_rule_states_is_not_overruled_by_a_profile(on_slurm):
    for rule in set(on_slurm) - LOCAL - {"all"}:
        minutes = re.search(r"runtime=.*: (\d+) \* attempt", RULES[rule])
        if minutes:
            assert {int(stated["runtime"]) for stated in on_slurm[rule]} == {int(minutes[1])}


def test_profile_of_one_machine_leaves_to_a_cluster_what_is_its_own():
    assert not LEFT_TO_THE_CLUSTER & set(profile("default"))
    slurm = profile("slurm")
    for key, value in profile("default").items():
        assert slurm[key] == value, f"{key} of profiles/default overrides that of profiles/slurm"


def test_plain_run_takes_the_profile_of_one_machine_and_no_conda(copy):
    text = dry_run(copy, "--cores", "2")
    assert "profiles/default" in text
    assert "conda" not in text.lower()


def test_profile_of_a_cluster_avoids_the_traps_of_its_executor():
    slurm = profile("slurm")
    assert slurm["executor"] == "slurm"
    assert slurm["retries"] == 2
    assert slurm["slurm-status-command"] == "squeue"
    assert slurm["slurm-status-attempts"] >= 100
    assert not [key for key in slurm if "array" in key]
    for value in slurm["default-resources"].values():
        assert "attempt" in value


def test_profile_is_found_by_its_name_in_the_root():
    assert (ROOT / "slurm").readlink() == Path("profiles/slurm")
    assert (ROOT / "slurm" / "config.yaml").is_file()


def test_no_cluster_is_named_in_the_workflow():
    for path in (ROOT / "workflow").rglob("*.smk"):
        assert not re.search(r"slurm|partition=|account=|qos", path.read_text(), re.IGNORECASE), (
            path
        )
