"""The smooth calibration error is that of its definition, by another way, and of known cases."""

import numpy as np
import pytest
from scipy.optimize import brentq

from gcin.evaluation.smooth_calibration import smooth_error


def defined(value, response, weight):
    """Integrals of reflected kernels on a fine grid; the width by a root finder."""
    points = (np.arange(4000) + 0.5) / 4000
    mirrored = np.concatenate([[value + 2 * k, 2 * k - value] for k in range(-3, 4)])
    excess = weight * (response - value) / weight.sum()

    def error(width):
        kernel = np.exp(-0.5 * ((points[:, None, None] - mirrored) / width) ** 2).sum(axis=1)
        return np.abs(kernel @ excess).mean() / (width * np.sqrt(2 * np.pi))

    return brentq(lambda width: error(width) - width, 1e-3, 1.0, xtol=1e-7)


@pytest.mark.parametrize("sharper", [0.4, 1.0, 3.0])
def test_it_is_that_of_its_definition_in_every_resample(sharper):
    rng = np.random.default_rng(1)
    odds = rng.normal(size=60)
    response = (rng.random(60) < 1 / (1 + np.exp(-odds))).astype(float)
    value = 1 / (1 + np.exp(-sharper * odds))
    drawn = rng.integers(0, 4, (4, 60)).astype(float)
    found = smooth_error(drawn, value, response)
    expected = [defined(value, response, weight) for weight in drawn]
    assert found == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("value", [0.0, 0.003, 0.3, 0.5, 1.0])
def test_of_one_prediction_for_all_it_is_the_distance_from_the_share(value):
    response = np.array([1.0, 0, 0, 1, 1, 1, 0, 1])
    found = smooth_error(np.ones((1, 8)), np.full(8, value), response)[0]
    assert found == pytest.approx(abs(5 / 8 - value), abs=1e-4)


def test_errors_of_neighbours_cancel_and_those_far_apart_do_not():
    near, far = np.array([0.49, 0.51]), np.array([0.1, 0.9])
    response = np.array([0.0, 1.0])
    close, apart = (smooth_error(np.ones((1, 2)), value, 1 - response)[0] for value in (near, far))
    assert close < 0.1
    assert apart > 0.4


def test_right_predictions_have_a_small_error_and_wrong_ones_their_own():
    rng = np.random.default_rng(2)
    value = rng.random(50_000)
    response = (rng.random(50_000) < value).astype(float)
    assert smooth_error(np.ones((1, 50_000)), value, response)[0] < 0.01
    shifted = np.clip(value - 0.1, 0, 1)
    found = smooth_error(np.ones((1, 50_000)), shifted, response)[0]
    assert found == pytest.approx(np.mean(value - shifted), abs=0.01)


def test_a_resample_of_nobody_has_none():
    found = smooth_error(np.array([[1.0, 1], [0, 0], [np.nan, np.nan]]), np.array([0.2, 0.7]),
                         np.array([0.0, 1]))  # fmt: skip
    assert np.isfinite(found).tolist() == [True, False, False]
