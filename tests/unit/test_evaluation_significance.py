"""Tests of differences: right by their definitions, and wrong as often as they say."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_evaluation_comparison import response_rows, survival_rows

from gcin.evaluation.comparison import design_pairs, difference_table, metric_draws, patients_of
from gcin.evaluation.delong import area_scores, delong
from gcin.evaluation.metrics import response_metrics
from gcin.evaluation.significance import corrected_t, holm, significance_table
from gcin.report import tables
from gcin.report.words import label

NETWORK = {"net": "network", "cox": "cox", "other": "lasso"}


def naive_delong(first, second, response):
    """DeLong's test by its definition, pair by pair (DeLong et al. 1988, equations 3 to 6)."""

    def kernel(higher, lower):
        return float(higher > lower) + 0.5 * float(higher == lower)

    sick, well = np.flatnonzero(response == 1), np.flatnonzero(response == 0)
    areas, tens, ones = [], [], []
    for value in (first, second):
        table = np.array([[kernel(value[i], value[j]) for j in well] for i in sick])
        areas.append(table.mean())
        tens.append(table.mean(axis=1))
        ones.append(table.mean(axis=0))
    covariance = np.cov(tens) / len(sick) + np.cov(ones) / len(well)
    contrast = np.array([1, -1])
    gap = contrast @ np.array(areas)
    statistic = gap / np.sqrt(contrast @ covariance @ contrast)
    return gap, statistic, 2 * stats.norm.sf(abs(statistic))


def both(rows, *names):
    return [rows[rows["design"] == name] for name in names]


def area_of(rows):
    """The pooled area, averaged over repeats, by the evaluation's own function."""
    repeats = [
        response_metrics(one.assign(column=range(len(one))), np.ones((1, len(one))))
        for _, one in rows.groupby("repeat")
    ]
    return float(np.mean([found["roc_auc"][0] for found in repeats]))


def delong_of(rows, *names):
    first, second = both(rows, *names)
    return delong(first, second, area_of(first) - area_of(second))


@pytest.mark.parametrize("seed", range(4))
def test_delong_agrees_with_its_definition(seed):
    rows = response_rows({"net": 0.9, "other": 0.5}, patients=70, seed=seed)
    rows["value"] = rows["value"].round(1)
    first, second = both(rows, "net", "other")
    gap, statistic, p = naive_delong(
        first["value"].to_numpy(), second["value"].to_numpy(), first["response"].to_numpy()
    )
    assert area_of(first) - area_of(second) == pytest.approx(gap)
    assert delong_of(rows, "net", "other") == pytest.approx((statistic, p))


def test_delong_measures_the_spread_of_the_area_over_folds_and_repeats():
    """Scores have the spread that leaving out one patient after the other has."""
    rows = response_rows({"net": 0.6}, patients=80, folds=3, repeats=2)
    names = rows["patient"].unique()
    left_out = np.array([area_of(rows[rows["patient"] != name]) for name in names])
    jackknife = np.sqrt(np.square(left_out - left_out.mean()).sum() * (1 - 1 / len(names)))
    scores = area_scores(rows)
    assert scores.sum() == pytest.approx(0, abs=1e-12)
    assert np.sqrt(np.square(scores).sum()) == pytest.approx(jackknife, rel=0.05)


def test_relatives_are_no_new_evidence():
    """A cohort in which everybody has a twin tells what it tells without the twins."""
    rows = response_rows({"net": 0.9, "other": 0.5}, patients=200)
    twins = rows.assign(patient=rows["patient"] + "-twin")
    alone, _ = delong_of(rows, "net", "other")
    copied, _ = delong_of(pd.concat([rows, twins]), "net", "other")
    named = pd.concat([rows.assign(family=rows["patient"]), twins.assign(family=rows["patient"])])
    related, _ = delong_of(named, "net", "other")
    assert copied == pytest.approx(np.sqrt(2) * alone, rel=0.02)
    assert related == pytest.approx(alone, rel=0.02)


def test_delong_has_no_answer_where_nothing_varies():
    rows = response_rows({"net": 1.0, "same": 1.0}, patients=40)
    same = rows[rows["design"] == "net"]
    statistic, p = delong(same, same, 0.0)
    assert np.isnan(statistic)
    assert p == 1
    perfect, constant = same.assign(value=same["response"]), same.assign(value=0.5)
    assert np.isnan(delong(perfect, constant, 0.5)).all()


def test_delong_rejects_equal_designs_as_often_as_it_says():
    """Two designs of equal skill on 3 folds, 150 times: one in twenty below 0.05."""
    p = np.array(
        [
            delong_of(response_rows({"a": 0.7, "b": 0.7}, 120, folds=3, seed=seed), "a", "b")[1]
            for seed in range(150)
        ]
    )
    assert 0 < (p < 0.05).mean() <= 0.1
    assert stats.kstest(p, "uniform").pvalue > 0.001


def gaps_of_repeats(rng, patients=100, folds=10, repeats=5):
    """Difference in squared error, by fold, of two learners that deserve the same.

    Each fits a line to a marker of its own; the markers tell equally much of the outcome.
    """
    markers = rng.normal(size=(2, patients))
    outcome = markers.sum(axis=0) + rng.normal(size=patients)
    gaps = []
    for _ in range(repeats):
        fold = rng.permutation(patients) % folds
        for test in (fold == number for number in range(folds)):
            lines = [np.polyfit(marker[~test], outcome[~test], 1) for marker in markers]
            told = [np.polyval(*each) for each in zip(lines, markers[:, test], strict=True)]
            errors = np.square(outcome[test] - told).mean(axis=1)
            gaps.append(errors[0] - errors[1])
    return np.array(gaps)


def test_corrected_t_is_not_fooled_by_repeats():
    """Repeats of a cross-validation are no new patients: a plain t test takes them for some."""
    rng = np.random.default_rng(4)
    cohorts = [gaps_of_repeats(rng) for _ in range(200)]
    corrected = np.array([corrected_t(gaps, 1 / 9)[2] for gaps in cohorts])
    plain = np.array([stats.ttest_1samp(gaps, 0).pvalue for gaps in cohorts])
    assert (corrected < 0.05).mean() <= 0.09
    assert (plain < 0.05).mean() >= 0.2


def test_corrected_t_agrees_with_its_formula():
    gaps = np.array([0.05, 0.02, -0.01, 0.04, np.nan])
    mean, statistic, p = corrected_t(gaps, 0.25)
    expected = 0.025 / np.sqrt((1 / 4 + 0.25) * np.var(gaps[:4], ddof=1))
    assert (mean, statistic) == pytest.approx((0.025, expected))
    assert p == pytest.approx(2 * stats.t.sf(expected, 3))


@pytest.mark.parametrize("gaps", [[], [0.1], [0.1, np.nan], [0.1, 0.1, 0.1]])
def test_corrected_t_has_no_answer_without_spread(gaps):
    assert np.isnan(corrected_t(np.array(gaps), 0.25)[1:]).all()


def test_holm_agrees_with_its_definition():
    """Each p is the greatest, over the tests no less sure, of p times the tests still standing."""
    p = np.array([0.01, 0.04, 0.03, np.nan, 0.5])
    expected = [0.04, 0.09, 0.09, np.nan, 0.5]
    assert holm(p) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_never_below_its_own_nor_above_bonferroni(seed):
    p = np.random.default_rng(seed).random(8) ** 2
    corrected = holm(p)
    assert (p <= corrected).all()
    assert (corrected <= np.minimum(8 * p, 1)).all()
    assert (np.diff(corrected[np.argsort(p)]) >= 0).all()


def significance_of(rows, kinds):
    draws, pairs = metric_draws(rows, 200, seed=1), design_pairs(kinds)
    gaps = difference_table(draws, patients_of(rows), pairs, 0.95)
    return significance_table(rows, draws, pairs), gaps


def test_every_difference_is_tested_and_agrees_with_its_interval():
    skills = {"net": 0.9, "other": 0.3, "cox": 0.5}
    rows = pd.concat([response_rows(skills, folds=3), survival_rows(skills=skills, folds=3)])
    table, gaps = significance_of(rows, NETWORK)
    assert list(table) == [
        "design", "reference", "endpoint", "metric", "test", "difference", "statistic", "p",
        "p_least", "p_holm", "n",
    ]  # fmt: skip
    keys = ["design", "reference", "endpoint", "metric"]
    whole = table[table["test"] != "corrected_t"]
    assert set(whole.loc[whole["test"] == "delong", "metric"]) == {"roc_auc"}
    joined = whole.merge(gaps, on=keys, suffixes=("", "_listed"))
    assert len(joined) == len(gaps) == len(whole)
    assert joined["difference"].to_numpy() == pytest.approx(joined["difference_listed"])
    bootstrap = joined[joined["test"] == "bootstrap"]
    shown = (bootstrap["low"] > 0) | (bootstrap["high"] < 0)
    assert ((bootstrap["p"] < 0.05) == shown).all()
    assert (table["test"] == "corrected_t").sum() == len(gaps)


def test_a_p_that_resamples_only_bound_is_told_as_a_bound_however_few_they_are():
    rows = response_rows({"net": 0.9, "cox": 0.0})
    shown = {}
    for draws in (20, 400):
        measured = metric_draws(rows, draws, seed=1)
        tests = significance_table(rows, measured, [("net", "cox")])
        bound = tests[tests["metric"] == "brier"].iloc[0]
        assert bound["p"] == bound["p_least"] >= 2 / (draws + 1)
        shown[draws] = tables.significance_table(tests).set_index("metric").loc[label("brier")]
    assert (shown[20][["p", "p (Holm)"]].str[:2] == "< ").all()
    assert float(shown[20]["p"][2:]) > 0.05 > float(shown[400]["p"][2:])
    equal = response_rows({"net": 0.5, "cox": 0.5})
    tests = significance_table(equal, metric_draws(equal, 200, seed=1), [("net", "cox")])
    tests = tests[tests["test"] == "bootstrap"]
    assert (tests["p"] > tests["p_least"]).all()
    assert not tables.significance_table(tests)["p"].str.startswith("<").any()


def test_one_fold_has_no_test_over_folds():
    table, _ = significance_of(
        response_rows({"net": 0.9, "cox": 0.5}), {"net": "network", "cox": "cox"}
    )
    assert set(table["test"]) == {"delong", "bootstrap"}


def test_a_pair_listed_both_ways_is_corrected_as_one():
    skills = {"net": 0.9, "small": 0.8, "cox": 0.5}
    kinds = {"net": "network", "small": "network", "cox": "cox"}
    table, _ = significance_of(response_rows(skills), kinds)
    area = table[table["metric"] == "roc_auc"].set_index(["design", "reference"])
    assert len(area) == 4
    one, other = area.loc[("net", "small")], area.loc[("small", "net")]
    assert one["p_holm"] == pytest.approx(other["p_holm"])
    assert one["difference"] == pytest.approx(-other["difference"])
    distinct = [area.loc[pair, "p"] for pair in itertools.combinations(skills, 2)]
    assert area["p_holm"].min() == pytest.approx(min(1, 3 * min(distinct)))


def test_a_test_that_cannot_be_made_is_empty_and_logged(caplog):
    rows = response_rows({"net": 0.9, "twin": 0.9})
    rows["value"] = rows["patient"].map(rows[rows["design"] == "net"].set_index("patient")["value"])
    table, _ = significance_of(rows, {"net": "network", "twin": "lasso"})
    assert (table["p"] == 1).all()
    apart = rows.assign(value=np.where(rows["design"] == "net", rows["response"], 0.5))
    table, _ = significance_of(apart, {"net": "network", "twin": "lasso"})
    assert table.loc[table["test"] == "delong", "p"].isna().all()
    assert "no delong of net against twin" in caplog.text
