"""Scores beside the best possible, and the lines that a demonstration ends with."""

import numpy as np
import pandas as pd
import pytest

from gcin.simulation.scoring import planted_table, score_calling, score_designs, score_external
from gcin.simulation.summary import main, models_line, patients_line, variants_line

CHANCES = [0.9, 0.8, 0.7, 0.4, 0.3, 0.1]
RESPONSES = [1, 1, 0, 1, 0, 0]


def predictions(**designs):
    tables = [
        pd.DataFrame(
            {
                "design": design,
                "endpoint": "response",
                "repeat": 0,
                "fold": 0,
                "patient": list("ABCDEF"),
                "arm": "drug",
                "value": values,
                "response": np.array(RESPONSES, float),
            }
        )
        for design, values in designs.items()
    ]
    return pd.concat(tables, ignore_index=True)


@pytest.fixture
def chances():
    drug = pd.DataFrame({"patient": list("ABCDEF"), "arm": "drug", "probability": CHANCES})
    return pd.concat([drug, drug.assign(arm="control", probability=0.5)], ignore_index=True)


def scores(table):
    return table.set_index(["design", "metric"])


def test_the_exact_probability_is_the_best_possible(chances):
    table = scores(score_designs(predictions(exact=CHANCES), chances))
    assert table.loc[("exact", "accuracy"), ["value", "bayes", "share"]].tolist() == [
        4 / 6,
        4 / 6,
        1,
    ]
    assert table.loc[("exact", "roc_auc"), "bayes"] == pytest.approx(8 / 9)
    assert table.loc[("exact", "roc_auc"), "share"] == 1
    assert table.loc[("exact", "probability_error"), "value"] == 0


def test_a_threshold_that_was_chosen_moves_no_share_of_the_best_possible(chances):
    rows = predictions(exact=CHANCES)
    own = score_designs(rows.assign(threshold=0.05), chances)
    pd.testing.assert_frame_equal(own, score_designs(rows, chances))


def test_knowing_nothing_has_no_share_of_the_auc(chances):
    table = scores(score_designs(predictions(majority=[0.5] * 6), chances))
    assert table.loc[("majority", "roc_auc"), "share"] == 0
    assert table.loc[("majority", "probability_error"), "value"] == pytest.approx(
        np.abs(np.array(CHANCES) - 0.5).mean()
    )


def test_survival_endpoints_are_left_out(chances):
    rows = predictions(gcin=CHANCES)
    survival = rows.assign(endpoint="os", response=np.nan)
    table = score_designs(pd.concat([rows, survival]), chances)
    assert set(table["endpoint"]) == {"response"}


def test_a_patient_without_truth_is_refused(chances):
    with pytest.raises(ValueError, match="no exact probability: A"):
        score_designs(predictions(gcin=CHANCES), chances[chances["patient"] != "A"])


def test_external_cohorts_are_named(chances):
    table = score_external(predictions(gcin=CHANCES).assign(cohort="b"), chances)
    assert set(table["endpoint"]) == {"response in b"}


@pytest.fixture
def concordance():
    rows = [
        ["A", "SNV", 9, 8, 1],
        ["B", "SNV", 5, 5, 0],
        ["A", "ALL", 10, 9, 1],
        ["B", "ALL", 5, 5, 0],
    ]
    return pd.DataFrame(rows, columns=["sample", "type", "truth", "found", "extra"])


def test_calls_are_counted_over_samples(concordance):
    table = score_calling({"hospital_a": concordance}).set_index(["endpoint", "metric"])
    assert table.loc[("SNV", "found"), ["value", "bayes", "n"]].tolist() == [13, 14, 2]
    assert table.loc[("SNV", "found"), "share"] == pytest.approx(13 / 14)
    assert table.loc[("SNV", "extra"), "value"] == 1


def test_the_summary_says_what_was_reached(chances, concordance):
    both = predictions(gcin=CHANCES, lasso=[0.5] * 6, majority=[0.5] * 6)
    table = planted_table(score_designs(both, chances), score_calling({"a": concordance}))
    assert variants_line(table).startswith("14 found of 15 planted in 2 patients")
    line = models_line(table, "gcin")
    assert "6 unseen patients" in line
    assert "gcin 0.889 (0.667)" in line
    assert "lasso 0.500 (0.500)" in line
    assert "best possible 0.889 (0.667)" in line


def test_patients_are_counted_by_what_they_are_for():
    roles = pd.DataFrame({"cohort": list("aaab"), "role": ["train", "train", "new", "external"]})
    assert patients_line(roles) == (
        "4 in 2 hospitals: 2 to learn from and test on, 1 external, 1 new to predict"
    )


def test_an_unfinished_run_is_not_summed_up(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("studies: {response: {predict_with: gcin}}\n")
    assert main(["config.yaml"]) == 1
    assert "not complete" in capsys.readouterr().err
