"""Conformal answers keep the true outcome as often as they promise, also in groups."""

import numpy as np
import pandas as pd
import pytest

from gcin.model.conformal import (
    answers,
    conformal_answers,
    conformal_fits,
    fit_conformal,
    in_arm_received,
    p_values,
)

SETTINGS = {"coverage": 0.9, "min_patients": 25}


def cohort(patients, seed, model=0):
    """Probabilities are right under chemotherapy, and turned round under surgery."""
    random = np.random.default_rng(seed)
    value, arm = random.beta(0.7, 0.7, patients), random.choice(["chemo", "surgery"], patients)
    chance = np.where(arm == "chemo", value, 1 - value)
    return pd.DataFrame(
        {
            "design": "gcin",
            "fold": model,
            "patient": np.arange(patients),
            "arm": arm,
            "cancer_type": "AML",
            "value": value,
            "response": (random.random(patients) < chance).astype(float),
        }
    )


def covered(rows, answer):
    true = np.where(rows["response"] == 1, "response", "no response")
    return pd.Series((answer == "both") | (answer == true), index=rows.index)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_coverage_is_kept_in_each_arm_and_for_each_outcome(coverage):
    kept = []
    for seed in range(60):
        held, tested = cohort(300, seed), cohort(300, 1000 + seed)
        answer = answers(p_values(fit_conformal(held, 25), tested), coverage)
        hit = covered(tested, answer)
        kept.append(hit.groupby([tested["arm"], tested["response"]]).mean())
    for share in pd.concat(kept, axis=1).mean(axis=1):
        assert coverage - 0.015 < share < coverage + 0.04


def test_a_rare_outcome_keeps_its_coverage():
    """Where nine of ten respond, saying so of everybody would already cover nine of ten."""
    random = np.random.default_rng(0)
    held, tested = (cohort(4000, seed).assign(value=0.9) for seed in (1, 2))
    for rows in (held, tested):
        rows["response"] = (random.random(4000) < 0.9).astype(float)
        rows["value"] += random.uniform(-0.05, 0.05, 4000)
    hit = covered(tested, answers(p_values(fit_conformal(held, 25), tested), 0.9))
    assert hit[tested["response"] == 0].mean() > 0.85


def test_without_groups_the_arm_that_is_turned_round_loses_coverage():
    held, tested = cohort(4000, 1), cohort(4000, 2)
    turned = tested["arm"] == "surgery"
    hit = covered(tested, answers(p_values(fit_conformal(held, 10**9), tested), 0.7))
    assert hit[turned].mean() < 0.6
    hit = covered(tested, answers(p_values(fit_conformal(held, 25), tested), 0.7))
    assert hit[turned].mean() > 0.67


@pytest.mark.parametrize("types", [[None], [f"type {number}" for number in range(40)]])
def test_an_arm_keeps_its_coverage_where_cancer_types_are_unknown_or_rare(types):
    held, tested = (cohort(4000, seed) for seed in (1, 2))
    for rows in (held, tested):
        rows["cancer_type"] = np.resize(np.array(types, dtype=object), len(rows))
    hit = covered(tested, answers(p_values(fit_conformal(held, 100), tested), 0.7))
    assert hit.groupby(tested["arm"]).mean().min() > 0.67


def test_a_patient_is_compared_with_the_finest_group_that_is_large_enough():
    held = cohort(300, 3)
    held.loc[:99, "arm"], held.loc[:99, "cancer_type"] = "chemo", "CLL"
    arms = {("chemo",), ("surgery",)}
    groups = {(), *arms, ("chemo", "AML"), ("chemo", "CLL"), ("surgery", "AML")}
    assert set(fit_conformal(held, 25)) == groups
    assert set(fit_conformal(held, 10**9)) == {()}
    odd = pd.DataFrame({"arm": ["c"], "cancer_type": [None], "value": [0.3]})
    everybody = fit_conformal(held, 10**9)
    np.testing.assert_array_equal(p_values(fit_conformal(held, 25), odd), p_values(everybody, odd))


def test_p_value_counts_those_with_the_outcome_who_fitted_as_badly():
    held = pd.DataFrame({"arm": "a", "cancer_type": "x", "value": [0.1, 0.2, 0.6, 0.7]})
    held["response"] = [0.0, 0.0, 0.0, 1.0]
    rows = pd.DataFrame({"arm": ["a"], "cancer_type": ["x"], "value": [0.2]})
    np.testing.assert_allclose(p_values(fit_conformal(held, 9), rows), [[3 / 4, 1 / 2]])


def test_every_kind_of_answer():
    fits = np.array([[0.5, 0.5], [0.05, 0.5], [0.5, 0.05], [0.05, 0.05]])
    assert answers(fits, 0.9).tolist() == ["both", "response", "no response", "neither"]


@pytest.mark.parametrize("coverage", [0.7, 0.8, 0.9, 0.95])
def test_an_outcome_is_ruled_out_by_as_many_as_are_left_and_no_fewer(coverage):
    """One less 0.9 is a little less than 0.1 to a computer, and one less 0.95 more than 0.05."""
    share = round((1 - coverage) * 100)
    fits = np.array([[share / 100, 1.0], [(share + 1) / 100, 1.0], [np.mean([share / 100] * 3), 1]])
    assert list(answers(fits, coverage)) == ["response", "both", "response"]


def test_too_few_patients_leave_both_outcomes():
    """With eight calibration patients no p value can fall to a tenth."""
    held, tested = cohort(8, 1), cohort(50, 2)
    units = ["fold", "patient"]
    for past in (held, held.iloc[:0]):
        table = conformal_answers(past, tested, ["design", "fold"], units, **SETTINGS)
        assert (table["answer"] == "both").all()


def test_each_model_is_held_against_its_own_validation_patients():
    held = pd.DataFrame({"fold": [0, 1], "arm": "a", "cancer_type": "x", "value": [0.1, 0.9]})
    held = pd.concat([held.assign(response=0.0)] * 10)
    new = pd.DataFrame({"fold": [0, 1], "patient": 7, "arm": "a", "cancer_type": "x", "value": 0.6})
    only = conformal_answers(held, new[:1], ["fold"], ["patient"], **SETTINGS)
    both = conformal_answers(held, new, ["fold"], ["patient"], **SETTINGS)
    assert only["answer"].tolist() == ["response"]
    assert both["answer"].tolist() == ["both"]


def test_fits_are_p_values_averaged_over_models():
    held, tested = pd.concat([cohort(80, 1, 0), cohort(80, 2, 1)]), cohort(30, 3)
    said = pd.concat(
        [tested.assign(fold=fold, value=tested["value"] ** (fold + 1)) for fold in (0, 1)]
    )
    fits = conformal_fits(held, said, ["fold"], ["patient"], 25)
    each = [
        p_values(fit_conformal(held[held["fold"] == fold], 25), said[said["fold"] == fold])
        for fold in (0, 1)
    ]
    np.testing.assert_allclose(fits[["no", "yes"]], np.mean(each, axis=0))
    told = conformal_answers(held, said, ["fold"], ["patient"], **SETTINGS)
    assert told["answer"].tolist() == answers(np.mean(each, axis=0), 0.9).tolist()


def test_test_outcomes_change_no_answer():
    held, tested = cohort(300, 1), cohort(300, 2)
    args = (["fold"], ["patient"])
    one = conformal_answers(held, tested, *args, **SETTINGS)
    two = conformal_answers(held, tested.assign(response=1 - tested["response"]), *args, **SETTINGS)
    pd.testing.assert_frame_equal(one, two)


def test_only_the_arm_received_and_known_responses_count():
    said = pd.DataFrame(
        {
            "patient": ["P", "P", "Q", "R"],
            "arm": ["a", "b", "a", "a"],
            "value": [0.1, 0.2, 0.3, 0.4],
        }
    ).assign(endpoint=["response", "response", "os", "response"])
    patients = pd.DataFrame({"patient": ["P", "Q", "R"], "arm": ["b", "a", "a"]})
    patients = patients.assign(cancer_type="x", family=None, response=[1.0, 1.0, np.nan])
    assert in_arm_received(said, patients)[["patient", "value"]].to_numpy().tolist() == [["P", 0.2]]
    assert in_arm_received(said, patients.drop(columns="response")).empty
