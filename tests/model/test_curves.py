"""Survival curves: right by lifelines and by their limits, and blind to locked outcomes."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter, NelsonAalenFitter
from memory_hospital import make_hospital, scrambled, split_of

from gcin.model.baselines import COLUMNS, baseline_curves, fit_baseline
from gcin.model.cox import EVENT, TIME, Followed, fit_cox
from gcin.model.coxnet import fit_coxnet
from gcin.model.curves import clock_of, clocks_of, cumulative_hazard, curve_table, survival_of
from gcin.model.endpoints import Endpoint
from gcin.model.outcomes import interval_cuts, training_table
from gcin.model.study import prepare_fold

COXNET = {"l1_ratios": [0.5, 1.0], "penalties": 12, "lightest": 0.02}


def followed(count=120, seed=1):
    random = np.random.default_rng(seed)
    columns = random.normal(size=(count, 2))
    time, end = random.exponential(20 * np.exp(-columns[:, 0])), random.uniform(5, 60, count)
    return columns, np.minimum(time, end), (time <= end).astype(float)


def clock(seed=1, intervals=5):
    _, time, event = followed(seed=seed)
    cuts = interval_cuts(time, event, intervals)
    return clock_of(pd.DataFrame({"os_time": time, "os_event": event}), "os", cuts), cuts


def test_cumulative_hazard_is_that_of_nelson_and_aalen():
    _, time, event = followed()
    steps, hazard = cumulative_hazard(time, event, np.zeros(len(time)))
    fit = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(time, event)
    assert hazard == pytest.approx(fit.cumulative_hazard_.iloc[:, 0].loc[steps].to_numpy())


def test_cox_curves_are_those_of_lifelines():
    columns, time, event = followed()
    arm = np.arange(len(time)) % 2
    patients = Followed(columns, arm, time, event)
    fit = fit_cox(patients, patients, 2, {"penalties": [0.1]})
    frame = patients.frame(2)
    expected = CoxPHFitter(penalizer=0.1).fit(frame, TIME, EVENT).predict_survival_function(frame)
    found = fit.survival(columns, expected.index.to_numpy())[np.arange(len(time)), arm]
    np.testing.assert_allclose(found, expected.to_numpy().T, atol=1e-6)


def test_without_events_outside_the_heaviest_penalty_is_taken():
    columns, time, event = followed()
    arm = np.arange(len(time)) % 2
    train, held = (Followed(columns, arm, time, events) for events in (event, np.zeros(len(time))))
    heaviest = fit_cox(train, train, 2, {"penalties": [3]})
    found = fit_cox(train, held, 2, {"penalties": [0.01, 3, 0.1]})
    np.testing.assert_array_equal(found.weights, heaviest.weights)


@pytest.mark.parametrize("fit", [fit_cox, fit_coxnet])
def test_a_column_or_an_arm_that_no_one_followed_has_is_left_out(fit):
    """A rare burden of one patient whose survival is unknown, and an arm of such patients."""
    columns, time, event = followed()
    burden, arm = np.zeros((len(time), 1)), np.arange(len(time)) % 2
    burden[0], arm[0], time[0] = 5.0, 2, np.nan
    asked = {"penalties": [0.1]} if fit is fit_cox else COXNET
    wide = Followed(np.hstack([columns, burden]), arm, time, event)
    narrow = Followed(columns[1:], arm[1:], time[1:], event[1:])
    found, expected = fit(wide, wide, 3, asked), fit(narrow, narrow, 2, asked)
    np.testing.assert_allclose(found.weights, [*expected.weights, 0], atol=1e-6)
    np.testing.assert_allclose(found.arm, [*expected.arm, 0], atol=1e-6)


def test_hazards_of_the_training_patients_give_their_own_curve():
    own, cuts = clock()
    reached = own.hazard_by(np.array([0.0, *cuts]))
    hazards = np.append(1 - np.exp(-np.diff(reached)), 1.0)
    np.testing.assert_allclose(survival_of(hazards, cuts, own), np.exp(-own.hazard))


def test_a_curve_meets_the_model_at_the_limits_of_intervals():
    own, cuts = clock()
    hazards = np.array([0.1, 0.5, 0.2, 0.3, 0.9])
    found = survival_of(hazards, cuts, own)[np.searchsorted(own.months, cuts)]
    np.testing.assert_allclose(found, np.cumprod(1 - hazards[:-1]))


def test_a_curve_of_few_events_or_of_whole_months_meets_the_model_too():
    _, time, event = followed(40)
    for months, seen in ((time.round(), event), (time, event * (np.arange(40) < 8))):
        cuts = interval_cuts(months, seen, 10)
        own = clock_of(pd.DataFrame({"os_time": months, "os_event": seen}), "os", cuts)
        hazards = np.random.default_rng(1).random(len(cuts) + 1)
        found = survival_of(hazards, cuts, own)[np.searchsorted(own.months, cuts)]
        np.testing.assert_allclose(found, np.cumprod(1 - hazards[:-1]))


@pytest.mark.parametrize("seed", range(5))
def test_every_curve_falls_from_one(seed):
    own, cuts = clock(seed)
    hazards = np.random.default_rng(seed).random((7, 2, 5)) ** 3
    hazards[0, 0] = 1.0
    found = survival_of(hazards, cuts, own)
    assert found.shape == (7, 2, len(own.months))
    np.testing.assert_array_equal(found[..., 0], 1)
    assert (np.diff(found, axis=-1) <= 1e-12).all()
    assert (found >= 0).all()


def test_without_events_the_curve_stays_at_one():
    train = pd.DataFrame({"os_time": [3.0, 5.0], "os_event": [0.0, 0.0]})
    own = clock_of(train, "os", [])
    np.testing.assert_array_equal(survival_of(np.full((3, 1, 1), 0.7), [], own), 1)


def test_a_study_of_response_alone_has_an_empty_table():
    asked = pd.DataFrame({"response": [1.0], "arm": "a", "part": "train"})
    assert not clocks_of(asked, {"response": Endpoint("binary")})
    table = curve_table(pd.Index(["P1"]), {}, {}, ["a"])
    assert list(table) == ["patient", "endpoint", "arm", "time", "survival"]
    assert table.empty


@pytest.fixture(scope="module")
def strong():
    hospital = make_hospital(count=500, genes=8, signal=2.0, seed=3)
    split = split_of(hospital.patients)
    split.loc[::2, "part"] = "test"
    return hospital, split


def curves_of(hospital, split, kind, settings, patients=None):
    table = training_table(hospital.patients if patients is None else patients, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 1)
    fits = fit_baseline(kind, everyone, preparation, settings, 1)
    return baseline_curves(kind, fits, everyone, preparation)


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_baselines_know_how_many_are_alive_after_a_year(strong, settings, kind):
    hospital, split = strong
    curves = curves_of(hospital, split, kind, settings)
    tested = hospital.patients[split["part"].eq("test").to_numpy()]
    assert set(curves["patient"]) == set(tested["patient"])
    received = curves.merge(tested[["patient", "arm"]])
    at = received["time"].unique()[np.abs(received["time"].unique() - 12).argmin()]
    said = received.loc[received["time"] == at, "survival"].mean()
    fit = KaplanMeierFitter().fit(tested["os_time"], tested["os_event"])
    assert said == pytest.approx(fit.predict(at), abs=0.08)


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_locked_outcomes_change_no_curve(strong, settings, kind):
    hospital, split = strong
    other = scrambled(hospital.patients, split)
    found = [curves_of(hospital, split, kind, settings, each) for each in (None, other)]
    pd.testing.assert_frame_equal(*found, check_exact=True)


def test_curves_of_all_seeds_have_the_same_months(strong, settings):
    hospital, split = strong
    other = split.replace({"part": {"validation": "train"}})
    other.loc[other.index[other["part"] == "train"][:40], "part"] = "validation"
    one, two = (curves_of(hospital, parts, "ridge", settings) for parts in (split, other))
    keys = ["patient", "endpoint", "arm", "time"]
    pd.testing.assert_frame_equal(one[keys], two[keys])
    assert not one["survival"].equals(two["survival"])
