"""Visits: only what came at or before day 0 is read, by patient and day, without a date."""

import numpy as np
import pandas as pd
import pytest

from gcin.clinical.harmonise import harmonise
from gcin.clinical.writing import clinical_receipt, write_tables
from gcin.intake.cards import read_card
from gcin.intake.problems import Problems

CARD = """
title: A cohort
licence: CC0
assay: panel
tables:
  people: {file: people.tsv, patient: id, index_date: start}
  labs: {file: labs.tsv, patient: who}
outcome:
  response: {column: people.response, type: binary}
visits:
  hb: {column: labs.hb, unit: g/dL, to: g/L, day: labs.day}
  line: {column: labs.line, day: labs.day, type: binary, codes: {platinum: 1, other: 0}}
"""
PEOPLE = "id\tstart\tresponse\nP1\t2020-03-01\t1\nP2\t2021-01-10\t0\nP3\t\t0\n"
LABS = ["P1\t-30\t12\tother", "P1\t-2\t11\t", "P1\t0\t\tplatinum", "P2\t-5\t9\tplatinum"]
READ = [
    ("P1", -30, "hb", 120), ("P1", -30, "line", 0), ("P1", -2, "hb", 110),
    ("P1", 0, "line", 1), ("P2", -5, "hb", 90), ("P2", -5, "line", 1),
]  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def reading(labs=LABS, people=PEOPLE, card=CARD):
        (tmp_path / "people.tsv").write_text(people)
        (tmp_path / "labs.tsv").write_text("\n".join(["who\tday\thb\tline", *labs, ""]))
        (tmp_path / "card.yaml").write_text(card)
        problems = Problems()
        read = read_card(tmp_path / "card.yaml", lambda path: str(tmp_path / path), problems)
        assert problems.lines == []
        return harmonise(read, ["P1", "P9"])

    return reading


def rows(tables):
    return list(tables["visits"].itertuples(index=False, name=None))


def test_a_row_per_value_in_the_unit_kept(read):
    assert rows(read()) == READ
    kinds = read()["visits"].dtypes.astype(str).tolist()
    assert kinds == ["object", "float64", "object", "float64"]


def test_a_visit_that_is_written_twice_is_one(read):
    assert rows(read([*LABS, *LABS])) == READ


def test_the_order_of_rows_changes_nothing(read):
    pd.testing.assert_frame_equal(read()["visits"], read(LABS[::-1])["visits"])


def test_what_came_after_day_0_or_on_no_known_day_is_left_out_and_counted(read, caplog):
    caplog.set_level("INFO")
    assert rows(read([*LABS, "P1\t1\t7\tplatinum", "P2\t400\t6\t", "P2\t\t5\t"])) == READ
    assert "3 values after day 0, 1 of unknown day" in caplog.text


def test_a_date_becomes_a_day_and_no_date_is_kept(read, tmp_path):
    dated = ["P1\t2020-01-31\t12\tother", "P1\t2020-02-28\t11\t", "P1\t2020-03-01\t\tplatinum"]
    dated += ["P2\t2021-01-05\t9\tplatinum", "P2\t2021-01-11\t8\t"]
    tables = read(dated)
    assert rows(tables) == READ
    write_tables(tables, tmp_path)
    assert "2020" not in pd.read_parquet(tmp_path / "visits.parquet").to_csv()


def test_visits_are_in_the_receipt(read, tmp_path):
    tables = read()
    write_tables(tables, tmp_path)
    receipt = clinical_receipt(tmp_path, "g", ["S1"], tables)
    assert "visits.parquet" in receipt["files"]
    assert receipt["rows"]["visits"] == len(READ)


def test_a_card_without_visits_has_none(read, tmp_path):
    tables = read(card=CARD[: CARD.index("visits:")])
    assert rows(tables) == []
    write_tables(tables, tmp_path)
    again = pd.read_parquet(tmp_path / "visits.parquet")
    assert list(again) == ["patient", "day", "name", "value"]


def test_visits_are_no_columns_of_the_clinical_matrix_and_make_no_patient(read):
    tables = read()
    assert list(tables["features"]) == ["age", "sex"]
    assert tables["patients"]["patient"].tolist() == ["P1", "P2", "P3", "P9"]


@pytest.mark.parametrize(
    ("row", "column", "problem", "remedy"),
    [
        ("P8\t-1\t9\t", "who", "neither another table nor the sheet", "remove the row"),
        ("P1\t-2\t9\t", "hb", "another value of the same patient and day", "Keep one"),
        ("P1\tsoon\t9\t", "day", "neither a number of days nor a date", "Write days"),
        ("P1\tinf\t9\t", "day", "neither a number of days nor a date", "Write days"),
        ("P1\t-1\tlow\t", "hb", "'low' is no number", "Write digits"),
        ("P1\t-1\t9\tfirst", "line", "unknown code 'first'", "correct the row"),
        ("\t-1\t9\t", "who", "the patient is missing", "Fill it in"),
    ],
)
def test_a_bad_row_is_told_by_file_row_column_and_remedy(read, row, column, problem, remedy):
    with pytest.raises(ValueError, match=r"1 problem\(s\)") as refused:
        read([*LABS, row])
    told = str(refused.value)
    assert f"labs.tsv, row 6, column {column}: " in told
    assert problem in told
    assert remedy in told
    assert "P8" not in told


def test_a_date_of_a_patient_without_an_index_date_is_told(read):
    with pytest.raises(ValueError, match=r"row 2, column day: the patient has no index date"):
        read(["P3\t2020-01-31\t12\tother"])


def test_a_second_row_of_a_day_may_hold_what_the_first_lacks(read):
    split = ["P1\t-30\t12\t", "P1\t-30\t\tother", *LABS[1:]]
    assert rows(read(split)) == READ
    assert np.isfinite(read(split)["visits"]["value"]).all()
