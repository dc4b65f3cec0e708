"""Concordance against lifelines and a naive Uno, and curves of risk groups."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import concordance_index
from scipy.stats import norm

from gcin.evaluation.hazards import hazard_ratios
from gcin.evaluation.horizons import uno_weights
from gcin.evaluation.logrank import excess_events, exchanged, logrank
from gcin.evaluation.survival import kaplan_meier, risk_groups, survival_metrics


def cohort(seed, patients=60, levels=15):
    """Times, events and risks with many ties."""
    rng = np.random.default_rng(seed)
    risk = rng.integers(0, levels, patients) / levels
    time = np.ceil(rng.exponential(20 * np.exp(-risk), patients))
    event = (rng.random(patients) < 0.7).astype(float)
    table = pd.DataFrame({"value": risk, "time": time, "event": event, "fold": 0, "family": None})
    table["uno_weight"] = uno_weights(time, event, time, event)
    return table.assign(column=range(patients), patient=[f"P{i:03}" for i in range(patients)])


def naive_uno(time, event, risk, reference_time, reference_event):
    """Uno's C by its definition, pair by pair (Uno et al. 2011, equation 6)."""

    def free(moment):
        chance = 1.0
        for step in sorted(set(reference_time)):
            if step < moment:
                here = reference_time == step
                left = (reference_time >= step).sum() - (here & (reference_event == 1)).sum()
                lost = (here & (reference_event == 0)).sum()
                chance *= 1 - lost / left if left else 1
        return chance

    tau = np.quantile(reference_time, 0.9)
    above = below = 0.0
    for i in range(len(time)):
        if event[i] and time[i] < tau:
            weight = free(time[i]) ** -2
            for j in range(len(time)):
                if time[j] > time[i] or (time[j] == time[i] and not event[j]):
                    below += weight
                    above += weight * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    return above / below


def whole(table):
    return {name: v[0] for name, v in survival_metrics(table, np.ones((1, len(table)))).items()}


@pytest.mark.parametrize("seed", range(5))
def test_harrell_agrees_with_lifelines(seed):
    table = cohort(seed)
    expected = concordance_index(table["time"], -table["value"], table["event"])
    assert whole(table)["harrell_c"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_uno_agrees_with_its_definition(seed):
    table, training = cohort(seed), cohort(seed + 100)
    reference = training["time"].to_numpy(), training["event"].to_numpy()
    table["uno_weight"] = uno_weights(table["time"], table["event"], *reference)
    expected = naive_uno(*table[["time", "event", "value"]].to_numpy().T, *reference)
    assert whole(table)["uno_c"] == pytest.approx(expected, abs=1e-12)


def test_weights_of_a_resample_are_as_good_as_repeated_rows():
    table, rng = cohort(7), np.random.default_rng(7)
    weights = rng.integers(0, 4, (1, len(table))).astype(float)
    repeated = table.loc[table.index.repeat(weights[0].astype(int))]
    found = survival_metrics(table, weights)
    expected = concordance_index(repeated["time"], -repeated["value"], repeated["event"])
    assert found["harrell_c"][0] == pytest.approx(expected, abs=1e-12)


def test_without_censoring_the_two_agree_before_tau():
    table = cohort(3)
    table["event"] = 1.0
    weights = uno_weights(table["time"], table["event"], table["time"], table["event"])
    assert set(weights) == {0.0, 1.0}


def test_no_pair_leaves_concordance_empty():
    table = cohort(1).assign(event=0.0, uno_weight=0.0)
    assert all(np.isnan(value) for value in whole(table).values())


def test_pairs_across_folds_do_not_count():
    table = pd.DataFrame(
        {"value": [2, 1, 20, 10], "time": [1, 2, 3, 4], "event": 1.0, "fold": [0, 0, 1, 1]}
    ).assign(column=range(4), uno_weight=1.0)
    assert whole(table)["harrell_c"] == 1
    assert whole(table.assign(fold=0))["harrell_c"] < 1


@given(seed=st.integers(0, 10_000))
def test_concordance_does_not_change_under_a_monotone_transform(seed):
    table = cohort(seed)
    bent = table.assign(value=np.exp(table["value"]) - 5)
    assert whole(table) == pytest.approx(whole(bent), nan_ok=True)


def test_groups_are_cut_within_folds_and_without_outcomes():
    table = pd.concat([cohort(1), cohort(2).assign(fold=1)], ignore_index=True)
    table["patient"] = [f"P{i}" for i in range(len(table))]
    table["value"] += np.random.default_rng(0).random(len(table)) / 100 + 1000 * table["fold"]
    groups = risk_groups(table.assign(repeat=0), 2)
    sizes = table.merge(groups[["patient", "group"]]).groupby(["fold", "group"]).size()
    assert set(sizes) == {30}
    shuffled = table.assign(repeat=0, time=table["time"].to_numpy()[::-1])
    assert (risk_groups(shuffled, 2)["group"] == groups["group"]).all()


def test_higher_risk_is_in_the_higher_group():
    table = cohort(1).assign(repeat=0)
    groups = risk_groups(table, 3).merge(table[["patient", "value"]])
    assert groups.groupby("group")["value"].mean().is_monotonic_increasing


def test_a_constant_risk_is_one_group_and_no_test(caplog):
    patients = risk_groups(cohort(1).assign(repeat=0, value=0.5), 2)
    found = logrank(patients)
    assert found["groups"] == 1
    assert np.isnan(found["p"])
    assert "no log-rank test" in caplog.text


@pytest.mark.parametrize("family", [None, "F"])
@pytest.mark.parametrize("beside", [0, 1])
def test_groups_that_are_never_at_risk_together_are_not_called_alike(family, beside, caplog):
    """All of group 1 leave before anybody has the event; those of group 2 are compared with 3."""
    time = np.array([1.0, 2, 3, 10, 20, 30, 40, 50, 60])
    group = np.array([1, 1, 1, 2, 3, 2, 3, 2, 3])
    table = pd.DataFrame({"time": time, "event": (time > 3).astype(float), "group": group})
    table["family"] = [family, family, *[None] * 7]
    told = table if beside else table.assign(group=np.minimum(group, 2))
    found = logrank(told)
    assert found["degrees"] >= beside
    assert np.isnan(found["p"]) == (not beside)
    if not family and beside:
        left = logrank(table[table["group"] > 1])
        assert (found["p"], found["degrees"]) == (pytest.approx(left["p"]), 1)
    assert ("no log-rank test" in caplog.text) == (not beside)


def test_an_event_of_everybody_at_once_tells_no_groups_apart(caplog):
    at_once = pd.DataFrame({"time": 24.0, "event": 1.0, "group": [1, 2] * 9, "family": None})
    assert np.isnan(logrank(at_once)["p"])
    assert "no log-rank test" in caplog.text


def test_logrank_sees_planted_groups_and_not_random_ones():
    rng = np.random.default_rng(5)
    group = np.repeat([1, 2], 100)
    time = rng.exponential(np.where(group == 1, 30, 8))
    planted = pd.DataFrame({"time": time, "event": 1.0, "group": group, "family": None})
    assert logrank(planted)["p"] < 1e-6
    assert logrank(planted.assign(group=rng.permutation(group)))["p"] > 1e-3


def test_a_cohort_that_dies_sooner_makes_no_difference_between_groups():
    """Within either cohort groups are alike, and the second has more of those who die sooner."""
    rng, p = np.random.default_rng(8), {True: [], False: []}
    for _ in range(200):
        second = rng.random(150) < 0.5
        group = 1 + (rng.random(150) < np.where(second, 0.8, 0.2)).astype(int)
        time, end = rng.exponential(np.where(second, 3, 30)), rng.exponential(40, 150)
        table = {"time": np.minimum(time, end), "event": (time <= end) * 1.0, "group": group}
        patients = pd.DataFrame(table | {"family": None, "cohort": np.where(second, "b", "a")})
        p[True].append(logrank(patients)["p"])
        p[False].append(logrank(patients.drop(columns="cohort"))["p"])
    assert np.mean(np.array(p[True]) < 0.05) <= 0.09
    assert np.mean(np.array(p[True]) < 0.5) == pytest.approx(0.5, abs=0.1)
    assert np.mean(np.array(p[False]) < 0.05) > 0.9


def test_cohorts_of_the_same_patients_tell_twice_as_much_as_one():
    """Observed, expected and their covariance add up, so the statistic does; lifelines has one."""
    one = cohort(6).assign(group=np.arange(60) % 3 + 1)
    both = pd.concat([one.assign(cohort=name) for name in "ab"], ignore_index=True)
    alone, together = logrank(one), logrank(both)
    assert together["statistic"] == pytest.approx(2 * alone["statistic"])
    assert (together["degrees"], together["strata"]) == (2, 2)


def test_groups_that_are_cohorts_have_no_test(caplog):
    patients = cohort(6).assign(group=np.arange(60) % 2 + 1)
    found = logrank(patients.assign(cohort=patients["group"].astype(str)))
    assert np.isnan(found["p"])
    assert "within cohorts groups are alike" in caplog.text


def test_families_within_cohorts_raise_no_more_false_alarms_than_the_test_says():
    p = []
    for seed in range(150):
        early, late = families(seed, 20, 0.95, groups=2), families(seed + 500, 20, 0.95, groups=2)
        late = late.assign(time=late["time"] * 10, family="late " + late["family"], cohort="b")
        late["group"] = np.where(late.index < 42, 2, late["group"])
        both = pd.concat([early.assign(cohort="a"), late], ignore_index=True)
        p.append(logrank(both)["p"])
    assert np.mean(np.array(p) < 0.05) <= 0.09
    assert np.mean(np.array(p) < 0.5) == pytest.approx(0.5, abs=0.11)


def test_excess_events_add_up_to_those_of_the_log_rank_test():
    table = cohort(6).assign(group=np.arange(60) % 3 + 1)
    excess = excess_events(table["time"].to_numpy(), table["event"].to_numpy())
    for group in (2, 3):
        observed = table["event"][table["group"] == group].sum()
        expected = 0.0
        for moment in table["time"][table["event"] == 1].unique():
            at_risk = table[table["time"] >= moment]
            events = ((at_risk["time"] == moment) & (at_risk["event"] == 1)).sum()
            expected += events * (at_risk["group"] == group).mean()
        assert excess[table["group"] == group].sum() == pytest.approx(observed - expected)


def test_families_that_change_places_do_so_in_every_way():
    """Three pairs and two patients alone: 3! x 2^3 x 2! arrangements, one by one."""
    codes = np.array([4, 0, 0, 1, 2, 1, 2, 3])
    excess = np.array([0.3, -0.8, 0.5, 1.0, -0.2, 0.1, -1.4, 0.5])
    group = np.eye(3)[[0, 1, 1, 2, 0, 1, 2, 2]][:, 1:]
    pairs, alone = [[1, 2], [3, 5], [4, 6]], [0, 7]
    sums = []
    for order in permutations(range(3)):
        for turned in product([1, -1], repeat=3):
            for others in permutations(alone):
                given = np.empty_like(group)
                for place, (source, way) in enumerate(zip(order, turned, strict=True)):
                    given[pairs[place]] = group[pairs[source][::way]]
                given[alone] = group[list(others)]
                sums.append(excess @ given)
    mean, covariance = exchanged(excess, group, codes, np.zeros(8, int))
    assert mean == pytest.approx(np.mean(sums, axis=0))
    assert covariance == pytest.approx(np.cov(np.transpose(sums), bias=True))


def families(seed, count, alike, groups=3):
    """Families of three, as alike in risk and in time as `alike` says; the two are apart."""
    rng = np.random.default_rng(seed)
    family = np.repeat(np.arange(count), 3)
    near, apart = np.sqrt(alike), np.sqrt(1 - alike)
    risk, late = (near * rng.normal(size=count)[family] + apart * rng.normal(size=3 * count)
                  for _ in range(2))  # fmt: skip
    death, end = -np.log(norm.sf(late)), rng.exponential(3, 3 * count)
    group = np.ceil(pd.Series(risk).rank(pct=True) * groups).astype(int)
    return pd.DataFrame(
        {"time": np.minimum(death, end), "event": (death <= end) * 1.0, "group": group}
    ).assign(family=family.astype(str))


@pytest.mark.parametrize("count", [20, 40])
def test_families_of_three_raise_no_more_false_alarms_than_the_test_says(count):
    p = np.array([logrank(families(seed, count, 0.95))["p"] for seed in range(250)])
    assert (p < 0.05).mean() <= 0.065
    assert (p < 0.5).mean() == pytest.approx(0.5, abs=0.08)


def test_families_that_nobody_can_change_places_with_have_no_log_rank_test(caplog):
    two = families(1, 1, 0.5, groups=2).assign(event=1.0, time=1.0)
    found = logrank(two)
    assert np.isnan(found["p"])
    assert found["degrees"] == 0
    assert "no two families" in caplog.text


def test_intervals_of_curves_count_families():
    """They hold the truth in nine of ten; those of as many patients alone in eight."""
    truth, held = np.exp(-np.array([0.3, 0.7, 1.2])), []
    for seed in range(60):
        curve = kaplan_meier(families(seed, 40, 0.95).assign(group=1), 0.95)
        rows = curve.iloc[np.searchsorted(curve["time"], -np.log(truth), side="right") - 1]
        held.append((rows["low"].to_numpy() <= truth) & (truth <= rows["high"].to_numpy()))
    assert np.mean(held) >= 0.9


def test_interval_of_a_curve_is_greenwoods_where_nobody_has_relatives():
    """A family of two, one of whom leaves before anything happens, adds nothing together."""
    table = cohort(4).assign(group=1)
    table.loc[:1, "time"], table.loc[:1, "event"] = [0.5, 0.7], 0.0
    alone = kaplan_meier(table, 0.95)
    related = kaplan_meier(table.assign(family=["F", "F", *[None] * 58]), 0.95)
    pd.testing.assert_frame_equal(related, alone)


def test_relatives_are_no_new_evidence_that_risk_groups_differ():
    """Copies of a patient change neither the test nor the interval of the hazard ratio."""
    once = cohort(7, patients=200).assign(group=np.arange(200) % 2 + 1)
    copies = pd.concat([once] * 4, ignore_index=True).assign(
        family=np.tile(np.arange(200), 4).astype(str)
    )
    copies = copies.assign(time=copies["time"] + np.arange(800) * 1e-7)
    once = once.assign(time=once["time"] + np.arange(200) * 1e-7)
    alone, together = logrank(once), logrank(copies)
    assert together["p"] == pytest.approx(alone["p"], rel=0.1)
    assert logrank(copies.assign(family=None))["statistic"] > 3 * alone["statistic"]
    rows = [hazard_ratios(own, own[[]], 0.95)[0] for own in (once, copies)]
    assert rows[1]["low"] == pytest.approx(rows[0]["low"], rel=0.03)
    assert rows[1]["high"] == pytest.approx(rows[0]["high"], rel=0.03)
    steady, copied = (row["p_proportional"] for row in rows)
    assert copied == pytest.approx(steady, abs=0.03)
    plain = hazard_ratios(copies.assign(family=None), copies[[]], 0.95)[0]["p_proportional"]
    assert plain < steady / 2


@pytest.mark.parametrize("family", [None, "F"])
def test_a_last_event_leaves_no_certainty(family):
    """Whoever is followed for longest has the event: survival is 0, and not by 0 to 0."""
    table = pd.DataFrame({"time": [3.0, 5, 8], "event": 1.0, "group": 1, "family": family})
    last = kaplan_meier(table, 0.95).iloc[-1]
    assert last["survival"] == 0
    assert np.isnan([last["low"], last["high"]]).all()


def test_a_curve_of_one_family_has_no_interval():
    """Together its members add nothing to the variance: limits were the curve itself."""
    curve = kaplan_meier(cohort(4).assign(group=1, family="F"), 0.95)
    assert curve[["low", "high"]].isna().all(axis=None)


def test_curves_are_those_of_lifelines():
    table = cohort(4).assign(group=1)
    fit = KaplanMeierFitter().fit(table["time"], table["event"])
    curve = kaplan_meier(table, 0.95).set_index("time")
    assert curve["survival"].to_numpy() == pytest.approx(fit.predict(curve.index).to_numpy())
    assert curve["n"].eq(len(table)).all()
    assert curve["at_risk"].iloc[0] == len(table)
