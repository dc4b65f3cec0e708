"""Restricted means of risk groups are those of lifelines, and their differences hold the truth."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from scipy import stats

from gcin.evaluation.restricted_means import restricted_mean_table, restricted_means

SETTINGS = {
    "risk_groups": 2, "horizons_months": [6, 12, 500], "bootstrap_draws": 400, "seed": 1,
    "confidence": 0.95,
}  # fmt: skip


def survivors(seed, patients=200, slope=1.0, whole_months=False):
    """One design in two folds, whose risk is right; who leaves does so by chance."""
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=patients)
    time, left = rng.exponential(15 * np.exp(-slope * risk)), rng.uniform(5, 40, patients)
    table = pd.DataFrame({"patient": [f"P{n}" for n in range(patients)], "value": risk})
    table["time"], table["event"] = np.minimum(time, left), (time <= left).astype(float)
    table["time"] = np.ceil(table["time"]) if whole_months else table["time"]
    return table.assign(design="d", endpoint="os", repeat=0, fold=np.arange(patients) % 2,
                        family=None)  # fmt: skip


@pytest.mark.parametrize("whole_months", [False, True])
@pytest.mark.parametrize("months", [3, 12, 20])
def test_means_are_those_of_lifelines_in_every_resample(months, whole_months):
    rows = survivors(1, 80, whole_months=whole_months)
    drawn = np.random.default_rng(2).integers(0, 3, (4, 80)).astype(float)
    time, event = rows["time"].to_numpy(), rows["event"].to_numpy()
    found = restricted_means(drawn, time, event, months)
    for mean, weights in zip(found, drawn.astype(int), strict=True):
        copies = [np.repeat(values, weights) for values in (time, event)]
        curve = KaplanMeierFitter().fit(*copies)
        assert mean == pytest.approx(restricted_mean_survival_time(curve, t=months), rel=1e-6)


def test_where_nobody_leaves_early_it_is_the_mean_of_the_shorter_times():
    time = np.array([1.0, 4, 9, 20, 30])
    found = restricted_means(np.ones((1, 5)), time, np.ones(5), 10)
    assert found[0] == pytest.approx(np.minimum(time, 10).mean())


def test_intervals_are_as_wide_as_those_of_greenwood():
    rows = survivors(3, 500)
    table = restricted_mean_table(rows, SETTINGS)
    own = table[table["months"] == 12].set_index("group")
    ranks = rows.groupby("fold")["value"].rank(pct=True)
    spreads = []
    for group in (1, 2):
        members = rows[(ranks > 0.5) == (group == 2)]
        curve = KaplanMeierFitter().fit(members["time"], members["event"])
        mean = restricted_mean_survival_time(curve, t=12)
        spreads.append(greenwood(curve, 12))
        row = own.loc[group]
        assert row["mean"] == pytest.approx(mean)
        width = 2 * stats.norm.ppf(0.975) * np.sqrt(spreads[-1])
        assert row["high"] - row["low"] == pytest.approx(width, rel=0.12)
    last = own.loc[2]
    assert last["difference"] == pytest.approx(last["mean"] - own.loc[1, "mean"])
    width = 2 * stats.norm.ppf(0.975) * np.sqrt(sum(spreads))
    assert last["difference_high"] - last["difference_low"] == pytest.approx(width, rel=0.12)


def greenwood(curve, months):
    """Variance of a restricted mean (Klein and Moeschberger 2003, equation 4.5.2)."""
    table = curve.event_table
    times, survival = table.index.to_numpy(), curve.survival_function_.iloc[:, 0].to_numpy()
    total = 0.0
    for place, (time, row) in enumerate(table.iterrows()):
        if time <= months and row["observed"] > 0:
            inside = times[place:] < months
            steps = np.append(times[place:][inside], months)
            area = np.sum(survival[place:][inside] * np.diff(steps))
            left = row["at_risk"] * (row["at_risk"] - row["observed"])
            total += area**2 * row["observed"] / left
    return total


def test_nineteen_in_twenty_intervals_hold_the_true_difference():
    """Of a design that knows nothing, whose groups do not differ."""
    settings = SETTINGS | {"bootstrap_draws": 200, "horizons_months": [12]}
    held = 0
    for seed in range(200):
        rows = survivors(seed, 100)
        rows["value"] = np.random.default_rng(seed + 9000).normal(size=100)
        last = restricted_mean_table(rows, settings).iloc[1]
        held += last["difference_low"] <= 0 <= last["difference_high"]
    assert 0.9 <= held / 200 <= 0.985


def test_a_month_that_hardly_anybody_is_followed_to_has_no_mean():
    table = restricted_mean_table(survivors(4), SETTINGS)
    beyond = table[table["months"] == 500]
    assert beyond[["mean", "low", "difference"]].isna().all(axis=None)
    assert (beyond["n"] == 100).all()
    near = table[table["months"] == 6]
    assert near["mean"].between(0, 6).all()
    assert near["difference"].isna().tolist() == [True, False]
    assert (near["difference_high"].dropna() < 0).all()


def test_a_group_of_whom_nearly_all_had_the_event_has_a_mean():
    """It is that of highest risk, and nobody was lost: fewer than a tenth are there still."""
    rows = survivors(7, 100).assign(event=1.0)
    rows["value"] = -rows["time"]
    table = restricted_mean_table(rows, SETTINGS | {"horizons_months": [12]}).set_index("group")
    early = rows.sort_values("time").groupby("fold")["time"].head(25)
    assert (early > 12).sum() < 5
    assert table.loc[2, "mean"] == pytest.approx(early.clip(upper=12).mean())
    assert table.loc[2, "difference_high"] < 0


def test_relatives_are_no_new_evidence():
    rows = survivors(5, 100)
    kin = pd.concat(
        [rows.assign(patient=rows["patient"] + f"x{k}", family=rows["patient"]) for k in range(3)]
    )
    alone, related = (restricted_mean_table(table, SETTINGS).iloc[3] for table in (rows, kin))
    assert related["difference"] == pytest.approx(alone["difference"])
    widths = [row["difference_high"] - row["difference_low"] for row in (alone, related)]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


def test_a_design_that_says_the_same_of_all_has_one_group_and_no_difference():
    table = restricted_mean_table(survivors(6).assign(value=0.0), SETTINGS)
    assert set(table["group"]) == {1}
    assert table["difference"].isna().all()
    empty = restricted_mean_table(survivors(6).assign(time=np.nan), SETTINGS)
    assert empty.empty


def in_cohorts(seed, patients):
    """Of a cohort that is closed early patients live longer than of one that is watched on."""
    rng = np.random.default_rng(seed)
    early = rng.random(patients) < 0.5
    risk = rng.normal(size=patients)
    time = rng.exponential(np.where(early, 100, 8) * np.exp(-0.3 * risk))
    left = np.where(early, rng.uniform(3, 30, patients), rng.uniform(30, 60, patients))
    table = pd.DataFrame({"patient": [f"P{n}" for n in range(patients)], "value": risk})
    table["time"], table["event"] = np.minimum(time, left), (time <= left).astype(float)
    table["true"], table["followed_as"] = time, np.where(early, "early", "late")
    return table.assign(design="d", endpoint="os", repeat=0, fold=0, family=None)


def test_cohorts_that_are_closed_on_different_days_do_not_bend_the_mean():
    """Of all together after the early one has closed, those who die soon are left: 0.6 too few."""
    rows, settings = in_cohorts(1, 4000), SETTINGS | {"horizons_months": [24]}
    table = restricted_mean_table(rows, settings | {"bootstrap_draws": 100})
    high = rows["value"] > rows["value"].median()
    for group, row in table.set_index("group").iterrows():
        truth = rows.loc[high == (group == 2), "true"].clip(upper=24).mean()
        assert row["mean"] == pytest.approx(truth, abs=0.3)
        assert row["low"] < truth < row["high"]


def test_cohorts_of_a_few_patients_are_one_and_one_that_closed_before_has_no_mean():
    rows, settings = in_cohorts(2, 200), SETTINGS | {"horizons_months": [24], "bootstrap_draws": 20}
    parts = rows.assign(followed_as=np.where(np.arange(200) < 12, rows["patient"], "rest"))
    both = rows.assign(followed_as=np.where(np.arange(200) < 12, "few", "rest"))
    few, one = (restricted_mean_table(table, settings) for table in (parts, both))
    pd.testing.assert_frame_equal(few, one)
    closed = rows.assign(time=rows["time"].where(rows["followed_as"] == "late", 5.0))
    closed["event"] = closed["event"].where(rows["followed_as"] == "late", 0.0)
    assert restricted_mean_table(closed, settings)["mean"].isna().all()
