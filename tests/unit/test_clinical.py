"""Clinical tables: what is kept of them, in which unit, and which rows are refused."""

import gzip

import pandas as pd
import pytest

from gcin.clinical.harmonise import harmonise
from gcin.clinical.reading import read_rows
from gcin.clinical.writing import clinical_receipt, write_tables
from gcin.intake.recorded import written_values

EMPTY = dict.fromkeys(
    ("column", "value", "codes", "missing", "unit", "to", "day", "type", "transform")
)
SECTIONS = ("condition", "treatment", "measurement", "visits", "outcome")


def mapping(column=None, **keys):
    filled = EMPTY | {"column": column and f"t.{column}"} | keys
    if filled["day"]:
        filled["day"] = f"t.{filled['day']}"
    default = "number" if filled["unit"] else "category"
    return filled | {"type": filled["type"] or default}


def run(tmp_path, columns, genomes=(), index_date=None, person=None, **sections):
    """Harmonise one table `t`; rows are P1, P2, ... unless `id` is given."""
    length = max((len(values) for values in columns.values()), default=0)
    rows = {"id": [f"P{number + 1}" for number in range(length)]} | columns
    file = tmp_path / "t.tsv"
    pd.DataFrame(rows, dtype=str).to_csv(file, sep="\t", index=False)
    card = {
        "tables": {"t": {"file": str(file), "patient": "id", "index_date": index_date}},
        "person": dict.fromkeys(("sex", "age", "family", "site")) | (person or {}),
    }
    return harmonise(card | {key: {} for key in SECTIONS} | sections, genomes)


def features(tmp_path, columns, **keys):
    return run(tmp_path, columns, **keys)["features"]


def test_numbers_change_unit_and_missing_stays_missing(tmp_path):
    hb = {"hb": mapping("hb", unit="g/dL", to="g/L")}
    found = features(tmp_path, {"hb": ["9.1", "", "NA"]}, measurement=hb)["hb"]
    assert found["P1"] == pytest.approx(91)
    assert found[["P2", "P3"]].isna().all()
    assert found.dtype == float


def test_survival_in_days_becomes_months(tmp_path):
    months = {"os": mapping("os", unit="d", to="mo")}
    tables = run(tmp_path, {"os": ["60.875", ""]}, outcome=months)
    assert tables["patients"]["os"].tolist() == pytest.approx([2, float("nan")], nan_ok=True)
    assert tables["outcome"][["value", "unit", "source"]].to_numpy().tolist() == [
        [2, "mo", "60.875"]
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [("M", "male"), ("F", "female"), ("", None), ("U", None), ("2.0", "female"), ("NA", "male")],
)
def test_codes_are_replaced(tmp_path, value, kept):
    codes = {"M": "male", "F": "female", "2": "female", "U": None, "NA": "male"}
    tables = run(tmp_path, {"s": [value]}, person={"sex": mapping("s", codes=codes)})
    found = tables["person"]["sex"].iloc[0]
    assert found == kept or (pd.isna(found) and kept is None)


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        ({"codes": {"0": 0, "1": 1}, "type": "binary"}, "X", "unknown code 'X'. Known: 0, 1"),
        ({"unit": "g/L"}, "9,1", "'9,1' is no number"),
        ({"unit": "g/L"}, "inf", "'inf' is no number"),
        ({"unit": "g/L"}, "<5", "'<5' is no number. Write digits with a decimal point or nothing"),
        ({"type": "binary"}, "2", "2 is neither 0 nor 1"),
        ({"type": "date"}, "2020-13-01", "the value is no date"),
        ({"type": "date"}, "2020-01-01", "the patient has no index date"),
    ],
)
def test_a_bad_value_is_refused_by_file_row_and_column(tmp_path, keys, value, problem):
    with pytest.raises(ValueError, match=r"t\.tsv, row 3, column x: ") as refused:
        run(tmp_path, {"x": ["", value]}, measurement={"x": mapping("x", **keys)})
    assert problem in str(refused.value)
    assert "P2" not in str(refused.value)


def written(tmp_path, text):
    (tmp_path / "given.tsv").write_text(text)
    table = {"file": str(tmp_path / "given.tsv"), "patient": "id", "index_date": None}
    card = {"tables": {"t": table}, "person": dict.fromkeys(("sex", "age", "family", "site"))}
    crp = {"crp": mapping("crp", unit="mg/L")}
    return harmonise(card | {key: {} for key in SECTIONS} | {"measurement": crp}, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('id\tcrp\tnote\nP1\t1\t"x\nP2\t2\ty"\nP3\t3\tz\n', "3 lines below its header .* 2 rows"),
        ("id\tcrp\tnote\nP1\t1\tx\n\nP2\t\t2\ty\n", "line 4 holds more values"),
    ],
)
def test_rows_that_would_be_lost_or_read_from_the_wrong_place_are_refused(tmp_path, text, problem):
    with pytest.raises(ValueError, match=problem):
        written(tmp_path, text)


def test_lines_may_be_short_empty_quoted_or_end_with_a_tab(tmp_path):
    text = 'id\tcrp\tnote\r\n\r\n"P1"\t"1"\t"x\ty"\r\nP2\r\nP3\t3\tz\t\r\n'
    found = written(tmp_path, text)["features"]["crp"]
    assert found.dropna().to_dict() == {"P1": 1, "P3": 3}
    assert len(found) == 3


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["t.tsv", "t.tsv.gz"])
def test_a_table_is_unpacked_by_what_it_is_not_by_its_name(tmp_path, name, pack):
    file = tmp_path / name
    file.write_bytes(pack(b"\xef\xbb\xbfid\tcrp\r\nP1\t1\r\n"))
    assert read_rows(str(file)).to_dict("list") == {"id": ["P1"], "crp": ["1"]}
    assert written_values({"file": str(file), "patient": "id"}, "crp") == [["P1", "1"]]


def test_blanks_around_a_recorded_value_count_for_nothing(tmp_path):
    file = tmp_path / "t.tsv"
    file.write_text("id\tsex\nP1 \t m\n")
    assert written_values({"file": str(file), "patient": "id"}, "sex") == [["P1", "m"]]


def test_faults_name_the_line_where_lines_are_empty(tmp_path):
    with pytest.raises(ValueError, match="row 5, column crp: 'bad' is no number"):
        written(tmp_path, "id\tcrp\nP1\t1\n\n\nP2\tbad\n")


def test_dates_and_birth_dates_are_not_repeated_in_messages(tmp_path):
    born = {"age": mapping("born", type="date")}
    with pytest.raises(ValueError, match="no date") as refused:
        run(tmp_path, {"born": ["31.12.1950"]}, person=born)
    assert "1950" not in str(refused.value)


def test_all_bad_rows_are_told_at_once(tmp_path):
    with pytest.raises(ValueError, match="25 problem") as refused:
        run(tmp_path, {"x": ["bad"] * 25}, measurement={"x": mapping("x", unit="g/L")})
    assert [line for line in str(refused.value).splitlines() if "column x: 22 more row(s)" in line]


def test_a_column_at_fault_hides_no_other(tmp_path):
    columns = {"x": ["bad"] * 25, "y": ["1,5"] * 25} | {
        f"z{n}": ["bad"] + [""] * 24 for n in range(25)
    }
    mapped = {name: mapping(name, unit="g/L") for name in columns}
    with pytest.raises(ValueError, match="75 problem") as refused:
        run(tmp_path, columns, measurement=mapped)
    told = str(refused.value)
    assert told.count(", row ") == 20
    assert "row 4, column y: '1,5' is no number" in told
    assert "and 11 more" in told


def test_rows_without_values_are_passed_over(tmp_path):
    found = written(tmp_path, "id\tcrp\tnote\nP1\t1\n\t\t\n\t\tends here\nP2\t2\n")
    assert found["features"]["crp"].to_dict() == {"P1": 1, "P2": 2}


@pytest.mark.parametrize("other", ["Drug A", "drug  A", "drug\u00a0A", "DRUGA"])
def test_a_code_of_two_spellings_is_refused(tmp_path, other):
    arm = {"arm": mapping("arm")}
    columns = {"arm": ["drug A", other, "drug A", "drug B"]}
    with pytest.raises(ValueError, match=r"row 3, column arm: .* as in row 2 but for") as told:
        run(tmp_path, columns, treatment=arm)
    assert "drug" not in str(told.value).casefold()
    named = {"arm": mapping("arm", codes={"drug A": "a", other: "a", "drug B": "b"})}
    found = run(tmp_path, columns, treatment=named)["patients"]["arm"]
    assert found.tolist() == ["a", "a", "a", "b"]


def test_a_number_of_other_zeros_is_no_other_code(tmp_path):
    columns = {"stage": ["2", "1", "1.0"]}
    with pytest.raises(ValueError, match=r"row 4, column stage: .* as in row 3 but for .* zeros"):
        run(tmp_path, columns, condition={"stage": mapping("stage")})
    named = mapping("stage", codes={"1": "I", "2": "II"})
    found = features(tmp_path, columns, condition={"stage": named})["stage"]
    assert found.tolist() == ["II", "I", "I"]


@pytest.mark.parametrize("word", ["Unknown", "[Not  Available]", "n.a.", "-9", "?"])
@pytest.mark.parametrize("name", ["family", "site", "arm"])
def test_nobody_shares_a_family_a_site_or_an_arm_with_all_of_whom_none_is_known(
    tmp_path, name, word
):
    def made(codes=None):
        own = {name: mapping(name, codes=codes)}
        section = {"treatment": own} if name == "arm" else {"person": own}
        return run(tmp_path, {name: ["A1", word, word]}, **section)["patients"][name]

    with pytest.raises(ValueError, match=rf"row 3, column {name}: .* one {name} of all who have"):
        made()
    assert made({"A1": "A1", word: None}).isna().tolist() == [False, True, True]


def test_an_arm_may_be_none_and_a_family_may_not(tmp_path):
    found = run(tmp_path, {"arm": ["A", "None"]}, treatment={"arm": mapping("arm")})
    assert found["patients"]["arm"].tolist() == ["A", "None"]
    with pytest.raises(ValueError, match="one family of all"):
        run(tmp_path, {"fam": ["A", "None"]}, person={"family": mapping("fam")})


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (["9", "-9", "0", "-9"], [3, 5]),
        (["9", "-999", "0"], [3]),
        (["9", "-99", "-9.0"], [3, 4]),
        (["9", "-9", "0"], []),
        (["9", "-9", "-9", "-2"], []),
        (["-9", "-9"], []),
    ],
)
def test_a_number_that_stands_for_a_missing_one_is_refused(tmp_path, values, rows):
    keys = {"measurement": {"x": mapping("x", unit="g/L")}}
    if not rows:
        assert features(tmp_path, {"x": values}, **keys)["x"].tolist() == [float(v) for v in values]
        return
    with pytest.raises(ValueError, match=f"{len(rows)} problem") as refused:
        run(tmp_path, {"x": values}, **keys)
    told = [line for line in str(refused.value).splitlines() if "as no other is below 0" in line]
    assert [int(line.split("row ")[1].split(",")[0]) for line in told] == rows


@pytest.mark.parametrize(
    ("codes", "others", "is_refused"),
    [
        (["-999"], ["-3", "2.5"], True),
        (["-99"], ["-60", "45"], False),
        (["99", "99"], [*"0123412301"], True),
        (["99", "999", "99", "999"], [*"0123412301"], True),
        (["99"], [*"0123412301"], False),
        (["99", "99"], [*"01234123"], False),
        (["99", "99"], ["18", "95", *"4444444444"], False),
        (["-99", "-99"], ["1"], True),
    ],
)
def test_a_code_far_from_all_numbers_of_its_column_is_refused(tmp_path, codes, others, is_refused):
    """An excess of base of -999 read as measured, as did a grade of 99."""
    columns, keys = {"x": [*others, *codes]}, {"measurement": {"x": mapping("x", unit="1")}}
    if is_refused:
        with pytest.raises(ValueError, match=f"{len(codes)} problem.*clinical tables") as refused:
            run(tmp_path, columns, **keys)
        place = (
            f"row {len(others) + 2}, column x: {codes[0]} seems to say that the value is missing"
        )
        assert place in str(refused.value)
        keys["measurement"]["x"]["missing"] = [float(code) for code in codes]
    known = features(tmp_path, columns, **keys)["x"].dropna()
    assert sorted(known) == sorted(map(float, others + codes * (not is_refused)))


@pytest.mark.parametrize(
    ("missing", "kept"),
    [([], [9, -9, -999, -9]), ([-9, -999], [9, None, None, None]), ([-9.0], None), (None, None)],
)
def test_a_card_says_which_numbers_are_missing(tmp_path, missing, kept):
    keys = {"measurement": {"x": mapping("x", unit="g/L", missing=missing)}}
    values = {"x": ["9", "-9", "-999", "-9"]}
    if kept is None:
        with pytest.raises(
            ValueError, match=r"-999 seems to say .* write missing: \[-999\] in the"
        ):
            run(tmp_path, values, **keys)
        return
    found = features(tmp_path, values, **keys)["x"]
    assert found.astype(object).where(found.notna(), None).tolist() == kept


def test_the_error_of_a_formula_is_no_code(tmp_path):
    told = "t.tsv, row 3, column site: #REF! is the error of a formula"
    with pytest.raises(ValueError, match=told):
        run(tmp_path, {"site": ["A", "#REF!"]}, person={"site": mapping("site")})


@pytest.mark.parametrize("word", ["now", "today"])
@pytest.mark.parametrize("keys", [{"type": "date"}, {"unit": "d", "day": "seen"}])
def test_the_moment_of_reading_is_no_date(tmp_path, word, keys):
    columns = {"zero": ["2020-01-05"], "seen": [word]}
    with pytest.raises(ValueError, match="the value is n"):
        run(tmp_path, columns, index_date="zero", outcome={"last": mapping("seen", **keys)})


@pytest.mark.parametrize("sex", ["Male", "M", "1"])
def test_a_sex_in_other_words_is_refused(tmp_path, sex):
    with pytest.raises(ValueError, match=f"row 2, column s: the sex is '{sex}', which is neither"):
        run(tmp_path, {"s": [sex, "female"]}, person={"sex": mapping("s")})


@pytest.mark.parametrize(
    ("zero", "day", "problem"),
    [
        ("2020-01-05", "2199-01-01", "column x: the date is still to come"),
        ("2199-01-01", "2199-01-02", None),
        ("31.12.2019", "2020-01-05", "column zero: the value is no date"),
        ("", "2020-01-05", "column x: the patient has no index date"),
    ],
)
def test_a_date_is_held_against_day_0_and_today(tmp_path, zero, day, problem):
    months = {"x": mapping("x", type="date", to="mo")}
    columns = {"x": [day], "zero": [zero]}
    if problem is None:
        assert len(run(tmp_path, columns, index_date="zero", outcome=months)["outcome"]) == 1
        return
    with pytest.raises(ValueError, match=r"^1 problem") as refused:
        run(tmp_path, columns, index_date="zero", outcome=months)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("column", "age"), [("born", "2021-01-01"), ("born", "1900-01-01"), ("years", "150")]
)
def test_an_age_that_nobody_has_is_refused_by_its_row(tmp_path, column, age):
    kind = {"type": "date"} if column == "born" else {"unit": "a"}
    columns = {
        column: ["1950-01-01" if column == "born" else "50", age],
        "zero": ["2020-01-05"] * 2,
    }
    with pytest.raises(ValueError, match=f"row 3, column {column}: the age is below 0 or above"):
        run(tmp_path, columns, index_date="zero", person={"age": mapping(column, **kind)})


@pytest.mark.parametrize("date", ["1900-01-01", "1899-12-30"])
def test_a_date_for_an_unknown_one_is_no_feature(tmp_path, date):
    since = {"since": mapping("seen", type="date", to="a")}
    columns = {"seen": ["2019-01-05", date], "zero": ["2020-01-05"] * 2}
    with pytest.raises(ValueError, match=r"^1 problem[^:]*:\n.*row 3, .* more than a century b"):
        run(tmp_path, columns, index_date="zero", condition=since)


def test_a_patient_may_be_a_hundred_years_old(tmp_path):
    columns = {"born": ["1915-01-05"], "zero": ["2020-01-05"]}
    born = {"age": mapping("born", type="date")}
    assert run(tmp_path, columns, index_date="zero", person=born)["person"]["age"].item() == 90


def test_a_date_after_day_0_is_no_feature(tmp_path):
    columns = {"zero": ["2020-01-05"] * 3, "seen": ["2019-12-01", "2020-01-05", "2020-03-01"]}
    seen = {"seen": mapping("seen", type="date")}
    tables = run(tmp_path, columns, index_date="zero", measurement=seen)
    assert tables["features"]["seen"].dropna().to_dict() == {"P1": -35, "P2": 0}
    assert tables["measurement"]["value"].tolist() == [-35, 0, 56]


def test_a_value_after_day_0_or_of_unknown_day_is_no_feature(tmp_path):
    crp = {"crp": mapping("crp", unit="mg/L", day="day")}
    columns = {"crp": ["1", "2", "3", "4"], "day": ["-3", "0", "1", ""]}
    tables = run(tmp_path, columns, measurement=crp)
    assert tables["features"]["crp"].dropna().to_dict() == {"P1": 1, "P2": 2}
    assert len(tables["measurement"]) == 4


def test_the_latest_of_several_baseline_values_counts(tmp_path):
    crp = {"crp": mapping("crp", unit="mg/L", day="day")}
    columns = {"id": ["P1"] * 3, "crp": ["1", "2", "3"], "day": ["-9", "-1", "5"]}
    assert features(tmp_path, columns, measurement=crp)["crp"].to_dict() == {"P1": 2}


@pytest.mark.parametrize(
    ("values", "fine"), [(["1", "1"], True), (["1", ""], True), (["1", "2"], False)]
)
def test_undated_values_must_agree(tmp_path, values, fine):
    columns, crp = {"id": ["P1", "P1"], "crp": values}, {"crp": mapping("crp", unit="mg/L")}
    if fine:
        assert features(tmp_path, columns, measurement=crp)["crp"].to_dict() == {"P1": 1}
    else:
        with pytest.raises(ValueError, match=r"row 3.*another value in an earlier row"):
            run(tmp_path, columns, measurement=crp)


@pytest.mark.parametrize("name", ["1/2", "../P1", "P 1", "P1?", "Anna\u00a0B"])
def test_a_patient_whose_page_could_have_no_such_file_is_refused(tmp_path, name):
    crp = {"crp": mapping("crp", unit="mg/L")}
    with pytest.raises(ValueError, match="row 2, column id: the patient's name") as refused:
        run(tmp_path, {"id": [name], "crp": ["1"]}, measurement=crp)
    assert name not in str(refused.value)


@pytest.mark.parametrize("day", ["20200105", "43831", "-36526", "1900-01-01"])
def test_a_day_more_than_a_century_away_is_no_day(tmp_path, day):
    crp = {"crp": mapping("crp", unit="mg/L", day="day")}
    columns = {"crp": ["1"], "day": [day], "zero": ["2020-01-05"]}
    with pytest.raises(ValueError, match="row 2, column day: the day is more than a century"):
        run(tmp_path, columns, index_date="zero", measurement=crp)


@pytest.mark.parametrize(
    ("ids", "genomes", "fine"),
    [
        (["p1", "P2"], ["P1", "P2"], False),
        (["p1", "P1"], [], False),
        (["p1", "P1"], ["P1"], False),
        (["7", "P2"], ["007", "P2"], False),
        (["7.0", "P2"], ["7", "P2"], False),
        (["7", "007"], ["007", "7"], True),
        (["p1", "P1"], ["P1", "p1"], True),
        (["P1", "P2"], ["P1", "P3"], True),
    ],
)
def test_a_patient_of_two_spellings_is_refused(tmp_path, ids, genomes, fine):
    columns, crp = {"id": ids, "crp": ["1", "2"]}, {"crp": mapping("crp", unit="mg/L")}
    if fine:
        found = features(tmp_path, columns, genomes=genomes, measurement=crp)["crp"]
        assert found[ids].tolist() == [1, 2]
    else:
        with pytest.raises(
            ValueError, match=r"row 2, column id: .* other capitals or leading zeros"
        ):
            run(tmp_path, columns, genomes, measurement=crp)


@pytest.mark.parametrize(("day", "fine"), [("3", True), ("2", False), ("", False)])
def test_values_of_one_day_or_of_unknown_day_must_agree(tmp_path, day, fine):
    columns = {"id": ["P1", "P1"], "r": ["0", "1"], "day": ["2", day]}
    response = {"r": mapping("r", type="binary", day="day")}
    if fine:
        found = run(tmp_path, columns, outcome=response)["patients"]
        assert found["r"].tolist() == [1]
    else:
        with pytest.raises(ValueError, match=r"row 3, column r: .*another value"):
            run(tmp_path, columns, outcome=response)


@pytest.mark.parametrize(
    ("arms", "days", "kept"),
    [
        (["A", "B"], ["0", "200"], "A"),
        (["B", "A"], ["-90", "0"], "A"),
        (["A", "A"], ["4", "9"], "A"),
        (["A", "B"], ["4", "200"], None),
        (["A", "B"], ["0", "0"], None),
        (["A", "B"], ["", "200"], None),
    ],
)
def test_the_arm_of_day_0_counts_and_none_that_a_patient_lived_to_be_given(
    tmp_path, arms, days, kept
):
    columns = {"id": ["P1", "P1"], "arm": arms, "day": days}
    treatment = {"arm": mapping("arm", day="day")}
    if kept:
        found = run(tmp_path, columns, treatment=treatment)
        assert found["patients"]["arm"].tolist() == [kept]
        assert len(found["treatment"]) == 2
    else:
        with pytest.raises(ValueError, match="column arm: "):
            run(tmp_path, columns, treatment=treatment)


def test_an_age_of_a_later_day_tells_nothing(tmp_path):
    columns = {"id": ["P1", "P1", "P2"], "age": ["60", "63", "50"], "day": ["0", "1100", "30"]}
    age = {"age": mapping("age", unit="a", day="day")}
    found = features(tmp_path, columns, person=age)["age"]
    assert found.dropna().to_dict() == {"P1": 60}


def test_an_age_of_an_earlier_day_has_grown_by_day_0(tmp_path):
    columns = {"age": ["40", "50", "60"], "day": ["-3652.5", "0", ""]}
    found = run(tmp_path, columns, person={"age": mapping("age", unit="a", day="day")})
    assert found["person"]["age"][:2].tolist() == pytest.approx([50, 50])
    assert pd.isna(found["person"]["age"][2])


@pytest.mark.parametrize(
    ("values", "fine"), [(["1", "0"], False), (["0", "1"], True), (["1", "1"], True)]
)
def test_an_outcome_that_a_later_row_takes_back_is_refused(tmp_path, values, fine):
    """A response that ended, or a visit after the event: the latest row is not what counts."""
    columns = {"id": ["P1", "P1", "P2"], "r": [*values, "0"], "day": ["30", "90", "400"]}
    outcome = {"r": mapping("r", type="binary", day="day")}
    if fine:
        assert run(tmp_path, columns, outcome=outcome)["patients"]["r"].tolist() == [1, 0]
        return
    with pytest.raises(ValueError, match=r"row 3, column r: .* had the outcome r on an earlier"):
        run(tmp_path, columns, outcome=outcome)


def test_dates_become_days_from_the_index_date(tmp_path):
    columns = {"zero": ["2020-03-01", "2020-03-01"], "seen": ["2020-02-01", "2020-03-02"]}
    columns |= {"x": ["5", "6"], "died": ["2021-03-01", ""], "born": ["1960-03-01", "1925-01-01"]}
    tables = run(
        tmp_path,
        columns,
        index_date="zero",
        person={"age": mapping("born", type="date")},
        measurement={"x": mapping("x", unit="mg/L", day="seen")},
        outcome={"os": mapping("died", type="date", to="a")},
    )
    assert tables["measurement"]["day"].tolist() == [-29, 1]
    assert tables["features"]["x"].dropna().to_dict() == {"P1": 5}
    assert tables["patients"]["os"].iloc[0] == pytest.approx(365 / 365.25)
    assert tables["person"]["age"].tolist() == pytest.approx([60, 90], abs=0.01)
    written = " ".join(table.to_csv() for table in tables.values())
    assert not any(date in written for dates in columns.values() for date in dates if "-" in date)


@pytest.mark.parametrize(
    ("keys", "value"), [({"unit": "d"}, "-1"), ({"type": "date"}, "2020-02-28")]
)
def test_an_outcome_before_the_index_date_is_refused(tmp_path, keys, value):
    columns = {"zero": ["2020-03-01"], "t": [value]}
    with pytest.raises(ValueError, match="row 2, column t: the outcome os lies before the index"):
        run(tmp_path, columns, index_date="zero", outcome={"os": mapping("t", **keys)})


@pytest.mark.parametrize(("unit", "fine"), [("d", True), ("mo", False)])
def test_days_that_are_called_months_are_refused(tmp_path, unit, fine):
    if fine:
        run(tmp_path, {"os": ["2100"]}, outcome={"os": mapping("os", unit=unit, to="mo")})
        return
    with pytest.raises(ValueError, match=r"row 2, column os: .* more than a century after"):
        run(tmp_path, {"os": ["2100"]}, outcome={"os": mapping("os", unit=unit)})


def test_patients_without_genome_and_without_clinical_row_are_kept(tmp_path):
    hb = {"hb": mapping("hb", unit="g/L")}
    arm = {"arm": mapping(value="drug")}
    tables = run(tmp_path, {"hb": ["90", "80"]}, ["P2", "P9"], measurement=hb, treatment=arm)
    patients = tables["patients"].set_index("patient")
    assert patients["has_genome"].to_dict() == {"P1": False, "P2": True, "P9": True}
    assert patients["arm"].tolist() == ["drug"] * 3
    assert tables["features"]["hb"].isna().to_dict() == {"P1": False, "P2": False, "P9": True}


def test_tables_of_other_patients_alone_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none of the 2 patients .*.* 2 of .*t\.tsv"):
        run(tmp_path, {"hb": ["90", "80"]}, ["p1", "p2"])


def test_a_card_without_tables_has_the_persons_of_the_sheet():
    card = {"tables": {}, "person": dict.fromkeys(("sex", "age", "family", "site"))}
    sections = {key: {} for key in SECTIONS} | {"condition": {"cancer_type": mapping(value="AML")}}
    tables = harmonise(card | sections, ["P2", "P1"])
    assert tables["patients"]["patient"].tolist() == ["P1", "P2"]
    assert tables["patients"]["cancer_type"].tolist() == ["AML", "AML"]
    assert len(tables["outcome"]) == 0


def test_unmapped_columns_and_identifiers_go_nowhere(tmp_path):
    secrets = {"name": ["Jane Roe"], "mrn": ["4711-0815"], "x": ["1"], "ward": ["East"]}
    tables = run(
        tmp_path,
        secrets,
        person={"site": mapping("ward")},
        measurement={"x": mapping("x", unit="g/L")},
    )
    written = " ".join(table.to_csv() for table in tables.values())
    assert "Jane" not in written
    assert "4711" not in written
    assert "ward" not in tables["features"]
    assert "East" not in tables["features"].to_csv()


def test_outcomes_treatment_family_and_site_are_no_features(tmp_path):
    columns = {"x": ["1"], "arm": ["a"], "os": ["5"], "fam": ["F1"], "ward": ["East"]}
    found = features(
        tmp_path,
        columns,
        person={"family": mapping("fam"), "site": mapping("ward")},
        measurement={"x": mapping("x", unit="g/L")},
        treatment={"arm": mapping("arm")},
        outcome={"os": mapping("os", unit="d")},
    )
    assert list(found) == ["age", "sex", "x"]


@pytest.mark.parametrize("unknown", ["0", ".", "NA", "#N/A", "<NA>", ""])
@pytest.mark.parametrize("kind", ["category", "number"])
def test_who_has_no_family_is_in_none_with_others_who_have_none(tmp_path, unknown, kind):
    """PLINK writes 0; as a name it would tie all of them into one family."""
    known = {"category": "F1", "number": "7"}[kind]
    person = {"family": mapping("fam", type=kind)}
    tables = run(tmp_path, {"fam": [unknown, unknown, known]}, person=person)
    for name in ("person", "patients"):
        assert tables[name]["family"].isna().tolist() == [True, True, False]


def test_a_row_without_patient_is_refused(tmp_path):
    columns = {"id": ["P1", ""], "x": ["1", "2"]}
    with pytest.raises(ValueError, match="row 3, column id: the patient is missing"):
        run(tmp_path, columns, measurement={"x": mapping("x", unit="g/L")})


def test_a_table_that_lacks_a_column_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"t\.tsv cannot be read.*nothing"):
        run(tmp_path, {"x": ["1"]}, measurement={"y": mapping("nothing", unit="g/L")})


def test_an_impossible_age_is_refused(tmp_path):
    with pytest.raises(ValueError, match="below 0 or above 110"):
        run(tmp_path, {"age": ["18000"]}, person={"age": mapping("age", unit="a")})


def test_tables_keep_their_types_on_disk(tmp_path):
    tables = run(
        tmp_path,
        {"x": ["", ""], "k": ["", ""]},
        measurement={"x": mapping("x", unit="g/L"), "k": mapping("k")},
    )
    write_tables(tables, tmp_path)
    found = pd.read_parquet(tmp_path / "features.parquet")
    assert found.index.name == "patient"
    assert found.dtypes.astype(str).to_dict() == {
        **{"age": "float64", "sex": "object", "x": "float64", "k": "object"}
    }
    receipt = clinical_receipt(tmp_path, "0" * 12, ["S1"], tables)
    assert receipt["patients"] == 2
    assert set(receipt["files"]) == {f"{name}.parquet" for name in tables}


@pytest.mark.parametrize(("transform", "value"), [("log", "0"), ("sqrt", "-4")])
def test_an_amount_that_its_transform_cannot_take_is_refused(tmp_path, transform, value):
    dose = {"dose": mapping("dose", unit="mg/wk", transform=transform)}
    kept = run(tmp_path, {"dose": ["35", ""]}, outcome=dose)["patients"]["dose"]
    assert kept.tolist() == pytest.approx([35, float("nan")], nan_ok=True)
    with pytest.raises(ValueError, match=rf"row 3.*dose.*{value} has no {transform}"):
        run(tmp_path, {"dose": ["35", value]}, outcome=dose)
