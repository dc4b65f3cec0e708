"""Cohorts and sites that are followed for different times, held against the uncensored truth."""

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.comparison import metric_draws
from gcin.evaluation.follow_up import references_of
from gcin.evaluation.pooling import pool, with_curves
from gcin.evaluation.restricted import outcome_table

MEAN, HORIZON = 30, 12  # months
MONTHS = np.linspace(0, 60, 121)
FOLDS = 5


def studied(closed, patients, seed):
    """Patients of places with `(first, last)` month of censoring and a log hazard of the place."""
    rng, tables = np.random.default_rng(seed), []
    for place, (first, last, level) in closed.items():
        risk = rng.normal(level, 1, patients)
        time = rng.exponential(MEAN / np.exp(risk))
        left = rng.uniform(first, last, patients)
        own = {"risk": risk, "true": time, "place": place, "os_event": (time <= left).astype(float)}
        tables.append(pd.DataFrame(own | {"os_time": np.minimum(time, left)}))
    table = pd.concat(tables, ignore_index=True)
    table["patient"] = [f"P{number:05}" for number in table.index]
    return table.assign(arm="a", family=None, role="train")


def measured(folder, table, fold):
    """Pooled predictions of who knows each hazard, and the metrics of these."""
    names, parts, told, paths = table["patient"], {}, [], []
    for number in np.unique(fold):
        tested = table[fold == number]
        parts[number] = pd.DataFrame(
            {"patient": names, "part": np.where(fold == number, "test", "train")}
        )
        said = tested[["patient", "arm"]].assign(value=tested["risk"], fold=number)
        told.append(said.assign(design="net", seed=1, endpoint="os"))
        survival = np.exp(-np.outer(np.exp(tested["risk"]), MONTHS) / MEAN)
        rows = {
            "patient": np.repeat(tested["patient"].to_numpy(), len(MONTHS)),
            "time": np.tile(MONTHS, len(tested)),
            "survival": survival.ravel(),
        }
        path = folder / f"model/net/fold-{number}/seed-1/curves.parquet"
        path.parent.mkdir(parents=True)
        pd.DataFrame(rows | {"endpoint": "os", "arm": "a"}).to_parquet(path)
        paths.append(str(path))
    pooled = with_curves(pool(pd.concat(told), table, parts, [HORIZON]), paths, table, parts)
    whole = metric_draws(pooled, 1, 1)
    return pooled, {metric: estimate.whole for (_, _, metric), estimate in whole.items()}


def error_until(table, month):
    """Mean squared error of the true curves where nobody is censored."""
    moments = np.linspace(0, month, 200)
    survival = np.exp(-np.outer(np.exp(table["risk"]), moments) / MEAN)
    return np.square((table["true"].to_numpy()[:, None] > moments) - survival).mean()


def area_at(table, month):
    """ROC area of risk for an event by a month."""
    case, risk = (table["true"] <= month).to_numpy(), table["risk"].to_numpy()
    return (risk[case][:, None] > risk[~case]).mean()


def test_a_site_that_tests_as_a_whole_is_weighed_by_its_own_follow_up(tmp_path):
    closed = {"a": (12, 24, 0.0), "b": (36, 60, 0.0), "c": (36, 60, 0.0)}
    table = studied(closed, 500, seed=1).assign(cohort="h")
    table["site"] = table["place"]
    pooled, _ = measured(tmp_path, table, pd.factorize(table["site"])[0])
    place = pooled["patient"].map(table.set_index("patient")["place"])
    for name, last in {"a": 22, "b": 50, "c": 50}.items():
        found = pooled.loc[place == name, "curve_error"].mean()
        truth = error_until(table[table["place"] == name], last)
        assert found == pytest.approx(truth, abs=0.015)


def test_cohorts_are_weighed_by_their_own_follow_up_each(tmp_path):
    """One is closed early, and its patients live longer, as of an ongoing trial."""
    closed = {"early": (8, 24, -0.7), "late": (36, 60, 0.7)}
    table = studied(closed, 1500, seed=2).assign(site=None)
    table["cohort"] = table["place"]
    pooled, found = measured(tmp_path, table, np.arange(len(table)) % FOLDS)
    assert found[f"auc_{HORIZON}_months"] == pytest.approx(area_at(table, HORIZON), abs=0.01)
    by_place = dict(list(table.groupby("place")))
    truth = [error_until(by_place["early"], 22), error_until(by_place["late"], 52)]
    assert found["integrated_brier"] == pytest.approx(np.mean(truth), abs=0.006)
    assert set(pooled["followed_as"]) == {"early", "late"}


def test_pairs_of_two_cohorts_count_for_both_who_may_have_left(tmp_path):
    closed = {"early": (2, 24, -1.0), "late": (2, 24, 1.0)}
    table = studied(closed, 1500, seed=3).assign(site=None)
    # Of one cohort nobody leaves; pairs with these stand in for fewer lost ones.
    whole = table["place"] == "late"
    table.loc[whole, "os_time"] = table.loc[whole, "true"].clip(upper=24)
    table.loc[whole, "os_event"] = (table.loc[whole, "true"] <= 24).astype(float)
    table["cohort"] = table["place"]
    _, found = measured(tmp_path, table, np.zeros(len(table), int))
    early = table[~whole]
    tau = np.quantile(early["os_time"], 0.9)
    assert found["uno_c"] == pytest.approx(concordance_of_pairs(table, tau), abs=0.006)


def concordance_of_pairs(table, tau):
    """Share of ordered pairs whose first event comes by month 24, or `tau` in the early cohort."""
    time, risk = table["true"].to_numpy(), table["risk"].to_numpy()
    until = np.where(table["place"] == "early", tau, 24.0)
    first = (time[:, None] < time) & (time[:, None] < np.minimum(until[:, None], until))
    return (first & (risk[:, None] > risk)).sum() / first.sum()


def people(**columns):
    table = pd.DataFrame({"patient": list("abcdef"), "os_time": np.arange(6.0), "os_event": 1.0})
    return table.assign(**{"cohort": "h", "site": None} | columns).set_index("patient")


def parts(tested):
    names = list("abcdef")
    return pd.DataFrame(
        {"patient": names, "part": ["test" if name in tested else "train" for name in names]}
    )


def times(patients, tested):
    found = references_of(parts(tested), patients, "os")
    return {cohort: list(past[0]) for cohort, past in found.items()}


def test_others_of_the_cohort_are_the_reference():
    assert times(people(), "ab") == {"h": [2, 3, 4, 5]}
    two = people(cohort=list("gggghh"))
    assert times(two, "ae") == {"g": [1, 2, 3], "h": [5]}


def test_who_has_no_others_is_weighed_by_those_tested():
    assert times(people(cohort=list("gggghh")), "ef") == {"h": [4, 5]}
    unknown = people(cohort=list("gggghh"), os_event=[1.0] * 5 + [np.nan])
    assert times(unknown, "e") == {"h": [4]}


@pytest.mark.parametrize("apart", [True, False])
def test_sites_left_out_are_told_by_their_patients(apart):
    """A site of which others train is none."""
    sites = [*("xxyyy" if apart else "xyxyy"), None]
    assert times(people(site=sites), "ab") == {"h": [0, 1] if apart else [2, 3, 4, 5]}


@pytest.mark.parametrize(("beyond", "told"), [([4, 2, 1, 1, 1], True), ([4, 1, 1, 1, 1], False)])
def test_a_month_is_measured_in_all_folds_of_a_cohort_or_in_none(beyond, told):
    """Nine or eight of eighty are followed beyond it, half of them tested by one fold.

    The area was that of the four folds whose others are followed so far.
    """
    table = studied({"h": (6, 30, 0.0)}, 80, seed=6).assign(site=None, cohort="h")
    fold, place = np.arange(80) % FOLDS, np.arange(80) // FOLDS
    table["os_time"] = np.where(place < np.array(beyond)[fold], 45.0, table["os_time"])
    parts = {
        number: pd.DataFrame(
            {"patient": table["patient"], "part": np.where(fold == number, "test", "train")}
        )
        for number in range(FOLDS)
    }
    reached = [np.quantile(table["os_time"][fold != number], 0.9) > 40 for number in range(FOLDS)]
    assert reached == [False, True, True, True, True]
    said = table[["patient", "arm"]].assign(value=table["risk"], fold=fold, design="net", seed=1)
    pooled = pool(said.assign(endpoint="os"), table, parts, [40])
    assert (pooled.groupby("fold")["control_40"].sum() > 0).tolist() == [told] * FOLDS


def left_out(closed, months):
    """Outcomes of a policy's patients where each place is a site that tests as a whole."""
    table = studied(closed, 600, seed=4).assign(cohort="h")
    table["site"] = table["place"]
    fold = pd.factorize(table["site"])[0]
    split = {
        number: pd.DataFrame(
            {"patient": table["patient"], "part": np.where(fold == number, "test", "train")}
        )
        for number in np.unique(fold)
    }
    rows = outcome_table(table, split, ["os"], months, 30)
    return table, rows.assign(place=rows["patient"].map(table.set_index("patient")["place"]))


def test_a_policy_is_valued_at_a_site_left_out_by_who_was_followed_there():
    table, rows = left_out({"early": (6, 24, 0.0), "late": (36, 60, 0.0)}, 18)
    for place, own in rows.groupby("place"):
        truth = table.loc[table["place"] == place, "true"].clip(upper=18).mean()
        assert own["weight"].mean() == pytest.approx(1, abs=0.06)
        assert (own["outcome"] * own["weight"]).mean() == pytest.approx(truth, abs=0.9)


def test_of_a_site_that_closed_before_no_policy_is_valued():
    with pytest.raises(ValueError, match="of arm a would be followed for 18 months"):
        left_out({"early": (6, 12, 0.0), "late": (36, 60, 0.0)}, 18)


def test_too_few_of_an_arm_at_a_site_are_weighed_as_the_rest_of_it():
    table = people(os_time=[1.0, 2, 3, 4, 9, 9], os_event=[0.0, 1, 0, 0, 0, 0])
    table = table.assign(arm=list("xyyyxy"), site=list("aaaabb")).reset_index()
    rows = outcome_table(table, {0: parts("abcd")}, ["os"], 2.5, 30).set_index("patient")
    assert rows["weight"].to_dict() == pytest.approx({"a": 0, "b": 1, "c": 1, "d": 1})
    table["os_event"] = [1.0, 0, 1, 1, 0, 0]
    rows = outcome_table(table, {0: parts("abcd")}, ["os"], 2.5, 30).set_index("patient")
    assert rows["weight"].to_dict() == pytest.approx({"a": 1, "b": 0, "c": 1.5, "d": 1.5})


def in_cohorts(closed, months, least=30, **facts):
    """Outcomes of a policy's patients of cohorts that are closed on different days."""
    table = studied(closed, 600, seed=5).assign(site=None, **facts)
    table["cohort"] = table["place"]
    place = np.arange(len(table)) % FOLDS
    split = {
        number: pd.DataFrame(
            {"patient": table["patient"], "part": np.where(place == number, "test", "train")}
        )
        for number in range(FOLDS)
    }
    rows = outcome_table(table, split, ["os"], months, least)
    return table, rows.assign(place=rows["patient"].map(table.set_index("patient")["place"]))


def test_a_policy_is_valued_in_each_cohort_by_who_was_followed_there():
    """By all patients of an arm those of the early cohort weighed 0.68, of the other 1.32."""
    table, rows = in_cohorts({"early": (6, 24, 0.0), "late": (36, 60, 0.0)}, 18)
    assert not rows["by_others"].any()
    for place, own in rows.groupby("place"):
        truth = table.loc[table["place"] == place, "true"].clip(upper=18).mean()
        assert own["weight"].mean() == pytest.approx(1, abs=0.06)
        assert (own["outcome"] * own["weight"]).mean() == pytest.approx(truth, abs=0.9)


def test_of_a_cohort_that_closed_before_no_policy_is_valued():
    with pytest.raises(ValueError, match="of arm a of early would be followed for 18 months"):
        in_cohorts({"early": (6, 12, 0.0), "late": (36, 60, 0.0)}, 18)


@pytest.mark.parametrize(("least", "others"), [(30, 0), (400, 300), (900, 1200)])
def test_who_is_weighed_by_the_follow_up_of_others_is_told(least, others):
    """Some 480 train of a cohort, 60 or 420 of an arm of the early one."""
    arm = np.where(np.arange(1200) % 8 == 0, "b", "a")
    _, rows = in_cohorts({"early": (6, 24, 0.0), "late": (36, 60, 0.0)}, 18, least, arm=arm)
    assert rows["by_others"].sum() == (150 if others == 300 else others)
