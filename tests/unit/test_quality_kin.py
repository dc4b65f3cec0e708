"""Who is left out for kinship that neither sheet nor card explains."""

import pandas as pd
import pytest

from gcin.quality.gate import COLUMNS, excluded
from gcin.quality.kin import judged_pairs, untold_pairs

LIMITS = {"max_kinship": 0.0884, "min_kinship_of_patient": 0.354}


def checks(action="exclude"):
    return {name: {"limit": limit, "action": action} for name, limit in LIMITS.items()}


def pair(one, two, kinship=0.25, said="", verdict="exclude"):
    """Two samples, each named by its patient and a digit."""
    names = {"sample_1": one, "patient_1": one[0], "sample_2": two, "patient_2": two[0]}
    return names | {"kinship": kinship, "said": said, "verdict": verdict}


def judge(*pairs, action="exclude", markers=None, unfit=()):
    table = pd.DataFrame(pairs or [pair("A1", "B1")][:0], columns=list(pair("A1", "B1")))
    names = sorted({*table["sample_1"], *table["sample_2"]})
    counts = pd.Series(dict.fromkeys(names, 5000) | (markers or {}), dtype=int)
    return judged_pairs(table, counts, checks(action), unfit)


def test_of_two_relatives_the_one_with_more_markers_stays():
    gate = judge(pair("A1", "B1"), markers={"B1": 4000})
    assert gate.columns.tolist() == COLUMNS
    assert gate.to_numpy().tolist() == [
        ["A1", "max_kinship", 0.25, 0.0884, "warn"],
        ["B1", "max_kinship", 0.25, 0.0884, "exclude"],
    ]


def test_who_has_the_most_relatives_leaves_first():
    gate = judge(pair("A1", "B1"), pair("A1", "C1"), pair("A1", "D1", 0.2))
    assert excluded(gate) == ["A1"]
    assert gate.set_index("sample")["value"].to_dict() == {
        "A1": 0.25, "B1": 0.25, "C1": 0.25, "D1": 0.2,
    }  # fmt: skip


def test_nobody_leaves_for_a_relative_whom_another_check_excludes():
    pairs = pair("A1", "B1"), pair("B1", "C1"), pair("A1", "C1")
    assert excluded(judge(*pairs, markers={"B1": 4000, "C1": 4500})) == ["B1", "C1"]
    assert excluded(judge(*pairs, markers={"B1": 4000, "C1": 4500}, unfit=["A"])) == ["A1", "B1"]
    assert excluded(judge(pair("A1", "B1"), markers={"B1": 4000}, unfit=["A"])) == ["A1"]


def test_a_chain_of_relatives_is_cut_until_none_is_left():
    assert excluded(judge(pair("A1", "B1"), pair("B1", "C1"), pair("C1", "D1"))) == ["B1", "C1"]


def test_one_genome_under_two_names_is_left_out_under_both():
    assert excluded(judge(pair("A1", "B1", 0.49), pair("B1", "C1"))) == ["A1", "B1"]


def test_two_genomes_under_one_name_are_both_left_out():
    gate = judge(pair("A1", "A2", 0.01, "patient"), pair("A2", "B1"))
    assert excluded(gate) == ["A1", "A2"]
    of_patient = gate[gate["check"] == "min_kinship_of_patient"]
    assert of_patient["value"].tolist() == [0.01, 0.01]


def test_a_patient_leaves_with_every_sample():
    gate = judge(pair("A1", "B1"), pair("A2", "B1"), pair("B1", "C1"), markers={"C1": 9000})
    assert excluded(gate) == ["B1"]
    gate = judge(pair("A1", "C1"), pair("A2", "D1"))
    assert excluded(gate) == ["A1", "A2"]


@pytest.mark.parametrize("action", ["warn", "stop"])
def test_another_action_is_that_of_both(action):
    gate = judge(pair("A1", "B1", 0.5, verdict=action), action=action)
    assert gate["verdict"].tolist() == [action, action]


def test_a_family_of_the_card_and_what_is_not_measured_are_no_fault():
    pairs = (pair("A1", "B1", 0.25, "family", "pass"), pair("C1", "C2", float("nan"), "patient",
                                                          "not measured"))  # fmt: skip
    assert judge(*pairs).empty
    assert judge().columns.tolist() == COLUMNS


def untold(*pairs, **relatives):
    samples = pd.DataFrame({"relatives": relatives}, dtype=float)
    table = pd.DataFrame(pairs or [pair("A1", "B1")][:0], columns=list(pair("A1", "B1")))
    gate = untold_pairs(table, samples.assign(patient=samples.index.str[0]), checks())
    return gate[["sample", "check", "verdict"]].to_numpy().tolist()


def test_who_could_be_compared_with_nobody_does_not_pass():
    assert untold(A1=None, B1=0, C1=2) == [["A1", "max_kinship", "not measured"]]
    assert untold(A1=0, B1=1) == []


def test_a_single_patient_has_nobody_to_be_compared_with():
    assert untold(A1=None) == []
    assert untold(pair("A1", "A2", 0.5, "patient", "pass"), A1=None, A2=None) == []


def test_samples_of_a_patient_that_could_not_be_compared_do_not_pass():
    pairs = (pair("A1", "A2", float("nan"), "patient", "not measured"),
             pair("B1", "B2", 0.5, "patient", "pass"))  # fmt: skip
    assert untold(*pairs, A1=0, A2=0, B1=0, B2=0) == [
        ["A1", "min_kinship_of_patient", "not measured"],
        ["A2", "min_kinship_of_patient", "not measured"],
    ]
