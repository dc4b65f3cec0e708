"""The table of conformal coverage counts what it says."""

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.coverage import band_table, coverage_table


def answered():
    rows = [
        ("both", 1.0, "a"),
        ("response", 1.0, "a"),
        ("response", 0.0, "a"),
        ("no response", 0.0, "a"),
        ("no response", 0.0, "b"),
        ("neither", 1.0, "b"),
        ("both", 0.0, "b"),
        ("response", 1.0, "b"),
    ]
    table = pd.DataFrame(rows, columns=["answer", "response", "arm"]).assign(design="gcin")
    table["endpoint"] = "response"
    return table.assign(patient=[f"P{n}" for n in range(8)], family=None, cancer_type="AML")


@pytest.fixture
def table():
    return coverage_table(answered(), 0.9, 0.95).set_index("group")


def test_shares_are_of_the_patients_of_the_group(table):
    whole = table.loc["all"]
    assert (whole["n"], whole["wanted"], whole["coverage"]) == (8, 0.9, 6 / 8)
    assert (whole["answered"], whole["both"], whole["neither"]) == (5 / 8, 2 / 8, 1 / 8)
    assert whole["right"] == 4 / 5
    assert table.loc["arm=a", "coverage"] == 3 / 4
    assert table.loc["response=1", "coverage"] == 3 / 4
    assert set(table.index) == {
        "all", "arm=a", "arm=b", "cancer_type=AML", "response=0", "response=1"
    }  # fmt: skip


def test_interval_holds_the_coverage_and_narrows_with_patients(table):
    many = pd.concat(
        [answered().assign(patient=lambda t, k=k: t["patient"] + f"x{k}") for k in range(50)]
    )
    wide = table.loc["all"]
    narrow = coverage_table(many, 0.9, 0.95).set_index("group").loc["all"]
    assert wide["low"] < wide["coverage"] < wide["high"]
    assert narrow["high"] - narrow["low"] < (wide["high"] - wide["low"]) / 3


def test_a_relative_is_no_new_evidence():
    many = pd.concat(
        [answered().assign(patient=lambda t, k=k: t["patient"] + f"x{k}") for k in range(20)]
    )
    related = many.assign(family=many["patient"].str[:2])
    alone, kin = (coverage_table(rows, 0.9, 0.95).iloc[0] for rows in (many, related))
    assert kin["high"] - kin["low"] > 2 * (alone["high"] - alone["low"])


def test_nobody_answered_is_nan_not_an_error():
    rows = answered().assign(answer="both")
    table = coverage_table(rows, 0.9, 0.95)
    assert (table["coverage"] == 1).all()
    assert (table["low"] < 1).all()
    assert table["right"].isna().all()
    assert coverage_table(rows.iloc[:0], 0.9, 0.95).empty
    assert np.isfinite(table["n"]).all()


def test_bands_are_measured_in_everybody_and_by_size():
    amount = np.arange(1.0, 31.0)
    rows = pd.DataFrame({"amount": amount, "low": 0.0, "high": np.where(amount < 21, 40.0, 20.0)})
    rows = rows.assign(design="lasso", endpoint="dose", arm="a", cancer_type=None, family=None)
    rows["patient"] = [f"P{n}" for n in range(30)]
    table = band_table(rows, 0.9, 0.95).set_index("group")
    assert table.loc["all", ["n", "coverage", "width"]].tolist() == pytest.approx([30, 2 / 3, 40])
    assert table.loc["third=lowest", "coverage"] == 1
    assert table.loc["third=highest", ["coverage", "width"]].tolist() == [0, 20]
    assert band_table(rows.iloc[:0], 0.9, 0.95).empty
