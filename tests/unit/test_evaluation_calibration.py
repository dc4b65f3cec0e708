"""Calibration in every resample, against scikit-learn, and where it does not exist."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from gcin.evaluation.calibration import calibration_metrics


def cohort(seed, sharper=1.0, patients=400):
    """Probabilities that are `sharper` times too far from one half on the scale of log odds."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=patients)
    response = (rng.random(patients) < expit(odds)).astype(float)
    return expit(sharper * odds), response, rng.integers(0, 4, (3, patients)).astype(float)


@pytest.mark.parametrize("sharper", [0.4, 1.0, 3.0])
def test_slope_and_loss_agree_with_scikit_learn_in_every_resample(sharper):
    value, response, weights = cohort(1, sharper)
    found = calibration_metrics(weights, value, response)
    for draw, weight in enumerate(weights):
        line = LogisticRegression(C=1e12, tol=1e-10, solver="newton-cholesky")
        line.fit(logit(value)[:, None], response, sample_weight=weight)
        assert found["calibration_slope"][draw] == pytest.approx(line.coef_[0, 0], rel=1e-4)
        expected = log_loss(response, value, sample_weight=weight)
        assert found["log_loss"][draw] == pytest.approx(expected)
        expected = weight @ response / (weight @ value)
        assert found["observed_expected"][draw] == pytest.approx(expected)


@pytest.mark.parametrize(("sharper", "shift"), [(0.4, 1.0), (1.0, 0.0), (8.0, -4.0)])
def test_the_intercept_makes_the_mean_prediction_right_in_every_resample(sharper, shift):
    value, response, weights = cohort(3, sharper)
    value = expit(logit(value) + shift)
    found = calibration_metrics(weights, value, response)["calibration_intercept"]
    for intercept, weight in zip(found, weights, strict=True):
        odds = logit(np.clip(value, 1e-6, 1 - 1e-6))
        right = brentq(lambda by: weight @ (expit(odds + by) - response), -30, 30)  # noqa: B023
        assert intercept == pytest.approx(right, abs=1e-6)


def test_expected_error_is_the_mean_distance_over_tenths_of_the_patients():
    value, response, weights = cohort(4, sharper=2.0)
    found = calibration_metrics(weights, value, response)["ece"]
    for error, weight in zip(found, weights, strict=True):
        tenths = np.array_split(np.argsort(value), 10)
        gaps = [abs(weight[rows] @ (response[rows] - value[rows])) for rows in tenths]
        assert error == pytest.approx(sum(gaps) / weight.sum())
    coins = calibration_metrics(np.ones((1, 4)), np.full(4, 0.5), np.array([0.0, 1, 1, 0]))
    assert coins["ece"][0] == 0


def test_the_slope_tells_how_much_too_extreme_predictions_are():
    value, response, _ = cohort(2, sharper=2.0, patients=20_000)
    slope = calibration_metrics(np.ones((1, 20_000)), value, response)["calibration_slope"][0]
    assert slope == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("value", "response"),
    [
        ([0.3, 0.3, 0.3, 0.3], [1, 0, 0, 1]),
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 0, 0]),
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]),
    ],
    ids=["one probability", "one class", "classes parted"],
)
def test_a_slope_that_does_not_exist_is_no_number(value, response):
    found = calibration_metrics(np.ones((1, 4)), np.array(value), np.array(response, float))
    assert np.isnan(found["calibration_slope"]).all()
    assert np.isnan(found["calibration_intercept"]).all() == (len(set(response)) == 1)
    assert np.isfinite([*found["log_loss"], *found["ece"]]).all()
