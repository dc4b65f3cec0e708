"""Values of policies: each estimator against another way to it, and intervals against the truth."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from gcin.evaluation.controls import control_table, controls_of
from gcin.evaluation.policies import balance_table, policy_table, scores_at
from gcin.evaluation.policy import (
    NOBODY,
    Treated,
    concordance_gap,
    e_value,
    effective_number,
    imbalances,
    influence_interval,
    recommended,
    risk_ratio_of,
    scores_of_care,
    scores_of_policy,
    weights_of,
    with_overlap,
)
from gcin.evaluation.policy_cases import cases_of, with_expected
from gcin.evaluation.propensity import (
    confounders_of,
    fit_propensity,
    overlap_table,
    propensity_table,
)
from gcin.evaluation.restricted import expected_times, mean_times, outcome_table

SETTINGS = {"bootstrap_draws": 200, "seed": 1, "confidence": 0.95}
FOLDS = 3
FLOOR = 0.05
MONTHS = 12.0


def treated(received, outcome, propensity, expected, weight=None):
    """Patients of two arms; `propensity` is that of the second."""
    chance = np.asarray(propensity, float)
    weight = np.ones(len(received)) if weight is None else np.asarray(weight, float)
    arrays = np.asarray(received), np.asarray(outcome, float), weight
    return Treated(*arrays, np.column_stack([1 - chance, chance]), np.asarray(expected, float))


FOUR = treated(
    received=[0, 1, 1, 0],
    outcome=[1, 0, 1, 0],
    propensity=[0.5, 0.2, 0.8, 0.4],
    expected=[[0.6, 0.3], [0.5, 0.4], [0.2, 0.9], [0.1, 0.7]],
)


def test_scores_of_a_response_are_those_made_by_hand():
    scores = scores_of_policy(FOUR, np.array([0, 1, 0, 1]))
    by_hand = [0.6 + (1 - 0.6) / 0.5, 0.4 + (0 - 0.4) / 0.2, 0.2, 0.7]
    assert scores == pytest.approx(by_hand)
    assert scores_of_care(FOUR) == pytest.approx([1, 0, 1, 0])


def test_scores_of_survival_are_those_made_by_hand():
    weight, expected = [1.25, 0, 2.0], [[8, 6], [5, 9], [7, 7]]
    three = treated([0, 1, 1], [10, 4, 12], [0.25, 0.5, 0.4], expected, weight)
    by_hand = [8 + (10 - 8) * 1.25 / 0.75, 9, 7]
    assert scores_of_policy(three, np.array([0, 1, 0])) == pytest.approx(by_hand)
    assert scores_of_care(three) == pytest.approx([8 + 1.25 * 2, 9, 7 + 2.0 * 5])


def test_without_a_recommendation_care_stays_as_given():
    nobody = np.full(4, NOBODY)
    assert scores_of_policy(FOUR, nobody) == pytest.approx(scores_of_care(FOUR))
    assert weights_of(FOUR, nobody).tolist() == [0, 0, 0, 0]


def test_no_arm_is_recommended_that_such_patients_hardly_received():
    choice = with_overlap(np.array([1, 1, 1, 0]), FOUR.propensity, 0.3)
    assert choice.tolist() == [1, NOBODY, 1, 0]
    assert weights_of(FOUR, choice).max() <= 1 / 0.3


def test_equal_or_missing_promises_recommend_nothing():
    benefit = np.array([[0.4, 0.4], [0.4, np.nan], [0.4, 0.5], [-1.0, -2.0]])
    assert recommended(benefit).tolist() == [NOBODY, NOBODY, 1, 0]


def test_randomised_arms_differ_by_the_difference_of_their_means():
    rng = np.random.default_rng(1)
    received, outcome = rng.integers(0, 2, 400), rng.random(400) < 0.4
    share = np.full(400, received.mean())
    given = treated(received, outcome, share, np.full((400, 2), 0.3))
    both = [scores_of_policy(given, np.full(400, arm)).mean() for arm in (0, 1)]
    means = [outcome[received == arm].mean() for arm in (0, 1)]
    assert both == pytest.approx(means)


def test_concordance_is_a_plain_difference_of_means():
    choice = np.array([0, 0, 1, NOBODY])
    assert concordance_gap(FOUR, choice) == pytest.approx((1 + 1) / 2 - 0)


def test_effective_number_is_the_number_where_weights_are_equal():
    assert effective_number(np.array([2.0, 2, 2, 0])) == pytest.approx(3)
    assert effective_number(np.array([3.0, 1.0])) == pytest.approx(16 / 10)


def test_interval_of_a_mean_is_the_textbook_one():
    scores = np.random.default_rng(2).normal(3, 2, 200)
    alone = pd.Series([None] * 200, dtype=object)
    error = scores.std(ddof=1) / np.sqrt(200)
    expected = [scores.mean() - 1.959964 * error, scores.mean() + 1.959964 * error]
    assert influence_interval(scores, alone, 0.95) == pytest.approx(expected)


def test_a_family_of_copies_is_no_more_evidence_than_one():
    scores = np.random.default_rng(3).normal(size=100)
    alone = pd.Series([f"F{i}" for i in range(100)])
    twice = influence_interval(np.repeat(scores, 2), alone.repeat(2), 0.95)
    assert twice == pytest.approx(influence_interval(scores, alone, 0.95))


def test_e_value_is_that_of_its_paper():
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(0.8) == 1
    assert risk_ratio_of(0.1, 0.4, None) == pytest.approx(1.25)
    assert risk_ratio_of(2.0, 30.0, 4.0) == pytest.approx(np.exp(0.91 * 0.5))


def sites_of(counts, share=0.5):
    """Confounders, arms and folds that leave a site out each; s4 is small and gave `drug` alone."""
    random = np.random.default_rng(1)
    site = np.repeat(list(counts), list(counts.values()))
    names = pd.Index([f"P{number}" for number in range(len(site))])
    drawn = np.where(random.random(len(site)) < share, "drug", "control")
    arms = pd.Series(np.where(site == "s4", "drug", drawn), names)
    table = pd.DataFrame({"site": pd.Series(site, names, dtype=object)})
    table["age"] = random.normal(60, 10, len(site))
    folds = {
        number: pd.DataFrame({"patient": names, "part": np.where(site == own, "test", "train")})
        for number, own in enumerate(counts)
    }
    return table, arms, folds


@pytest.mark.parametrize("columns", [["site", "age"], ["site"]])
def test_a_site_left_out_is_not_read_as_the_small_ones(columns):
    """Because of six patients elsewhere who all had the drug, everybody's chance of it was 1."""
    table, arms, folds = sites_of({"s1": 200, "s2": 150, "s3": 100, "s4": 6})
    chances = propensity_table(table[columns], arms, folds, 30)
    drug = chances[chances["arm"] == "drug"].set_index("fold")["propensity"]
    assert drug.loc[[0, 1, 2]].between(0.3, 0.7).all()
    assert chances.groupby("patient")["propensity"].sum().to_numpy() == pytest.approx(1)


def test_a_level_left_out_is_not_half_way_between_the_others():
    """Of 440 patients 80 % had the drug, and of a new site one half were said to have had it."""
    table, arms, folds = sites_of({"s1": 400, "s2": 40, "s3": 100}, 0.9)
    arms[table["site"] == "s2"] = np.repeat(["control", "drug"], [36, 4])
    chances = propensity_table(table, arms, {2: folds[2]}, 10)
    drug = chances["propensity"][chances["arm"] == "drug"]
    assert drug.mean() == pytest.approx((arms[table["site"] != "s3"] == "drug").mean(), abs=0.02)


def test_a_rare_level_that_nobody_else_has_is_read_as_the_rare_ones():
    table, arms, _ = sites_of({"s1": 200, "s2": 150, "s4": 9, "s5": 3})
    table["site"] = table["site"].replace({"s5": None})
    fold = pd.DataFrame({"patient": table.index, "part": "train"})
    fold.loc[table["site"].isna().to_numpy(), "part"] = "test"
    chances = propensity_table(table, arms, {0: fold}, 30)
    assert (chances["propensity"][chances["arm"] == "drug"] > 0.9).all()


def test_propensity_is_the_unpenalised_maximum_of_the_likelihood():
    """Newton's method by hand."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 2))
    arm = (rng.random(300) < 1 / (1 + np.exp(-(0.4 + x @ [1.0, -0.7])))).astype(int)
    names = pd.Series(np.array(["a", "b"])[arm])
    model = fit_propensity(pd.DataFrame(x, columns=["age", "ldh"]), names)
    design, weights = np.column_stack([np.ones(300), x]), np.zeros(3)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ weights))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        weights += np.linalg.solve(information, design.T @ (arm - chance))
    found = model.predict_proba(pd.DataFrame(x, columns=["age", "ldh"]))[:, 1]
    assert found == pytest.approx(1 / (1 + np.exp(-design @ weights)), abs=1e-3)


def hospital(seed, patients=2500):
    """Patients whose arm follows four facts that also matter; arm b suits those with a high x.

    The unfit got b more often, and respond less to either.
    """
    rng = np.random.default_rng(seed)
    fit, stage, x = rng.normal(size=(3, patients))
    sex = rng.choice(["F", "M"], patients)
    odds = -1.2 * fit + 0.6 * stage + 0.5 * (sex == "F") + 0.6 * x
    arm = (rng.random(patients) < 0.05 + 0.9 / (1 + np.exp(-odds))).astype(int)
    base = -0.4 + 1.6 * fit - 0.6 * stage + 0.4 * (sex == "F")
    logits = np.column_stack([base, base + 1.2 * x + 0.6])
    chances, scales = 1 / (1 + np.exp(-logits)), 8 * np.exp(0.7 * logits)
    rows = np.arange(patients)
    event, left = rng.exponential(scales[rows, arm]), rng.exponential(40, patients)
    names = [f"P{i}" for i in rows]
    table = pd.DataFrame({"patient": names, "arm": np.array(["a", "b"])[arm], "role": "train"})
    table["response"] = (rng.random(patients) < chances[rows, arm]).astype(float)
    table["os_time"], table["os_event"] = np.minimum(event, left), (event <= left).astype(float)
    table["family"], table["cancer_type"] = None, "AML"
    table["site"], table["cohort"] = "north", "home"
    features = pd.DataFrame({"fit": fit, "stage": stage, "sex": sex, "x": x}, index=names)
    means = scales * (1 - np.exp(-MONTHS / scales))
    return table, features, {"response": chances, "os": means}


def folds_of(table):
    """The folds of one repeat."""
    names = table["patient"].to_numpy()
    place = np.arange(len(names)) % FOLDS
    return {
        fold: pd.DataFrame({"patient": names, "part": np.where(place == fold, "test", "train")})
        for fold in range(FOLDS)
    }


def promised(features, seed):
    """The benefit of arm b as a design sees it: x with noise, and nothing of what confounds."""
    rng = np.random.default_rng(seed + 1000)
    return features["x"].to_numpy() + 0.5 + 0.5 * rng.normal(size=len(features))


def said_of(table, benefit):
    """That design's predictions of both endpoints under both arms."""
    blocks = []
    for arm, gain in (("a", np.zeros(len(table))), ("b", benefit)):
        own = {"patient": table["patient"], "fold": np.arange(len(table)) % FOLDS, "arm": arm}
        for endpoint, value, expected in (
            ("response", 1 / (1 + np.exp(-gain)), 1 / (1 + np.exp(-gain))),
            ("os", -gain, 6 + gain),
        ):
            named = own | {"endpoint": endpoint, "value": value, "expected": expected}
            blocks.append(pd.DataFrame(named))
    return pd.concat(blocks, ignore_index=True).assign(design="d")


ALL = ("fit", "stage", "sex", "x")


def cases(table, features, said, names=ALL, endpoints=("response", "os")):
    """What a study that declares these confounders would see."""
    folds, arms = folds_of(table), table.set_index("patient")["arm"]
    chances = propensity_table(confounders_of(table, features, names), arms, folds, 30)
    outcomes = outcome_table(table, folds, list(endpoints), MONTHS, 30)
    return list(cases_of(said, chances, outcomes, table))


def gain_of(truth, table, benefit):
    """Mean truth under the policy, less that under the care given."""
    rows, received = np.arange(len(table)), (table["arm"] == "b").astype(int).to_numpy()
    return (truth[rows, (benefit > 0).astype(int)] - truth[rows, received]).mean()


@pytest.fixture(scope="module")
def true_gains():
    """Gains among very many such patients."""
    table, features, truths = hospital(0, 200_000)
    benefit = promised(features, 0)
    return {endpoint: gain_of(truth, table, benefit) for endpoint, truth in truths.items()}


def repeated(names, repeats, true_gains):
    """How often the interval holds the true gain, and the mean error, in a new sample each time."""
    rows = []
    for seed in range(1, repeats + 1):
        table, features, _ = hospital(seed)
        said = said_of(table, promised(features, seed))
        for case in cases(table, features, said, names):
            endpoint = case.name["endpoint"]
            scores = scores_at(case, FLOOR)["gain_over_care_given"].to_numpy()
            low, high = influence_interval(scores, table["family"], 0.95)
            truth = true_gains[endpoint]
            rows.append((endpoint, low <= truth <= high, scores.mean() - truth, high - low))
    found = pd.DataFrame(rows, columns=["endpoint", "held", "error", "width"])
    return found.groupby("endpoint").mean()


def test_intervals_hold_the_truth_where_all_confounders_are_declared(true_gains):
    found = repeated(ALL, 60, true_gains)
    assert (found["held"] >= 0.9).all()
    assert (found["error"].abs() < found["width"] / 10).all()


def test_intervals_miss_the_truth_where_a_confounder_is_left_out(true_gains):
    found = repeated(("stage", "sex", "x"), 20, true_gains)
    assert (found["held"] < 0.5).all()


@pytest.fixture(scope="module")
def small():
    """One sample of such patients, with what the design promises."""
    table, features, _ = hospital(7, 600)
    return table, features, promised(features, 7)


def test_nothing_that_weighs_patients_is_learnt_from_them(small):
    table, features, _ = small
    folds, declared = folds_of(table), confounders_of(table, features, ALL)
    tested = np.arange(len(table)) % FOLDS == 1
    other = table.assign(arm=table["arm"].mask(tested, "a"), os_time=table["os_time"] / 2)
    other["os_time"] = other["os_time"].where(tested, table["os_time"])
    weighed = []
    for patients in (table, other):
        arms = patients.set_index("patient")["arm"]
        chances = propensity_table(declared, arms, folds, 30)
        weighed.append(chances[chances["fold"] == 1].reset_index(drop=True))
    pd.testing.assert_frame_equal(*weighed)
    assert weighed[0].groupby("patient")["propensity"].sum().to_numpy() == pytest.approx(1)


def test_weights_for_those_who_left_give_the_mean_of_kaplan_meier(small):
    """Inverse weights by the curve of censoring are that mean in other words."""
    table = small[0].assign(arm="a")
    everyone = [
        pd.DataFrame({"patient": table["patient"], "part": part}) for part in ("train", "test")
    ]
    rows = outcome_table(table, {0: pd.concat(everyone)}, ["os"], MONTHS, 30)
    curve = KaplanMeierFitter().fit(table["os_time"], table["os_event"])
    expected = restricted_mean_survival_time(curve, t=MONTHS)
    assert (rows["outcome"] * rows["weight"]).mean() == pytest.approx(expected, rel=1e-3)
    assert rows["weight"].mean() == pytest.approx(1, rel=1e-3)


def test_survival_is_not_valued_beyond_what_is_followed(small):
    with pytest.raises(ValueError, match=r"a tenth .* arm a .* 200 months of os. Lower policy"):
        outcome_table(small[0], folds_of(small[0]), ["os"], 200.0, 30)


def test_an_arm_that_nobody_else_received_is_not_taken_for_fully_followed(small):
    table = small[0]
    rare = table.assign(arm=table["arm"].mask(table["patient"] == "P0", "c"))
    with pytest.raises(ValueError, match="of arm c would be followed for 12 months"):
        outcome_table(rare, folds_of(table), ["os"], MONTHS, 30)


def test_a_study_needs_two_arms_with_enough_patients(small):
    table, features, _ = small
    declared, folds = confounders_of(table, features, ALL), folds_of(table)
    alone = pd.Series("a", index=table["patient"])
    with pytest.raises(ValueError, match=r"one arm at most \(a\).*Remove the study's policy"):
        propensity_table(declared, alone, folds, 30)
    rare = alone.where(np.arange(len(table)) > 20, "b")
    with pytest.raises(ValueError, match=r"Too few .*: b 14, and policy.min_patients is 30"):
        propensity_table(declared, rare, folds, 30)


def test_a_confounder_may_be_text_rare_constant_or_missing():
    table, features, _ = hospital(8, 300)
    features["stage"] = features["stage"].mask(features["stage"] > 1)
    features["nurse"] = np.where(np.arange(300) < 3, "rare", "usual")
    features["empty"], table.loc[5, "cancer_type"] = np.nan, None
    names = ("fit", "stage", "sex", "nurse", "empty", "cancer_type", "site")
    arms = table.set_index("patient")["arm"]
    chances = propensity_table(confounders_of(table, features, names), arms, folds_of(table), 10)
    assert chances["propensity"].between(0, 1).all()
    assert len(chances) == 2 * len(table)


def test_patients_without_a_prediction_are_left_out_and_counted(small, caplog):
    table, features, benefit = small
    said = said_of(table, benefit)
    silent = said["patient"].isin(["P0", "P5"]) & (said["arm"] == "b")
    with caplog.at_level("INFO"):
        found = cases(table, features, said[~silent], endpoints=["response"])
    assert not set(found[0].rows["patient"]) & {"P0", "P5"}
    assert "response of d: 598 of 600 outcomes" in caplog.text


def test_a_design_that_tells_no_arms_apart_has_no_policy(small, caplog):
    table, features, benefit = small
    said = said_of(table, benefit)
    same, one_arm = said.assign(value=0.4), said[said["arm"] == "a"]
    assert cases(table, features, same) == []
    assert cases(table, features, one_arm) == []
    assert "d says nothing that tells arms apart: os" in caplog.text


def test_of_three_arms_the_lowest_risk_is_recommended_though_the_others_are_equal():
    names = [f"P{i}" for i in range(90)]
    arm = np.array(["a", "b", "c"])[np.arange(90) % 3]
    table = pd.DataFrame({"patient": names, "arm": arm, "role": "train", "family": None})
    table["os_time"], table["os_event"] = np.arange(90) + 1.0, 1.0
    table["cancer_type"], table["site"], table["cohort"] = "AML", "north", "home"
    features = pd.DataFrame({"age": np.arange(90) % 7}, index=names)
    own = {"patient": names, "design": "d", "endpoint": "os"}
    said = [
        pd.DataFrame(own | {"arm": arm, "value": risk, "expected": 6.0})
        for arm, risk in (("a", 0.9), ("b", 0.2), ("c", 0.9))
    ]
    # Folds by sevens, so that each arm stands in each.
    fold = np.arange(90) % 7 % FOLDS
    folds = {
        place: pd.DataFrame({"patient": names, "part": np.where(fold == place, "test", "train")})
        for place in range(FOLDS)
    }
    arms = table.set_index("patient")["arm"]
    chances = propensity_table(confounders_of(table, features, ["age"]), arms, folds, 5)
    outcomes = outcome_table(table, folds, ["os"], MONTHS, 30)
    (case,) = cases_of(pd.concat(said).assign(fold=np.tile(fold, 3)), chances, outcomes, table)
    assert case.arms == ["a", "b", "c"]
    assert (case.choice(FLOOR) == 1).all()
    assert weights_of(case.treated, case.choice(FLOOR))[case.treated.received != 1].max() == 0


def test_the_table_says_what_an_estimate_rests_on(small):
    table, features, benefit = small
    found = cases(table, features, said_of(table, benefit))
    values = policy_table(found, SETTINGS, [FLOOR, 0.2, 0.5])
    wide = values.pivot_table(index=["endpoint", "floor"], columns="estimate", values="value")
    gains = (wide["policy"] - wide["care_given"]).to_numpy()
    assert wide["gain_over_care_given"].to_numpy() == pytest.approx(gains)
    best = wide[["arm_a", "arm_b"]].max(axis=1)
    assert wide["gain_over_best_arm"].to_numpy() == pytest.approx(wide["policy"] - best)
    assert wide.loc[("response", FLOOR), "care_given"] == pytest.approx(table["response"].mean())
    shares = wide["recommended"] + wide["without_overlap"]
    assert shares.to_numpy() == pytest.approx(1)
    assert (wide["without_overlap"].groupby("endpoint").diff().dropna() > 0).all()
    assert (wide["effective_patients"] < len(table)).all()
    limited = values[values["low"].notna()]
    assert (limited["low"] <= limited["value"]).all()
    assert limited["boot_low"].to_numpy() == pytest.approx(limited["low"], abs=0.3)


def test_both_intervals_agree_in_width(small):
    table, features, benefit = small
    values = policy_table(cases(table, features, said_of(table, benefit)), SETTINGS, [FLOOR])
    gains = values[values["estimate"] == "gain_over_care_given"]
    ratio = (gains["boot_high"] - gains["boot_low"]) / (gains["high"] - gains["low"])
    assert ratio.between(0.8, 1.25).all()


def test_where_nobody_has_overlap_nothing_is_gained(small):
    table, features, benefit = small
    found = cases(table, features, said_of(table, benefit), endpoints=["response"])
    values = policy_table(found, SETTINGS, [1.0]).set_index("estimate")["value"]
    assert values[["gain_over_care_given", "gain_over_best_arm", "recommended"]].tolist() == [0] * 3
    assert values["e_value"] == 1
    assert np.isnan(values["effective_patients"])


def test_weights_make_followers_alike_to_all_whom_they_stand_for(small):
    table, features, _ = hospital(11, 3000)
    found = cases(table, features, said_of(table, promised(features, 11)))
    balance = balance_table(found, confounders_of(table, features, ALL), FLOOR)
    assert set(balance["confounder"]) == {"fit", "stage", "x", "sex_F", "sex_M"}
    worst = balance[["unweighted", "weighted"]].abs().max()
    assert worst["weighted"] < 0.15 < 0.3 < worst["unweighted"]
    assert set(balance["arm"]) == {"a", "b"}


@pytest.mark.parametrize("seed", range(20))
def test_a_confounder_that_all_who_are_asked_share_has_no_imbalance(seed):
    rng = np.random.default_rng(seed)
    grade = rng.integers(0, 2, 50).astype(float)
    matrix = ((grade - grade.mean()) / grade.std())[:, None]
    weights = np.where(grade > 0, rng.random(50), 0.0)
    assert np.isnan(imbalances(matrix, weights, grade > 0)).all()


def test_repeats_are_averaged_and_count_each_patient_once(small):
    table, features, benefit = small
    once = cases(table, features, said_of(table, benefit), endpoints=["response"])[0]
    folds = folds_of(table)
    twice = folds | {fold + FOLDS: parts for fold, parts in folds.items()}
    arms = table.set_index("patient")["arm"]
    chances = propensity_table(confounders_of(table, features, ALL), arms, twice, 30)
    said = said_of(table, benefit)
    both = pd.concat([said, said.assign(fold=said["fold"] + FOLDS)])
    (case,) = cases_of(both, chances, outcome_table(table, twice, ["response"], MONTHS, 30), table)
    assert len(case.rows) == 2 * len(table)
    pd.testing.assert_frame_equal(scores_at(case, FLOOR), scores_at(once, FLOOR))
    keys = ["estimate", "value"]
    tables = [policy_table([one], SETTINGS, [FLOOR])[keys] for one in (case, once)]
    pd.testing.assert_frame_equal(*tables)


def fractured(table, features, seed):
    """Patients with a fracture before the treatment, which the unfit have and no arm moves."""
    rng = np.random.default_rng(seed + 500)
    chance = 1 / (1 + np.exp(1.0 + 1.5 * features["fit"].to_numpy()))
    return table.assign(fracture=(rng.random(len(table)) < chance).astype(float))


def controlled(seed, names=ALL, patients=1500, more=0.0):
    """The gains of the policies in a share of fractures that no policy moves.

    With `more` the design favours arm b in more of the patients.
    """
    table, features, _ = hospital(seed, patients)
    table = fractured(table, features, seed)
    said = said_of(table, promised(features, seed) + more)
    broken = said[said["endpoint"] == "response"].assign(endpoint="fracture", expected=0.3)
    folds, arms = folds_of(table), table.set_index("patient")["arm"]
    chances = propensity_table(confounders_of(table, features, names), arms, folds, 30)
    outcomes = outcome_table(table, folds, ["response", "os", "fracture"], MONTHS, 30)
    given = pd.concat([said, broken]), chances, outcomes, table
    found = list(controls_of(*given, "fracture"))
    return control_table(found, "fracture", SETTINGS | {"bootstrap_draws": 50}, FLOOR), given


def test_a_negative_control_is_not_gained_where_all_confounders_are_declared():
    tables = pd.concat([controlled(seed)[0] for seed in range(1, 21)])
    assert set(tables["endpoint"]) == {"response", "os"}
    assert set(tables["control"]) == {"fracture"}
    assert tables["flagged"].mean() <= 0.15
    assert tables["gain"].mean() == pytest.approx(0, abs=0.005)
    assert ((tables["low"] <= tables["gain"]) & (tables["gain"] <= tables["high"])).all()
    assert tables["flagged"].eq((tables["low"] > 0) | (tables["high"] < 0)).all()


def test_a_negative_control_is_flagged_where_a_confounder_is_left_out():
    tables = pd.concat(
        [controlled(seed, ("stage", "sex", "x"), more=2.0)[0] for seed in range(1, 9)]
    )
    assert tables["flagged"].mean() > 0.8


def test_a_negative_control_is_valued_as_an_endpoint_is():
    """By the recommendations of its own, a control is any other outcome."""
    _, (said, chances, outcomes, table) = controlled(3)
    same = said["endpoint"] == "response"
    both = pd.concat([said, said[same].assign(endpoint="twin")])
    twin = outcomes[outcomes["endpoint"] == "response"].assign(endpoint="twin")
    ends = pd.concat([outcomes[outcomes["endpoint"] == "response"], twin])
    found = control_table(
        list(controls_of(both, chances, ends, table, "twin")), "twin", SETTINGS, FLOOR
    )
    own = policy_table(list(cases_of(said, chances, ends[: len(twin)], table)), SETTINGS, [FLOOR])
    expected = own[own["estimate"] == "gain_over_care_given"].iloc[0]
    assert found["gain"].iloc[0] == pytest.approx(expected["value"])
    assert found[["low", "boot_high"]].iloc[0].tolist() == pytest.approx(
        expected[["low", "boot_high"]].tolist()
    )


def test_without_a_control_or_a_word_about_it_nothing_is_checked(caplog):
    _, (said, chances, outcomes, table) = controlled(4, patients=300)
    assert list(controls_of(said, chances, outcomes, table, None)) == []
    silent = said[said["endpoint"] != "fracture"]
    assert list(controls_of(silent, chances, outcomes, table, "fracture")) == []
    assert "d says nothing of fracture, so response is unchecked" in caplog.text
    assert control_table([], None, SETTINGS, FLOOR).empty


def test_overlap_counts_every_patient_once_in_each_arm(small):
    table, features, _ = small
    arms = table.set_index("patient")["arm"]
    chances = propensity_table(confounders_of(table, features, ALL), arms, folds_of(table), 30)
    overlap = overlap_table(chances, arms, FLOOR)
    sizes = overlap.groupby(["arm", "received"])["patients"].sum()
    assert sizes.loc[("a", "yes")] == (arms == "a").sum()
    assert sizes.groupby("arm").sum().tolist() == [600, 600]


def test_mean_times_are_areas_under_curves():
    months = np.linspace(0, 30, 301)
    rows = [
        pd.DataFrame({"patient": name, "arm": "a", "time": months, "survival": np.exp(-months / t)})
        for name, t in (("P1", 10.0), ("P2", 25.0))
    ]
    found = mean_times(pd.concat(rows), MONTHS)
    expected = [t * (1 - np.exp(-MONTHS / t)) for t in (10.0, 25.0)]
    assert found.to_numpy() == pytest.approx(expected, abs=1e-3)
    beyond = pd.DataFrame({"patient": "P1", "arm": "a", "time": [0, 4.0], "survival": [1, 0.5]})
    assert mean_times(beyond, MONTHS).iloc[0] == pytest.approx(3 + 0.5 * 8)


def test_expected_times_are_averaged_over_seeds(tmp_path):
    paths = []
    for seed, end in ((1, 1.0), (2, 0.0)):
        path = tmp_path / f"model/d/fold-0/seed-{seed}/curves.parquet"
        path.parent.mkdir(parents=True)
        curve = {"patient": "P1", "endpoint": "os", "arm": "a", "time": [0.0, 10.0]}
        pd.DataFrame(curve | {"survival": [1.0, end]}).to_parquet(path)
        paths.append(str(path))
    outcomes = pd.DataFrame({"endpoint": ["os"], "unit": ["months of 10"]})
    times = expected_times(paths, outcomes, 10.0)
    assert times["expected"].tolist() == pytest.approx([(10 + 5) / 2])
    runs = pd.DataFrame(
        {"design": "d", "fold": 0, "seed": [1, 2], "patient": "P1", "endpoint": "os", "arm": "a"}
    ).assign(value=[0.2, 0.4])
    said = with_expected(runs, times, outcomes)
    assert said[["value", "expected"]].to_numpy().tolist() == [[pytest.approx(0.3), 7.5]]
