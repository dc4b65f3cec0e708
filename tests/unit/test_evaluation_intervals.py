"""Resamples and intervals: families whole, coverage as promised."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gcin.evaluation.intervals import (
    Estimate,
    bca_interval,
    bca_p,
    least_p,
    leave_out,
    measure_interval,
    resample,
)


def families(*names):
    return pd.Series(names, index=[f"P{i}" for i in range(len(names))], dtype=object)


def test_the_first_row_is_the_cohort_as_it_is():
    weights = resample(families(None, None, "A"), draws=5, seed=1)
    assert weights.shape == (6, 3)
    assert (weights[0] == 1).all()


def test_a_family_is_drawn_whole():
    weights = resample(families("A", None, "A", "B", "B"), draws=200, seed=1)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert (weights[:, 0] != weights[:, 1]).any()


def test_patients_without_a_family_are_not_one_family():
    weights = resample(families(None, None, None, None), draws=50, seed=1)
    assert (weights[1:].sum(axis=1) == 4).all()
    assert (weights[:, 0] != weights[:, 1]).any()


def test_equal_seeds_make_equal_resamples():
    first, again, other = (resample(families(*"ABCDEF"), 20, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_each_family_is_left_out_once():
    weights = leave_out(families("A", None, "A", None), seed=1)
    assert weights.shape == (3, 4)
    assert ((weights == 0).sum(axis=0) == 1).all()
    assert (weights[:, 0] == weights[:, 2]).all()


def test_many_families_are_left_out_in_groups():
    weights = leave_out(families(*[None] * 1050), seed=1)
    assert len(weights) == 200
    assert ((weights == 0).sum(axis=0) == 1).all()
    assert set((weights == 0).sum(axis=1)) == {5, 6}


def mean_of(sample, draws=2000, seed=1):
    """The mean of a sample, its resamples and its jackknife."""
    alone = families(*[None] * len(sample))
    weights = np.vstack([resample(alone, draws, seed), leave_out(alone, seed)])
    values = weights @ sample / weights.sum(axis=1)
    return Estimate(values[0], values[1 : draws + 1], values[draws + 1 :])


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_interval_agrees_with_scipy_on_the_same_resamples(confidence):
    sample = np.random.default_rng(3).lognormal(0, 1, 50)
    found = mean_of(sample)
    same = SimpleNamespace(bootstrap_distribution=found.drawn)
    expected = stats.bootstrap(
        (sample,), np.mean, method="BCa", confidence_level=confidence, n_resamples=0,
        bootstrap_result=same,
    ).confidence_interval  # fmt: skip
    assert bca_interval(found, confidence) == pytest.approx(tuple(expected), rel=1e-6)


def test_groups_of_families_accelerate_as_much_as_single_ones():
    sample = np.random.default_rng(4).lognormal(0, 1, 4000)
    found = mean_of(sample)
    weights = 1 - np.eye(4000)
    single = replace(found, left_out=weights @ sample / 3999)
    assert bca_interval(found, 0.95) == pytest.approx(bca_interval(single, 0.95), rel=2e-3)


@pytest.mark.parametrize("truth", [0.6, 0.7, 0.9, 1.0, 1.3, 1.5])
def test_p_is_below_five_percent_where_the_interval_excludes_the_truth(truth):
    sample = np.random.default_rng(5).exponential(1, 60) - truth
    found = mean_of(sample)
    low, high = bca_interval(found, 0.95)
    assert (bca_p(found) < 0.05) == (low > 0 or high < 0)


def test_the_least_p_is_that_of_a_zero_just_beyond_all_resamples():
    """And a zero further off, of which resamples tell no more, has no other."""
    sample = np.random.default_rng(6).exponential(1, 60)
    edge = mean_of(sample - mean_of(sample, draws=999).drawn.min() - 1e-9, draws=999)
    far, near = mean_of(sample + 1, draws=999), mean_of(sample - sample.mean() + 0.1, draws=999)
    assert bca_p(edge) == least_p(edge) == pytest.approx(bca_p(far))
    assert bca_p(far) == least_p(far) == pytest.approx(least_p(edge))
    assert bca_p(near) > least_p(near)
    turned = Estimate(-far.whole, -far.drawn, -far.left_out)
    assert bca_p(turned) == pytest.approx(least_p(far))
    nothing = Estimate(np.nan, np.full(9, np.nan), np.full(9, np.nan))
    assert np.isnan([bca_p(nothing), least_p(nothing)]).all()


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0, 1 / 3])
def test_what_resamples_do_not_move_has_no_interval(value):
    alike = Estimate(value, np.full(50, value), np.full(20, value))
    assert np.isnan(measure_interval(alike, 0.95)).all()
    moved = mean_of(np.random.default_rng(1).random(40))
    assert measure_interval(moved, 0.95) == bca_interval(moved, 0.95)


def test_p_is_not_smaller_than_the_resamples_can_tell():
    assert bca_p(Estimate(1.0, np.linspace(0.9, 1.1, 99), np.ones(9))) == pytest.approx(0.02)
    assert 0.02 <= bca_p(mean_of(np.linspace(5, 6, 40), draws=99)) < 0.05


@pytest.mark.parametrize(
    ("undefined", "withheld"), [(0, False), (10, False), (11, True), (100, True)]
)
def test_an_interval_is_withheld_where_many_draws_are_undefined(undefined, withheld):
    draws = np.linspace(0, 1, 100)
    draws[:undefined] = np.nan
    found = Estimate(0.6, draws, np.array([0.5, 0.6]))
    assert np.isnan(bca_interval(found, 0.95)).all() == withheld
    assert np.isnan(bca_p(found)) == withheld


def test_an_interval_is_withheld_where_the_value_lies_outside_all_draws():
    found = Estimate(2.0, np.linspace(0, 1, 100), np.array([0.5, 0.6]))
    assert np.isnan(bca_interval(found, 0.95)).all()


def test_a_measure_that_no_patient_moves_has_an_interval_of_no_width():
    assert bca_interval(Estimate(1.0, np.ones(50), np.ones(20)), 0.95) == (1.0, 1.0)


def test_nineteen_in_twenty_intervals_hold_the_truth():
    """The mean of 60 exponential values, 300 times over."""
    rng = np.random.default_rng(11)
    held = 0
    for seed in range(300):
        low, high = bca_interval(mean_of(rng.exponential(1, 60), 400, seed), 0.95)
        held += low <= 1 <= high
    assert 0.90 <= held / 300 <= 0.98


def test_resamples_that_ties_move_give_percentiles_and_a_measure_around_its_value():
    drawn = np.random.default_rng(1).normal(0.7, 0.05, 4000)
    share = Estimate(0.6, drawn, drawn[:50] ** 9, is_moved=True)
    assert bca_interval(share, 0.95) == tuple(np.quantile(drawn, [0.025, 0.975]))
    assert measure_interval(share, 0.95) == pytest.approx((0.5, 0.7), abs=0.005)
    gap = share - replace(share, whole=0.55, drawn=drawn - 0.08)
    assert gap.is_moved
    sure = measure_interval(replace(share, whole=0.98), 0.95)
    assert sure == pytest.approx((0.88, 1.0), abs=0.005)


def test_p_of_resamples_that_ties_move_is_that_of_percentiles():
    drawn = np.random.default_rng(2).normal(1.5, 1.0, 999)
    gap = Estimate(1.8, drawn, drawn[:50], is_moved=True)
    assert bca_p(gap) == pytest.approx(2 * np.mean(drawn < 0))
