"""Calibration moves probabilities towards what happened, and keeps ranks."""

import numpy as np
import pandas as pd
import pytest

from gcin.model.calibration import Calibration, fit_calibration
from gcin.model.predictions import calibrate

RANDOM = np.random.default_rng(0)


def test_overconfident_probabilities_are_pulled_in():
    odds = RANDOM.normal(size=5000)
    response = (RANDOM.random(5000) < 1 / (1 + np.exp(-odds))).astype(float)
    fitted = fit_calibration(1 / (1 + np.exp(-(3 * odds + 1))), response)
    assert fitted.slope == pytest.approx(1 / 3, abs=0.03)
    assert fitted.intercept == pytest.approx(-1 / 3, abs=0.07)


def test_without_patients_nothing_is_changed():
    fitted = fit_calibration(np.array([0.2, 0.7]), np.array([np.nan, np.nan]))
    assert fitted == Calibration(1.0, 0.0)


def test_ranks_stay_even_where_the_model_was_upside_down():
    probability = RANDOM.uniform(0.05, 0.95, 300)
    fitted = fit_calibration(probability, (probability < 0.5).astype(float))
    calibrated = fitted.apply(probability)
    assert fitted.slope > 0
    assert (np.argsort(calibrated) == np.argsort(probability)).all()


def test_certain_and_wrong_stays_finite():
    fitted = fit_calibration(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert np.isfinite([fitted.slope, fitted.intercept]).all()
    assert (
        (fitted.apply(np.array([0.0, 1.0])) > 0) & (fitted.apply(np.array([0.0, 1.0])) < 1)
    ).all()


def test_one_probability_for_everybody_stays_that_of_training():
    table = pd.DataFrame({"arm": ["a"] * 20, "response": [0.0] * 15 + [1.0] * 5})
    same = calibrate({"response": np.full((20, 1), 0.6)}, table, ["a"])
    assert same == {"response": Calibration(1.0, 0.0)}
    varied = calibrate({"response": np.linspace(0.3, 0.9, 20)[:, None]}, table, ["a"])
    assert varied != same


def test_every_yes_or_no_has_a_calibration_of_its_own_and_nothing_else_has_one():
    value = RANDOM.uniform(0.05, 0.95, (200, 1))
    yes = (RANDOM.random(200) < value[:, 0]).astype(float)
    table = pd.DataFrame({"arm": "a", "response": yes, "neutropenia": 1 - yes, "dose_amount": 3.0})
    said = {"response": value, "neutropenia": value, "dose": 30 * value}
    calibrations = calibrate(said, table, ["a"])
    assert list(calibrations) == ["response", "neutropenia"]
    assert calibrations["response"].slope > 0.5 > calibrations["neutropenia"].slope
