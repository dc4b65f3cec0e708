"""What a setting switches off names and remakes nothing."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from gcin.intake.force import in_force

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())


def changed(recipe, **changes):
    settings = deepcopy(CONFIG)
    settings["alignment"]["recipe"] = recipe
    settings["reference"]["known_sites"] = changes["known_sites"]
    settings["genotypes"]["site_filter"]["snv"]["min_qd"] = changes["min_qd"]
    return settings


def test_settings_of_recalibration_count_only_where_it_is_asked_for():
    some, other = {"known_sites": ["a.vcf"], "min_qd": 2}, {"known_sites": [], "min_qd": 5}
    assert in_force(changed("dragen", **some)) == in_force(changed("dragen", **other))
    asked = in_force(changed("bqsr", **some))
    assert asked["reference"]["known_sites"] == ["a.vcf"]
    assert asked != in_force(changed("bqsr", **other))


@pytest.mark.parametrize(
    ("recipe", "training", "counts"),
    [("bqsr", [], False), ("dragen", ["a.vcf"], False), ("bqsr", ["a.vcf"], True)],
)
def test_scores_of_sites_count_only_where_training_sites_are_named(recipe, training, counts):
    plain, other = (changed(recipe, known_sites=[], min_qd=2) for _ in range(2))
    for settings in (plain, other):
        settings["genotypes"]["site_filter"]["vets"]["training"] = training
    other["genotypes"]["site_filter"]["vets"]["min_sites"] = 999
    other["genotypes"]["site_filter"]["snv"]["max_sensitivity"] = 0.5
    assert (in_force(plain) != in_force(other)) == counts


@pytest.mark.parametrize(("tool", "counts"), [("none", False), ("fastp", True)])
def test_how_reads_are_trimmed_counts_only_where_they_are(tool, counts):
    settings = changed("dragen", known_sites=[], min_qd=2)
    settings["alignment"]["trim"]["tool"] = tool
    assert ("trim" in in_force(settings)["alignment"]) == counts


@pytest.mark.parametrize(("use", "counts"), [("damaged", True), ("always", False)])
def test_a_limit_of_damage_counts_only_where_it_decides(use, counts):
    settings = {name: deepcopy(CONFIG) for name in ("before", "after")}
    for own in settings.values():
        own["calling"]["somatic"]["orientation_model"]["use"] = use
    settings["after"]["calling"]["somatic"]["orientation_model"]["min_damage"] = 9
    assert (in_force(settings["before"]) != in_force(settings["after"])) == counts


@pytest.mark.parametrize(("limit", "counts"), [(None, False), (200, True)])
def test_a_check_without_a_limit_names_and_remakes_nothing(limit, counts):
    settings = deepcopy(CONFIG)
    settings["quality"]["checks"]["min_insert_bases"] = {"limit": limit, "action": "exclude"}
    assert ("min_insert_bases" in in_force(settings)["quality"]["checks"]) == counts
    assert "sex_agrees" in in_force(settings)["quality"]["checks"]


def test_what_is_kept_names_and_remakes_nothing():
    kept, dropped = (changed("dragen", known_sites=[], min_qd=2) for _ in range(2))
    dropped["alignment"]["keep_cram"] = False
    assert in_force(kept) == in_force(dropped)


@pytest.mark.parametrize(
    ("key", "value"),
    [("ancestry", {"components": 4}), ("batches", {"min_samples": 9})],
)
def test_what_is_told_of_a_whole_generation_makes_none_anew(key, value):
    settings = deepcopy(CONFIG)
    settings["quality"][key] |= value
    assert in_force(settings) == in_force(CONFIG)
    settings["quality"]["joint_checks"]["max_novel"]["limit"] = 0.5
    assert in_force(settings) != in_force(CONFIG)


def test_the_settings_themselves_stay_whole():
    settings = changed("dragen", known_sites=["a.vcf"], min_qd=2)
    before = deepcopy(settings)
    in_force(settings)
    assert settings == before


@pytest.mark.parametrize(
    ("stage", "tool", "key", "value"),
    [("copy_number", "depth", "bin_bases", 999), ("structural", "delly", "exclude", "x.tsv")],
)
def test_settings_of_a_tool_count_only_where_it_is_asked_for(stage, tool, key, value):
    settings = {name: deepcopy(CONFIG) for name in ("before", "after")}
    settings["after"]["calling"][stage][key] = value
    assert in_force(settings["before"]) == in_force(settings["after"])
    for own in settings.values():
        own["calling"][stage]["tool"] = tool
    assert in_force(settings["before"]) != in_force(settings["after"])


def test_a_policy_trains_nothing_anew():
    plain, declared = deepcopy(CONFIG), deepcopy(CONFIG)
    study = {"cohorts": ["a"]}
    plain["studies"] = {"s": study | {"policy": None}}
    declared["studies"] = {"s": study | {"policy": {"confounders": ["age"]}}}
    assert in_force(declared) == in_force(plain)
    assert in_force(plain)["studies"] == {"s": study}


@pytest.mark.parametrize("weight", [0, 0.0])
def test_networks_without_a_propensity_head_are_named_as_before_there_was_one(weight):
    settings = changed("dragen", known_sites=[], min_qd=2)
    settings["model"]["network"]["propensity"] = weight
    assert "propensity" not in in_force(settings)["model"]["network"]
    settings["model"]["network"]["propensity"] = 0.1
    assert in_force(settings)["model"]["network"]["propensity"] == 0.1
