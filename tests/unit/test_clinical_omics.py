"""Tables of omics are read as the card says, and refused by row, column and value."""

import numpy as np
import pandas as pd
import pytest

from gcin.clinical import omics
from gcin.clinical.omics import read_omics

KEYS = {
    "patient": "id", "columns": None, "feature": None, "value": None, "absent": None,
    "limit": None, "sets": None, "min_genes": 2,
}  # fmt: skip
WIDE = "id\tA\tB\tC\nP1\t1\t-9\t3\nP2\t\t4\tNA\n"
LONG = "id\tgene\tvaf\nP1\tKRAS\t0.2\nP1\tTP53\t0.1\nP2\tTP53\t0.4\n"


@pytest.fixture
def read(tmp_path):
    def reading(text, patients=("P1", "P2", "P3"), **keys):
        (tmp_path / "t.tsv").write_text(text)
        table = KEYS | {"file": str(tmp_path / "t.tsv")} | keys
        return read_omics({"rna": table}, patients).features

    return reading


def test_one_column_per_feature_and_who_has_no_row_was_not_measured(read):
    found = read(WIDE)
    assert list(found) == ["rna A", "rna B", "rna C"]
    assert found.loc["P1"].tolist() == [1, -9, 3]
    assert found.loc["P3"].isna().all()
    assert np.isnan(found.loc["P2", "rna A"])
    assert (found.dtypes == "float32").all()


def test_only_named_columns_are_read(read):
    assert list(read(WIDE.replace("-9", "none"), columns=["C", "A"])) == ["rna C", "rna A"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("3\n", "0.12345678901234567\n"),
        lambda text: text.replace("P1", " P1 ").replace("-9", " -9 "),
        lambda text: text.replace("NA", ""),
        lambda text: text.replace("P2\t", '"P2"\t'),
        lambda text: text.replace("\n", "\r\n"),
    ],
)
def test_a_table_of_numbers_is_read_at_once_as_by_its_text(read, monkeypatch, spoil):
    at_once = read(spoil(WIDE))
    monkeypatch.setattr(omics, "read_numbers", lambda *_: None)
    pd.testing.assert_frame_equal(at_once, read(spoil(WIDE)), check_exact=True)


@pytest.mark.parametrize("word", ["True", "FALSE", "1,5", "0x1", "1e39", "NAN", "yes"])
def test_a_word_in_a_table_of_numbers_is_told_by_its_row(read, word):
    with pytest.raises(ValueError, match=f"row 2, column B: '{word}' is no number"):
        read(f"id\tA\tB\nP1\t1\t{word}\n")


def test_values_far_out_are_cut(read):
    assert read(WIDE, limit=5)["rna B"].tolist()[:2] == [-5, 4]


@pytest.mark.parametrize(("absent", "kras"), [(0, 0.0), (None, None)])
def test_rows_of_patient_and_feature(read, absent, kras):
    found = read(LONG, feature="gene", value="vaf", absent=absent)
    assert found.loc["P1", "rna KRAS"] == pytest.approx(0.2)
    assert found.loc["P2", "rna KRAS"] == kras or (
        kras is None and np.isnan(found.loc["P2", "rna KRAS"])
    )
    assert found.loc["P3"].isna().all()


def test_a_row_without_a_value_is_not_measured_rather_than_absent(read):
    found = read(LONG + "P2\tKRAS\tNA\n", feature="gene", value="vaf", absent=0)
    assert np.isnan(found.loc["P2", "rna KRAS"])


def test_blanks_around_a_patient_a_feature_or_a_value_are_none_of_it(read):
    found = read(LONG.replace("P2\tTP53\t0.4", "P2 \tTP53 \t 0.4"), feature="gene", value="vaf")
    assert found.loc["P2", "rna TP53"] == pytest.approx(0.4)


def test_a_table_of_strangers_is_refused(read):
    with pytest.raises(ValueError, match="none of its 2 patients is one of the cohort"):
        read(WIDE, patients=("p1", "p2"))


@pytest.mark.parametrize(
    ("names", "row"),
    [(["7", "12", "123"], 2), (["007", "12.0", "123"], 3), (["007", "012", "P1"], None)],
)
def test_patients_whom_a_spreadsheet_renamed_are_not_unmeasured(read, names, row):
    """Names of three digits stay theirs, so that the table is not one of strangers alone."""
    table = "".join(["id\tA\n", *(f"{name}\t1\n" for name in names)])
    if row is None:
        assert read(table, patients=("007", "012", "123"))["rna A"].notna().tolist() == [1, 1, 0]
        return
    told = rf"row {row}, column id: the patient is written with .* leading zeros .* of 3\. Write"
    with pytest.raises(ValueError, match=told):
        read(table, patients=("007", "012", "123"))


def test_who_is_named_as_in_the_cohort_may_have_a_namesake_elsewhere(read):
    assert read("id\tA\n7\t1\n007\t2\n", patients=("007", "012"))["rna A"].tolist()[0] == 2


@pytest.mark.parametrize("value", ["inf", "1e39"])
def test_numbers_without_end_are_refused(read, value):
    with pytest.raises(ValueError, match=f"row 2, column B: '{value}' is no number"):
        read(WIDE.replace("-9", value))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('id\tA\tnote\nP1\t1\t"x\nP2\t2\ty"\nP3\t3\tz\n', "3 lines below its header .* 2 rows"),
        ("id\tA\tnote\nP1\t\t1\tx\nP2\t2\ty\n", "line 2 holds more values"),
        ("id\tA\tnote\nP1\t1\tx\nP2\t\t2\ty\n", "line 3 holds more values"),
    ],
)
def test_rows_that_would_be_read_from_the_wrong_place_are_refused(read, text, problem):
    with pytest.raises(ValueError, match=problem):
        read(text, columns=["A"])


def test_a_set_is_the_mean_of_its_genes_and_small_ones_are_left_out(read, tmp_path):
    (tmp_path / "s.gmt").write_text("ONE\tnote\tA\tC\nTWO\tnote\tB\tX\n")
    found = read(WIDE, sets=str(tmp_path / "s.gmt"))
    assert list(found) == ["rna ONE"]
    assert found.loc["P1", "rna ONE"] == 2


def test_a_set_of_which_few_genes_were_measured_in_a_patient_is_missing(read, tmp_path):
    """A gene that is high in everybody, measured alone, read as a set high in the patient."""
    (tmp_path / "s.gmt").write_text("ALL\tnote\tA\tB\tC\nTWO\tnote\tA\tC\n")
    table = "id\tA\tB\tC\nP1\t1\t2\t12\nP2\t\t\t12\nP3\t1\t\t12\n"
    found = read(table, sets=str(tmp_path / "s.gmt"))
    assert found["rna ALL"].fillna(-1).tolist() == [5, -1, 6.5]
    assert found["rna TWO"].tolist() == [6.5, 12, 6.5]


def test_sets_of_other_names_are_refused(read, tmp_path):
    (tmp_path / "s.gmt").write_text("ONE\tnote\tX\tY\n")
    with pytest.raises(ValueError, match="no set holds 2 features"):
        read(WIDE, sets=str(tmp_path / "s.gmt"))


@pytest.mark.parametrize(
    ("text", "keys", "said"),
    [
        (WIDE.replace("-9", "many"), {}, "row 2, column B: 'many' is no number"),
        (WIDE.replace("P2", "P1"), {}, "row 3, column id: it repeats"),
        (LONG + "P2\tTP53\t0.5\n", {"feature": "gene", "value": "vaf"}, "row 5, column gene"),
    ],
)
def test_faults_are_told_by_row_and_column(read, text, keys, said):
    with pytest.raises(ValueError, match=said):
        read(text, **keys)


def test_no_table_makes_no_column():
    found = read_omics({}, ["P1"]).features
    assert found.shape == (1, 0)
    assert isinstance(found, pd.DataFrame)
