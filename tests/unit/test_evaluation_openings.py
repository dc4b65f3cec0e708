"""Each look at the outcomes of an external cohort is recorded, once for the same models."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from gcin.evaluation.openings import (
    TEST_PART,
    locked_rows,
    of_test_part,
    openings_of,
    record_openings,
)


def rows(value=0.25, cohorts=("b", "b", "c")):
    return pd.DataFrame(
        {
            "cohort": list(cohorts),
            "design": "gcin",
            "endpoint": "response",
            "patient": ["P1", "P2", "007"],
            "arm": "chemo",
            "value": [value, 0.5, 0.75],
        }
    )


@pytest.fixture
def record(tmp_path):
    return tmp_path / "openings.tsv"


def test_a_look_names_cohort_day_edition_and_patients():
    looks = openings_of(rows(), "e1", "2026-11-30").set_index("cohort")
    assert looks["patients"].to_dict() == {"b": 2, "c": 1}
    assert set(looks["edition"]) == {"e1"}
    assert set(looks["opened"]) == {"2026-11-30"}
    assert looks["predictions"].nunique() == 2


def test_the_same_models_are_no_new_look_in_any_order_nor_on_another_machine(record):
    record_openings(record, openings_of(rows(), "e1", "2026-11-30"))
    before = record.read_bytes()
    again = openings_of(rows(0.25 + 1e-9)[::-1], "e1", "2026-12-24")
    whole = record_openings(record, again)
    assert record.read_bytes() == before
    assert whole["opened"].tolist() == ["2026-11-30"] * 2


def test_other_models_and_other_editions_are_new_looks_and_older_ones_stay(record):
    record_openings(record, openings_of(rows(), "e1", "2026-11-30"))
    record_openings(record, openings_of(rows(0.3), "e1", "2026-12-01"))
    whole = record_openings(record, openings_of(rows(), "007", "2026-12-02"))
    own = whole[whole["cohort"] == "b"]
    assert own["opened"].tolist() == ["2026-11-30", "2026-12-01", "2026-12-02"]
    assert own["edition"].tolist() == ["e1", "e1", "007"]
    assert (whole["cohort"] == "c").sum() == 2, "of cohort c e1 said the same twice"
    pd.testing.assert_frame_equal(pd.read_csv(record, sep="\t", dtype=str), whole)


def test_looks_at_the_locked_test_part_stand_in_the_same_record_and_are_counted_apart(record):
    record_openings(record, openings_of(rows(), "e1", "2026-11-30"))
    pooled = rows().drop(columns="cohort")
    for edition in ("e1", "e2", "e2"):
        locked = openings_of(locked_rows(pooled, True), edition, "2026-12-01")
        whole = record_openings(record, locked)
    own = whole[of_test_part(whole)]
    assert own["cohort"].tolist() == [TEST_PART] * 2
    assert own["edition"].tolist() == ["e1", "e2"]
    assert own["patients"].tolist() == ["3", "3"]
    assert set(whole["cohort"][~of_test_part(whole)]) == {"b", "c"}


def test_a_cross_validation_has_nothing_locked(record):
    looks = openings_of(locked_rows(rows().drop(columns="cohort"), False), "e1", "2026-11-30")
    whole = record_openings(record, looks)
    assert whole[of_test_part(whole)].empty


def test_nobody_to_be_held_against_is_no_look(record):
    nobody = openings_of(rows().iloc[:0], "e1", "2026-11-30")
    assert record_openings(record, nobody).empty
    assert len(record_openings(record, openings_of(rows(), "e1", "2026-11-30"))) == 2


def test_editions_that_are_evaluated_at_once_lose_no_look(record):
    with ThreadPoolExecutor(8) as pool:
        looks = [openings_of(rows(), f"e{number}", "2026-11-30") for number in range(40)]
        list(pool.map(lambda one: record_openings(record, one), looks))
    assert len(pd.read_csv(record, sep="\t")) == 80
