"""Errors of survival curves as scikit-survival has them, and D-calibration by its definition."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_evaluation_horizons import followed

from gcin.evaluation.comparison import metric_table
from gcin.evaluation.intervals import Estimate
from gcin.evaluation.survival_curves import (
    curve_metrics,
    curves_by_run,
    d_calibration_table,
    integrated_errors,
    score_curves,
    survival_tenths,
)

MONTHS = np.linspace(0, 300, 601)


def scored(seed=1, patients=80, error=0.0, spread=1.0):
    """Patients whose true curves are known; `error` and `spread` make the predicted ones wrong."""
    risk, time, event = followed(seed, patients)
    said = np.exp(-np.exp(spread * risk[:, None] + error) * MONTHS / 20)
    rows = pd.DataFrame({"patient": [f"P{i}" for i in range(patients)], "time": time})
    rows = rows.assign(
        event=event, column=range(patients), design="net", endpoint="os", family=None
    )
    curves = pd.DataFrame(said, index=rows["patient"], columns=MONTHS)
    return rows.join(score_curves(rows, curves, time, event))


def measured(rows):
    return {name: v[0] for name, v in curve_metrics(rows, np.ones((1, len(rows)))).items()}


def test_integrated_brier_agrees_with_scikit_survival():
    """Figure of `integrated_brier_score` of scikit-survival 0.28.0 on the same patients."""
    (risk, *own), past = followed(1), followed(2)[1:]
    moments = np.linspace(1, 25, 9)
    survival = np.exp(-np.outer(np.exp(risk), moments) / 20)
    errors = integrated_errors(survival, moments, *own, *past)
    assert errors.mean() == pytest.approx(0.17615647769437426, abs=1e-12)


def test_without_censoring_the_error_is_the_plain_squared_one():
    moments, time, seen = np.linspace(0, 10, 101), np.array([2.5, 20.0]), np.ones(2)
    errors = integrated_errors(np.full((2, 101), 0.7), moments, time, seen, time, seen)
    assert errors == pytest.approx([0.25 * 0.09 + 0.75 * 0.49, 0.09], abs=0.01)


def test_patients_watched_to_the_end_of_a_trial_count_to_its_end():
    """All leave at month 24: the error is that of patients watched for ever, up to that month."""
    death = np.random.default_rng(0).exponential(30, 600)
    time, event = np.minimum(death, 24), (death <= 24).astype(float)
    names, months = [f"P{number}" for number in range(600)], np.linspace(0, 24, 65)
    curve = np.exp(-months / 15)
    curves = pd.DataFrame(np.tile(curve, (600, 1)), index=names, columns=months)
    rows = pd.DataFrame({"patient": names, "time": time, "event": event})
    alive = death[:, None] > months
    error = np.trapezoid(np.where(alive, 1 - curve, curve) ** 2, months, axis=1).mean() / 24
    found = score_curves(rows, curves, time, event)["curve_error"]
    assert found.mean() == pytest.approx(error, rel=1e-3)
    longer = rows.assign(time=time + 0.5 * (event == 0))
    assert score_curves(longer, curves, time, event)["curve_error"].notna().all()


def test_true_curves_have_the_least_error():
    right = measured(scored(patients=2000))["integrated_brier"]
    for wrong in ({"error": 0.7}, {"error": -0.7}, {"spread": 0.0}, {"spread": 2.0}):
        assert measured(scored(patients=2000, **wrong))["integrated_brier"] > right + 0.003


def test_a_curve_is_read_at_the_end_of_the_patients_own_follow_up():
    rows = scored()
    risk, time, _ = followed(1)
    expected = np.exp(-np.exp(risk) * time / 20)
    assert rows["own_survival"].to_numpy() == pytest.approx(expected, abs=5e-3)


def naive_tenths(own, event):
    """Haider et al. 2020, equations 11 to 14, patient by patient."""
    table = np.zeros((len(own), 10))
    for row, (chance, seen) in enumerate(zip(own, event, strict=True)):
        home = min(int(chance * 10), 9)
        if seen:
            table[row, home] = 1
            continue
        table[row, home] = (chance - home / 10) / chance
        table[row, :home] = 0.1 / chance
    return table


def test_tenths_agree_with_their_definition():
    rng = np.random.default_rng(2)
    own, event = rng.random(200), (rng.random(200) < 0.5).astype(float)
    own[:2], event[:2] = 1.0, [0.0, 1.0]
    found = survival_tenths(own, event)
    assert found == pytest.approx(naive_tenths(own, event))
    assert found.sum(axis=1) == pytest.approx(1)


def test_a_chance_of_zero_lies_in_the_lowest_tenth():
    found = survival_tenths(np.zeros(2), np.array([0.0, 1.0]))
    assert found[:, 0] == pytest.approx(1)


def test_nothing_is_held_against_curves_beyond_their_last_month():
    """As at a site that is followed for longer than all whom the models learnt from."""
    risk, time, event = followed(3, 1000)
    rows = pd.DataFrame({"patient": [f"P{i}" for i in range(1000)], "time": time, "event": event})
    known = MONTHS[MONTHS <= 10]
    said = np.exp(-np.outer(np.exp(risk), MONTHS) / 20)
    curves = pd.DataFrame(said, index=rows["patient"], columns=MONTHS)
    rows = rows.assign(design="net", endpoint="os", family=None, column=range(1000))
    short = rows.join(score_curves(rows, curves[known], time, event))
    assert ((event > 0) & (time > 10)).mean() > 0.1
    assert d_calibration_table(short)["p"].iloc[0] > 0.05
    moments = np.linspace(0, 10, 101)
    errors = integrated_errors(
        np.exp(-np.outer(np.exp(risk), moments) / 20), moments, time, event, time, event
    )
    assert short["curve_error"].mean() == pytest.approx(errors.mean(), rel=1e-3)


def test_true_curves_are_called_wrong_as_often_as_the_test_says():
    p = np.array([d_calibration_table(scored(seed, 150))["p"].iloc[0] for seed in range(150)])
    assert (p < 0.05).mean() <= 0.1


def alarms(alike, censored, count=60, bend=1.0):
    """How often the test alarms at 5 %, of families of three who live as long or die as soon."""
    p = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        family = np.repeat(np.arange(count), 3)
        late = np.sqrt(alike) * rng.normal(size=count)[family]
        at_event = stats.norm.cdf(late + np.sqrt(1 - alike) * rng.normal(size=3 * count)) ** bend
        at_end = rng.random(3 * count) if censored else np.zeros(3 * count)
        rows = pd.DataFrame({"own_survival": np.maximum(at_event, at_end), "design": "net"})
        rows["curve_event"] = (at_event >= at_end).astype(float)
        rows = rows.assign(endpoint="os", patient=range(3 * count), family=family.astype(str))
        p.append(d_calibration_table(rows if alike else rows.assign(family=None))["p"].iloc[0])
    return np.mean(np.array(p) < 0.05)


@pytest.mark.parametrize(("alike", "censored"), [(0.95, False), (0.95, True), (0.0, True)])
def test_relatives_and_censoring_leave_the_alarms_that_the_test_says(alike, censored):
    assert 0.02 <= alarms(alike, censored) <= 0.085


def test_censoring_hides_no_wrong_curves():
    """The plain test of counts finds them in less than half of the cohorts."""
    assert alarms(0.0, censored=True, bend=1.4) > 0.5


def test_nobody_followed_says_nothing():
    rows = scored(patients=30).assign(own_survival=1.0, curve_event=0.0)
    assert d_calibration_table(rows)["p"].iloc[0] == 1


@pytest.mark.parametrize("seed", range(5))
def test_curves_are_not_wrong_because_a_rare_event_did_not_come(seed):
    """Six in ten such cohorts have none: half an event is expected of 50 patients."""
    followed = 1 - 0.02 * np.random.default_rng(seed).random(50)
    rows = scored(patients=50).assign(own_survival=followed, curve_event=0.0)
    assert d_calibration_table(rows)["p"].iloc[0] > 0.9


@pytest.mark.parametrize("wrong", [{"error": 0.7}, {"error": -0.7}, {"spread": 3.0}])
def test_wrong_curves_are_found_out(wrong):
    rows = scored(patients=400, **wrong)
    table = d_calibration_table(rows)
    assert table["p"].iloc[0] < 1e-3
    right = measured(scored(patients=400))["d_calibration"]
    assert measured(rows)["d_calibration"] > 2 * right


def test_a_distance_that_every_resample_adds_to_has_no_interval():
    rows = scored(patients=200)
    several = {("a", "os", "d_calibration"): Estimate(0.1, np.full(50, 0.2), np.full(20, 0.1))}
    (row,) = metric_table(several, {"os": len(rows)}, 0.95).to_dict("records")
    assert row["value"] == 0.1
    assert np.isnan([row["low"], row["high"]]).all()
    drawn = rows.sample(len(rows), replace=True, random_state=1).assign(column=range(len(rows)))
    assert measured(drawn)["d_calibration"] > measured(rows)["d_calibration"]


def test_the_statistic_is_the_chi_squared_of_the_tenths():
    rows = scored(patients=300).assign(curve_event=1.0)
    table = d_calibration_table(rows)
    counts = np.bincount(np.minimum((rows["own_survival"] * 10).astype(int), 9), minlength=10)
    expected = stats.chisquare(counts)
    assert table["statistic"].iloc[0] == pytest.approx(expected.statistic)
    assert table["p"].iloc[0] == pytest.approx(expected.pvalue)
    assert table["n"].iloc[0] == 300


def test_a_resample_counts_patients_as_often_as_it_holds_them():
    rows = scored()
    drawn = np.random.default_rng(4).integers(0, 4, len(rows))
    repeated = rows.loc[rows.index.repeat(drawn)].assign(column=range(drawn.sum()))
    found = curve_metrics(rows, drawn[None].astype(float))
    expected = measured(repeated)
    assert {name: v[0] for name, v in found.items()} == pytest.approx(expected)


def test_seeds_are_averaged_in_the_arm_received():
    seeds = [
        pd.DataFrame(
            {
                "patient": ["P1", "P1", "P1", "P1"],
                "endpoint": "os",
                "arm": ["a", "a", "b", "b"],
                "time": [0.0, 12.0, 0.0, 12.0],
                "survival": [1.0, alive, 1.0, 0.0],
            }
        )
        for alive in (0.4, 0.6)
    ]
    found = curves_by_run(seeds, {"P1": "a"})["os"]
    assert found.loc["P1"].to_dict() == pytest.approx({0.0: 1.0, 12.0: 0.5})
