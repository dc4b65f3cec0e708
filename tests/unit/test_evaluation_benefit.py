"""Net benefit: by its definition, and where knowing nothing or everything must lie."""

import numpy as np
import pytest
from test_evaluation_comparison import response_rows

from gcin.evaluation.benefit import THRESHOLDS, net_benefit_table


def table_of(rows, draws=50):
    return net_benefit_table(rows, draws, 1, 0.95)


def at(table, threshold):
    return table[np.isclose(table["threshold"], threshold)].iloc[0]


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.8])
def test_net_benefit_agrees_with_its_definition(threshold):
    rows = response_rows({"net": 0.8}, patients=120)
    treated = rows[rows["value"] >= threshold]
    responders, others = (treated["response"] == 1).sum(), (treated["response"] == 0).sum()
    expected = responders / 120 - others / 120 * threshold / (1 - threshold)
    assert at(table_of(rows), threshold)["net_benefit"] == pytest.approx(expected)


def test_a_threshold_itself_is_treated():
    rows = response_rows({"net": 0.8}).assign(value=0.3)
    table = table_of(rows)
    assert at(table, 0.3)["net_benefit"] == pytest.approx(at(table, 0.3)["treat_all"])
    assert at(table, 0.31)["net_benefit"] == 0


def test_treating_everybody_is_worth_nothing_where_the_threshold_is_the_prevalence():
    rows = response_rows({"net": 0.8}, patients=100)
    rows["response"] = (np.arange(100) < 40).astype(float)
    table = table_of(rows)
    assert at(table, 0.4)["treat_all"] == pytest.approx(0)
    assert at(table, 0.2)["treat_all"] == pytest.approx(0.4 - 0.6 / 4)
    assert (table["treat_none"] == 0).all()


def test_who_knows_all_gains_the_prevalence_at_every_threshold():
    rows = response_rows({"net": 1.0})
    table = table_of(rows.assign(value=rows["response"]))
    assert table["net_benefit"].to_numpy() == pytest.approx(rows["response"].mean())


def test_true_probabilities_are_never_worse_than_treating_all_or_none():
    rows = response_rows({"net": 1.0}, patients=20_000)
    table = table_of(rows, draws=10)
    best = table[["treat_all", "treat_none"]].max(axis=1)
    assert (table["net_benefit"] > best - 0.005).all()


def test_repeats_are_averaged_and_every_value_lies_in_its_interval():
    rows = response_rows({"net": 0.8, "other": 0.4}, repeats=2, folds=3)
    table = table_of(rows, draws=200)
    single = [table_of(rows[rows["repeat"] == r])["net_benefit"] for r in (0, 1)]
    assert table["net_benefit"].to_numpy() == pytest.approx(np.mean(single, axis=0))
    assert len(table) == 2 * len(THRESHOLDS)
    held = table[table["low"].notna()]
    assert held.eval("low <= net_benefit <= high").all()
    assert len(held) > 0.9 * len(table)


@pytest.mark.parametrize(
    ("treated", "family", "told"), [(9, 0, False), (10, 0, True), (20, 1, False)]
)
def test_a_handful_to_treat_has_no_interval_of_its_benefit(treated, family, told):
    """Nor has nobody: the interval was 0 to 0."""
    rows = response_rows({"net": 0.5}, patients=200, repeats=2)
    number = rows["patient"].astype(int)
    rows = rows.assign(value=np.where(number < treated, 0.7, 0.3))
    rows.loc[number < 12 * family, "family"] = "F"
    table = table_of(rows)
    assert at(table, 0.2)[["low", "high"]].notna().all()
    assert at(table, 0.6)[["low", "high"]].notna().all() == told
    assert at(table, 0.8)[["low", "high"]].isna().all()


def test_survival_alone_gives_an_empty_table():
    rows = response_rows({"net": 1.0}).assign(response=np.nan)
    table = table_of(rows)
    assert table.empty
    assert list(table)[-3:] == ["treat_all", "treat_none", "n"]
