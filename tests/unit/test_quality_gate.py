"""The gate: each sample's measures beside their limits, and who enters the joint call."""

import logging

import numpy as np
import pandas as pd
import pytest

from gcin.quality.gate import (
    COLUMNS,
    MEASURES,
    entering,
    excluded,
    judged,
    judged_tumours,
    left_in,
    read_gate,
    require_passable,
    require_unstopped,
    unasked,
    unasked_of_tumours,
    unasked_together,
    united,
    warn_of_none,
    worst,
)
from gcin.splits.patients import patients_of


def check(limit=20, action="exclude", name="min_mean_depth"):
    return {name: {"limit": limit, "action": action}}


def depths(**values):
    return pd.DataFrame({"depth": values}, dtype=float)


def verdicts(measures, checks):
    return judged(measures, checks).set_index("sample")["verdict"].to_dict()


@pytest.mark.parametrize("action", ["warn", "exclude", "stop"])
def test_a_sample_that_fails_gets_the_action_of_the_check(action):
    assert verdicts(depths(A=19.9, B=30), check(action=action)) == {"A": action, "B": "pass"}


@pytest.mark.parametrize(
    ("name", "below", "above"),
    [("min_share_10x", "warn", "pass"), ("max_duplicate_share", "pass", "warn")],
)
def test_a_value_at_the_limit_is_good_on_either_side(name, below, above):
    measures = pd.DataFrame({MEASURES[name]: {"A": 0.4999, "B": 0.5, "C": 0.5001}})
    expected = {"A": below, "B": "pass", "C": above}
    assert verdicts(measures, check(0.5, "warn", name)) == expected


def test_the_length_of_fragments_is_held_against_both_sides_where_they_have_a_limit():
    sizes = pd.DataFrame({"insert_size": {"SHORT": 120.0, "LONG": 900.0, "GOOD": 350.0}})
    least = {"min_insert_bases": {"limit": 150, "action": "exclude"}}
    most = {"max_insert_bases": {"limit": 800, "action": "stop"}}
    assert verdicts(sizes, least) == {"SHORT": "exclude", "LONG": "pass", "GOOD": "pass"}
    assert verdicts(sizes, most) == {"SHORT": "pass", "LONG": "stop", "GOOD": "pass"}
    unasked = {name: {"limit": None, "action": "stop"} for name in (*least, *most)}
    assert judged(sizes, unasked).empty


def test_a_statement_holds_or_gets_the_action_and_has_no_limit():
    measures = pd.DataFrame({"sex_agrees": {"A": 0.0, "B": 1.0, "C": np.nan}})
    checks = {"sex_agrees": {"action": "stop"}}
    assert verdicts(measures, checks) == {"A": "stop", "B": "pass", "C": "not measured"}
    with pytest.raises(ValueError, match="sample A, check sex_agrees: it does not hold"):
        require_passable(judged(measures, checks), "a", ["A", "B"])


def test_what_could_not_be_measured_neither_passes_nor_fails():
    measures = depths(A=np.nan)
    checks = check(action="stop") | check(0.9, "exclude", "min_share_10x")
    gate = judged(measures, checks)
    assert gate["verdict"].tolist() == ["not measured", "not measured"]
    require_passable(gate, "a", ["A", "B"])
    assert excluded(gate) == []


def test_there_is_one_row_per_sample_and_check_in_order():
    gate = judged(depths(B=30, A=30), check(0.9, "warn", "min_share_10x") | check())
    assert gate.columns.tolist() == COLUMNS
    assert list(zip(gate["sample"], gate["check"], strict=True)) == [
        ("A", "min_mean_depth"),
        ("A", "min_share_10x"),
        ("B", "min_mean_depth"),
        ("B", "min_share_10x"),
    ]


def test_every_failure_and_the_number_of_samples_that_enter_are_logged(caplog):
    with caplog.at_level(logging.INFO):
        judged(depths(A=3, B=30), check())
    assert "A: min_mean_depth is 3, limit 20: exclude" in caplog.text
    assert "1 of 2 samples stay" in caplog.text


def test_a_check_that_stops_names_sample_check_value_limit_and_remedy():
    gate = judged(depths(A=3.5, B=30), check(action="stop"))
    with pytest.raises(ValueError, match="cohort a is stopped") as error:
        require_passable(gate, "a", ["A", "B"])
    assert "sample A, check min_mean_depth: 3.5 is below limit 20" in str(error.value)
    assert "take its rows out of the sheet, or change the check" in str(error.value)


def test_a_cohort_of_which_no_sample_is_left_is_refused():
    with pytest.raises(ValueError, match="every sample of cohort a"):
        require_passable(judged(depths(A=1, B=2), check()), "a", ["A", "B"])
    require_passable(judged(depths(A=1, B=30), check()), "a", ["A", "B"])


def test_samples_that_no_check_measures_go_on_where_all_others_are_left_out():
    require_passable(judged(depths(A=1, B=2), check()), "a", ["A", "B", "GIVEN"])


def test_samples_of_one_step_of_which_none_is_left_are_told_of(caplog):
    gate = judged(depths(A=1, B=30), check())
    warn_of_none(gate, ["A", "B"], "searched")
    warn_of_none(gate, [], "searched")
    assert "others go on" not in caplog.text
    warn_of_none(gate, ["A"], "searched")
    assert "checks exclude all 1 samples to be searched; others go on" in caplog.text


def test_a_cohort_that_is_not_called_here_has_an_empty_gate():
    gate = judged(depths(), check())
    require_passable(gate, "a", ["A", "B"])
    assert excluded(gate) == []
    assert worst([gate], []).empty


def test_a_tumour_is_told_of_a_normal_that_is_left_out():
    gate = judged(depths(A=1, B=30, T=30), check(action="exclude"))
    normals = {"T": ["A", "B"], "U": ["B"], "V": []}
    told = judged_tumours(gate, normals, {"action": "exclude"})
    assert told["verdict"].to_dict() == {0: "exclude", 1: "pass"}
    assert excluded(united([gate, told])) == ["A", "T"]
    assert judged_tumours(gate, {}, {"action": "exclude"}).empty


def test_tumours_go_on_where_all_that_are_called_jointly_are_left_out():
    require_passable(judged(depths(A=1, B=2, T=30), check()), "a", ["A", "B", "T"])


def test_missing_and_novel_genotypes_have_limits_as_other_measures():
    measures = pd.DataFrame({"missingness": {"A": 0.2, "B": 0.1}, "novel": {"A": 0.0, "B": np.nan}})
    checks = check(0.1, "exclude", "max_missing") | check(0.1, "stop", "max_novel")
    gate = judged(measures, checks)
    assert gate["verdict"].tolist() == ["exclude", "pass", "pass", "not measured"]
    require_unstopped(gate, "a", "joint_checks")


def test_a_check_after_the_joint_call_that_stops_names_its_setting():
    measures = pd.DataFrame({"novel": {"A": 0.4}})
    with pytest.raises(ValueError, match="change the check under quality: joint_checks") as error:
        require_unstopped(judged(measures, check(0.1, "stop", "max_novel")), "a", "joint_checks")
    assert "sample A, check max_novel: 0.4 is above limit 0.1" in str(error.value)


def test_gates_are_put_together():
    one, two = judged(depths(A=3), check()), judged(depths(), check())
    assert united([one, two])["verdict"].tolist() == ["exclude"]
    assert united([two, two]).empty


def test_the_worst_verdict_of_a_sample_is_shown():
    checks = check(action="exclude") | check(0.9, "warn", "min_share_10x")
    measures = depths(A=3, B=30, C=30).assign(share_10x=[0.1, 0.1, 1])
    shown = worst([judged(measures, checks)], ["A", "B", "C"])["verdict"].to_dict()
    assert shown == {"A": "exclude", "B": "warn", "C": "pass"}


def test_who_was_not_measured_in_all_that_can_be_asked_does_not_pass():
    measures = depths(A=3, B=30, C=30).assign(share_10x=[np.nan, np.nan, 1])
    before = judged(measures, check(action="warn") | check(0.9, "warn", "min_share_10x"))
    after = judged(pd.DataFrame({"novel": {"C": 0.0, "V": 0.0}}), check(0.1, "warn", "max_novel"))
    shown = worst([before, after], ["A", "B", "C", "V", "M"])
    assert shown["verdict"].to_dict() == {
        "A": "warn", "B": "not measured", "C": "pass", "V": "not measured", "M": "not measured",
    }  # fmt: skip
    assert shown["unmeasured"].to_dict() == {
        "A": "min_share_10x", "B": "min_share_10x", "C": "",
        "V": "all before the joint call", "M": "all before the joint call",
    }  # fmt: skip
    assert excluded(united([before, after])) == []


def test_what_a_sample_cannot_be_asked_is_no_gap():
    rows = pd.DataFrame(
        {
            "sample": ["N", "N", "T", "U"],
            "patient": ["P", "P", "P", "Q"],
            "unit": ["1", "2", "1", "1"],
            "tissue": ["germline", "germline", "tumour", "germline"],
        }
    )
    silent = unasked(rows, {"T": ["N"], "U": []}, pd.Series({"P": "female"}))
    names = ["max_het_hom", "min_unit_concordance", "min_normal_concordance"]
    checks = {name: {"limit": 1, "action": "warn"} for name in names}
    checks["sex_agrees"] = {"action": "warn"}
    gate = judged(pd.DataFrame(index=["N", "T", "U"]), checks, silent)
    lacking = gate[gate["verdict"] == "not measured"].groupby("sample")["check"].agg(set)
    assert lacking.to_dict() == {
        "N": {"max_het_hom", "min_unit_concordance", "sex_agrees"},
        "T": {"min_normal_concordance"},
        "U": {"max_het_hom"},
    }
    told = worst([gate], ["U"]).loc["U"]
    assert told.to_dict() == {"verdict": "not measured", "unmeasured": "max_het_hom"}


def test_nobody_is_asked_for_novelty_where_no_frequency_is_named():
    measures = pd.DataFrame({"tissue": ["germline", "tumour"], "novel": np.nan}, ["N", "T"])
    checks = {"max_novel": {"limit": 0.1, "action": "warn"}}
    gate = judged(measures, checks, unasked_together(measures))
    assert gate["verdict"].tolist() == ["does not apply"] * 2
    measures.loc["N", "novel"] = 0.05
    gate = judged(measures, checks, unasked_together(measures))
    assert gate["verdict"].tolist() == ["pass", "does not apply"]


def test_a_tumour_passes_without_the_novelty_that_nobody_asks_of_it():
    after = pd.DataFrame({"missingness": 0.0, "novel": np.nan}, index=["N", "T"])
    tumours = unasked_of_tumours(pd.Series({"N": "germline", "T": "tumour"}))
    checks = check(0.1, "warn", "max_missing") | check(0.1, "warn", "max_novel")
    before = judged(depths(N=30, T=30), check())
    shown = worst([before, judged(after, checks, tumours)], ["N", "T"])
    assert shown["verdict"].to_dict() == {"N": "not measured", "T": "pass"}
    assert shown["unmeasured"].to_dict() == {"N": "max_novel", "T": ""}


def test_who_is_excluded_is_compared_with_by_nobody(caplog):
    files = {"A": "a.bed", "B": "b.bed", "C": "c.bed"}
    gates = [
        judged(depths(A=3), check()),
        judged(depths(B=30), check()),
        judged(depths(C=3), check(action="warn")),
    ]
    assert left_in(files, gates) == ["b.bed", "c.bed"]
    assert "a check excludes them: A" in caplog.text
    assert left_in(files, []) == list(files.values())


def test_what_was_measured_is_judged_whoever_it_is_of():
    gate = judged(depths(A=3), check(action="warn"), {"min_mean_depth": {"A"}})
    assert gate["verdict"].tolist() == ["warn"]


def test_a_gate_is_read_as_it_was_written(tmp_path):
    gate = judged(depths(**{"007": 3, "NA": np.nan}), check())
    gate.to_csv(tmp_path / "gate.tsv", sep="\t", index=False)
    pd.testing.assert_frame_equal(read_gate(tmp_path / "gate.tsv"), gate, check_dtype=False)
    judged(depths(), check()).to_csv(tmp_path / "empty.tsv", sep="\t", index=False)
    assert read_gate(tmp_path / "empty.tsv").empty


def test_only_excluded_samples_are_left_out_of_a_manifest():
    gate = judged(depths(A=3, B=30), check())
    manifest = pd.DataFrame({"sample": ["A", "A", "B", "G"], "kind": ["fastq"] * 3 + ["vcf"]})
    assert entering(manifest, gate)["sample"].tolist() == ["B", "G"]


def test_a_patient_whose_only_sample_is_left_out_has_no_genome():
    gate = judged(depths(S1=3, S2=30), check())
    manifest = pd.DataFrame({"sample": ["S1", "S2"], "patient": ["P1", "P2"]})
    clinical = pd.DataFrame({"patient": ["P1", "P2"], "response": [1.0, 0.0]})
    clinical[["cancer_type", "arm", "family", "site"]] = None
    genomes = entering(manifest, gate)["patient"]
    patients = patients_of({"a": clinical}, {"a": genomes}, [], {"response": "response"})
    assert patients.set_index("patient")["has_genome"].to_dict() == {"P1": False, "P2": True}


def test_a_patient_whose_genotypes_are_excluded_neither_trains_nor_tests_nor_is_predicted():
    clinical = pd.DataFrame({"patient": ["P1", "P2", "P3"], "response": [1.0, 0.0, np.nan]})
    clinical[["cancer_type", "arm", "family", "site"]] = None
    foreign = clinical[:1].assign(patient="E1")
    relatives = pd.DataFrame({"patient_1": ["P1"], "patient_2": ["E1"]})
    endpoints = {"response": "response"}

    def roles(unfit):
        tables = {"a": clinical, "b": foreign}
        genomes = {"a": clinical["patient"], "b": foreign["patient"]}
        listed = patients_of(tables, genomes, ["b"], endpoints, relatives, unfit)
        return listed.set_index("patient")["role"].to_dict()

    assert roles([]) == {"P1": "train", "P2": "train", "P3": "new", "E1": "related"}
    assert roles(["P1", "P3"]) == {
        "P1": "excluded", "P2": "train", "P3": "excluded", "E1": "external",
    }  # fmt: skip
    with pytest.raises(ValueError, match="fails a check after the joint call"):
        roles(["P1", "P2"])
