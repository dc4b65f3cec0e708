"""Patients of arms that a fold's models never learnt are counted, not passed over."""

import pandas as pd
import pytest

from gcin.evaluation.answered import answered_table, external_answered_table

NAMES = [f"P{number}" for number in range(8)]


@pytest.fixture
def patients():
    """Half received each arm; P3, of the rare one, has no outcome, and P7 no arm."""
    table = pd.DataFrame({"patient": NAMES, "cohort": "a", "role": "train", "family": None})
    table["arm"] = ["drug", "rare"] * 3 + ["drug", None]
    return table.assign(response=[1.0, 0, 1, None, 0, 1, 1, 0])


@pytest.fixture
def folds():
    """Each half tests once."""
    parts = [["test"] * 4 + ["train"] * 4, ["train"] * 4 + ["test"] * 4]
    return {fold: pd.DataFrame({"patient": NAMES, "part": part}) for fold, part in enumerate(parts)}


def said(folds, silent):
    """Both seeds of a design speak of both arms, but for `silent`: fold, seed and arm."""
    rows = [
        ("gcin", fold, seed, patient, "response", arm, 0.5)
        for fold, parts in folds.items()
        for patient in parts["patient"][parts["part"] == "test"]
        for seed in (1, 2)
        for arm in ("drug", "rare")
        if (fold, seed, arm) not in silent
    ]
    names = ["design", "fold", "seed", "patient", "endpoint", "arm", "value"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize(
    ("silent", "expected"),
    [
        (set(), (0, 0)),
        ({(0, 2, "rare")}, (0, 1)),
        ({(0, 1, "rare"), (0, 2, "rare")}, (1, 0)),
    ],
)
def test_whoever_got_an_arm_that_a_fold_never_learnt_is_counted(patients, folds, silent, expected):
    table = answered_table(said(folds, silent), patients, folds).set_index("arm")
    assert table.loc["drug", ["patients", "left_out", "by_fewer"]].tolist() == [4, 0, 0]
    assert table.loc["rare", ["patients", "left_out", "by_fewer"]].tolist() == [2, *expected]


def test_external_patients_of_an_unknown_arm_are_counted(patients):
    outside = patients.assign(role="external", cohort="b")
    rows = [("gcin", name, "b", "response", "drug", 0.5, 4, 4) for name in NAMES]
    rows += [("gcin", "P1", "b", "response", "rare", 0.5, 3, 4)]
    names = ["design", "patient", "cohort", "endpoint", "arm", "value", "models", "of"]
    table = external_answered_table(pd.DataFrame(rows, columns=names), outside).set_index("arm")
    assert table.loc["drug", ["patients", "left_out", "by_fewer"]].tolist() == [4, 0, 0]
    assert table.loc["rare", ["patients", "left_out", "by_fewer"]].tolist() == [2, 1, 1]


def test_external_cohorts_of_nobody_to_be_held_against_have_no_counts(patients):
    names = ["design", "patient", "cohort", "endpoint", "arm", "value", "models", "of"]
    nobody = pd.DataFrame(columns=names)
    assert external_answered_table(nobody, patients.assign(role="related")).empty
    told = pd.DataFrame([("gcin", "P1", "b", "response", "drug", 0.5, 4, 4)], columns=names)
    outside = patients.assign(role="external", cohort="b", arm=None)
    assert external_answered_table(told, outside).empty
