"""The elastic Cox model agrees with lifelines and with its own conditions, and is chosen inside."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter

from gcin.model.cox import Followed
from gcin.model.coxnet import PartialLikelihood, fit_coxnet, fit_path

SETTINGS = {"l1_ratios": [0.5, 1.0], "penalties": 12, "lightest": 0.02}


def cohort(patients=300, columns=6, seed=0, decimals=6):
    """Events hasten with the first column, are put off by the second, and mind no other."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(patients, columns))
    values = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    months = random.exponential(20 * np.exp(-0.8 * values[:, 0] + 0.5 * values[:, 1]))
    end = random.uniform(5, 60, patients)
    event = (months <= end).astype(float)
    arm = np.zeros(patients, int)
    return Followed(values, arm, np.minimum(months, end).round(decimals), event)


def likelihood_of(patients):
    return PartialLikelihood.of(patients.columns, patients.months, patients.event)


@given(seed=st.integers(0, 1000), decimals=st.sampled_from([6, 0]))
@settings(max_examples=20)
def test_the_slope_is_that_of_the_loss(seed, decimals):
    likelihood = likelihood_of(cohort(40, 3, seed, decimals))
    weights, step = np.random.default_rng(seed).normal(0, 0.5, 3), 1e-5
    numeric = [
        (likelihood.loss(weights + unit) - likelihood.loss(weights - unit)) / (2 * step)
        for unit in step * np.eye(3)
    ]
    np.testing.assert_allclose(likelihood.slope(weights), numeric, atol=1e-6)


@pytest.mark.parametrize(("penalty", "ratio"), [(0.0, 0.0), (0.1, 0.0), (0.05, 0.5), (0.05, 1.0)])
def test_weights_agree_with_lifelines(penalty, ratio):
    patients = cohort()
    frame = pd.DataFrame(patients.columns).assign(time=patients.months, event=patients.event)
    frame.columns = frame.columns.astype(str)
    known = CoxPHFitter(penalizer=penalty, l1_ratio=ratio).fit(frame, "time", "event")
    [weights] = fit_path(likelihood_of(patients), 6, ratio, np.array([penalty]))
    # lifelines rounds the corner of the absolute value off.
    np.testing.assert_allclose(weights, known.params_, atol=2e-3 if ratio else 2e-4)


def test_nothing_can_be_gained_where_a_weight_is_nought():
    """The subgradient of an elastic net holds zero (Karush, Kuhn, Tucker)."""
    likelihood, penalty, ratio = likelihood_of(cohort(200, 20)), 0.08, 0.7
    [weights] = fit_path(likelihood, 20, ratio, np.array([penalty]))
    slope = likelihood.slope(weights) + penalty * (1 - ratio) * weights
    assert 0 < (weights == 0).sum() < 20
    assert (np.abs(slope[weights == 0]) <= penalty * ratio + 1e-3).all()
    pulled = -penalty * ratio * np.sign(weights)
    np.testing.assert_allclose(slope[weights != 0], pulled[weights != 0], atol=1e-3)


def test_the_inner_split_chooses_and_noise_is_left_out():
    train, held = cohort(400, 30, 1), cohort(200, 30, 2)
    fit = fit_coxnet(train, held, 1, SETTINGS)
    assert fit.weights[0] > 0.4
    assert fit.weights[1] < -0.2
    assert (fit.weights[2:] == 0).mean() > 0.3
    survival = fit.survival(held.columns, np.array([0.0, 12.0, 24.0]))
    assert (np.diff(survival, axis=-1) <= 0).all()


def test_an_arm_of_many_is_hardly_shrunk():
    patients = cohort(600)
    arm = np.arange(600) % 2
    slower = Followed(patients.columns, arm, patients.months * np.exp(1.2 * arm), np.ones(600))
    fit = fit_coxnet(slower, slower, 2, SETTINGS | {"lightest": 0.9, "penalties": 2})
    assert fit.arm[0] == 0
    assert fit.arm[1] < -0.5


def test_an_arm_of_a_few_without_an_event_is_not_safe():
    train, held = cohort(200), cohort(100, seed=3)
    few = np.arange(200) >= 197
    with_few = Followed(train.columns, few.astype(int), train.months, train.event * ~few)
    fit = fit_coxnet(with_few, held, 2, SETTINGS)
    assert -2 < fit.arm[1] < 0
    beside = fit.survival(train.columns[few], np.array([24.0]))[..., 0]
    assert (beside[:, 1] < 1 - 0.1 * (1 - beside[:, 0])).all()


def test_without_events_outside_the_first_fit_is_kept():
    train, held = cohort(100), cohort(20, seed=3)
    blind = Followed(held.columns, held.arm, held.months, np.zeros(20))
    assert np.isfinite(fit_coxnet(train, blind, 1, SETTINGS).weights).all()
