"""A survival forest keeps patients whole, and its leaves are life tables of either arm."""

from dataclasses import replace

import numpy as np
import pytest
from lifelines.utils import concordance_index

from gcin.model.calibration import UNCHANGED
from gcin.model.outcomes import risk_of
from gcin.model.questions import questions_of
from gcin.model.survival_forest import fit_survival_forest

INTERVALS, PATIENTS = 6, 400
SETTINGS = {"trees": 60, "min_patients": [10]}


def cohort(seed=0, effect=1.5):
    """Questions of patients whose event hastens with the first column in arm 1, else is put off."""
    random = np.random.default_rng(seed)
    columns = random.normal(size=(PATIENTS, 3))
    arm = random.integers(0, 2, PATIENTS)
    hazard = 0.15 * np.exp(effect * columns[:, 0] * np.where(arm == 1, 1, -1))
    event_in = random.geometric(np.clip(hazard, 0.001, 0.9)) - 1
    left_in = random.integers(1, INTERVALS + 1, PATIENTS)
    interval = np.arange(INTERVALS)
    asked = (interval <= event_in[:, None]) & (interval < left_in[:, None])
    targets = np.stack([interval == event_in[:, None], asked], axis=2).astype(float)
    return columns, arm, event_in, questions_of(columns, arm, targets, np.arange(PATIENTS), False)


def fitted(questions, **own):
    return fit_survival_forest(questions, questions, 2, INTERVALS, SETTINGS | own, seed=1)


def test_a_tree_of_one_leaf_says_the_life_table():
    *_, questions = cohort()
    fit = fitted(questions, trees=300, min_patients=[PATIENTS // 2])
    table = [questions.answer[questions.interval == number].mean() for number in range(INTERVALS)]
    np.testing.assert_allclose(fit.told(questions.columns[:1])[0, 0], table, atol=0.03)


def test_it_orders_patients_it_had_not_seen_in_either_arm():
    *_, questions = cohort()
    columns, arm, event_in, _ = cohort(seed=9)
    risk = risk_of(fitted(questions).told(columns))
    assert risk.shape == (PATIENTS, 2)
    received, other = (risk[np.arange(PATIENTS), number] for number in (arm, 1 - arm))
    assert concordance_index(event_in, -received) > 0.65
    assert concordance_index(event_in, -other) < 0.35


def test_the_order_of_the_questions_changes_nothing():
    columns, *_, questions = cohort()
    shuffled = questions.some(np.random.default_rng(2).permutation(len(questions.answer)))
    np.testing.assert_allclose(fitted(shuffled).told(columns), fitted(questions).told(columns))


def test_an_interval_that_no_one_left_has_no_hazard():
    columns, *_, questions = cohort()
    fit = fitted(questions.some(questions.interval < 3))
    raw = replace(fit, calibration=UNCHANGED).told(columns)[:, 0]
    assert raw[:, :3].max() > 0.01
    assert raw[:, 3:].max() < 1e-5


@pytest.mark.parametrize("only", [0, 2])
def test_patients_who_all_leave_in_one_interval_are_learnt_from(only):
    """An event that is noted at one visit: who has it by then is all that there is to tell."""
    columns, arm, *_ = cohort()
    columns[::9, 1] = np.nan
    interval = np.arange(INTERVALS)
    event = np.random.default_rng(5).random(PATIENTS) < 1 / (1 + np.exp(-2 * columns[:, 0]))
    asked = np.tile(interval <= only, (PATIENTS, 1))
    targets = np.stack([(interval == only) & event[:, None], asked], axis=2).astype(float)
    questions = questions_of(columns, arm, targets, np.arange(PATIENTS), False)
    fit = fitted(questions)
    raw = replace(fit, calibration=UNCHANGED).told(columns)
    assert raw[:, :, np.arange(INTERVALS) != only].max() < 1e-5
    told = fit.told(columns)[:, 0, only]
    assert told.mean() == pytest.approx(event.mean(), abs=0.05)
    assert told[event].mean() > told[~event].mean() + 0.2
    np.testing.assert_allclose(
        fit.asked(questions),
        fit.told(columns)[questions.patient, questions.arm, questions.interval],
    )


def test_what_is_asked_is_what_is_told():
    *_, questions = cohort()
    fit = fitted(questions)
    told = fit.told(questions.columns)[questions.patient, questions.arm, questions.interval]
    np.testing.assert_allclose(fit.asked(questions), told)


@pytest.mark.parametrize("missing", [0.1, 0.5])
def test_missing_values_are_read(missing):
    columns, *_, questions = cohort()
    holes = np.random.default_rng(3).random(columns.shape) < missing
    columns[holes] = np.nan
    told = fitted(questions).told(columns)
    assert np.isfinite(told).all()
    assert ((told >= 0) & (told <= 1)).all()
