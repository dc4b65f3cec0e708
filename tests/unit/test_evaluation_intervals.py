"""Resamples and intervals: families whole, coverage as promised."""

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.intervals import percentile_interval, resample


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


@pytest.mark.parametrize(
    ("undefined", "withheld"), [(0, False), (10, False), (11, True), (100, True)]
)
def test_an_interval_is_withheld_where_many_draws_are_undefined(undefined, withheld):
    draws = np.linspace(0, 1, 100)
    draws[:undefined] = np.nan
    assert np.isnan(percentile_interval(draws, 0.95)).all() == withheld


def test_nineteen_in_twenty_intervals_hold_the_truth():
    """The mean of 60 exponential values, 300 times over."""
    rng = np.random.default_rng(11)
    held = 0
    for seed in range(300):
        sample = rng.exponential(1, 60)
        weights = resample(families(*[None] * 60), 400, seed)[1:]
        low, high = percentile_interval(weights @ sample / weights.sum(axis=1), 0.95)
        held += low <= 1 <= high
    assert 0.89 <= held / 300 <= 0.98
