"""Curves and areas of abstention, against their definition and against what is known of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from gcin.evaluation.abstention import (
    SHARES,
    abstention_tables,
    exact_limits,
    patients_behind,
    risk_coverage,
    with_answers,
)


def area_of(sure, wrong):
    """The definition: the mean over k of the error among the k surest."""
    ordered = np.asarray(wrong)[np.argsort(-np.asarray(sure), kind="stable")]
    return np.mean(np.cumsum(ordered) / np.arange(1, len(ordered) + 1))


@pytest.mark.parametrize("seed", range(3))
def test_the_area_is_the_mean_error_over_all_numbers_answered_in_every_resample(seed):
    rng = np.random.default_rng(seed)
    sure, wrong = rng.random(40), (rng.random(40) < 0.3).astype(float)
    drawn = rng.integers(0, 4, (5, 40)).astype(float)
    found = risk_coverage(drawn, sure, wrong)
    for draw, counts in enumerate(drawn.astype(int)):
        # Copies of a patient come in any order: all are right, or all wrong.
        copies = [np.repeat(values, counts) for values in (sure, wrong)]
        assert found["aurc"][draw] == pytest.approx(area_of(*copies))
        assert found["best"][draw] == pytest.approx(area_of(-copies[1], copies[1]))
        assert found["random"][draw] == pytest.approx(copies[1].mean())


def test_equals_are_answered_in_a_random_order():
    rng = np.random.default_rng(4)
    sure, wrong = rng.integers(0, 4, 60) / 4, (rng.random(60) < 0.4).astype(float)
    found = risk_coverage(np.ones((1, 60)), sure, wrong)["aurc"][0]
    shuffled = [area_of(sure + 1e-6 * rng.random(60), wrong) for _ in range(4000)]
    assert found == pytest.approx(np.mean(shuffled), abs=4 * np.std(shuffled) / np.sqrt(4000))


def test_where_all_are_alike_the_area_is_that_of_a_random_order():
    wrong = np.array([1.0, 0, 0, 1, 0, 0])
    found = risk_coverage(np.ones((1, 6)), np.full(6, 0.2), wrong)
    assert found["aurc"][0] == pytest.approx(2 / 6)
    assert found["curve"][0] == pytest.approx(np.full(len(SHARES), 2 / 6))


def test_the_best_area_tends_to_that_of_its_paper():
    """Geifman, Uziel and El-Yaniv 2019 (ICLR): r + (1 - r) log(1 - r)."""
    wrong = (np.arange(200_000) < 60_000).astype(float)
    found = risk_coverage(np.ones((1, 200_000)), np.zeros(200_000), wrong)["best"][0]
    assert found == pytest.approx(0.3 + 0.7 * np.log(0.7), abs=1e-5)


def test_the_curve_is_the_error_among_the_surest():
    sure, wrong = np.arange(40, 0, -1.0), (np.arange(40) >= 30).astype(float)
    curve = risk_coverage(np.ones((1, 40)), sure, wrong)["curve"][0]
    expected = [max(0, round(40 * share) - 30) / (40 * share) for share in SHARES]
    assert curve == pytest.approx(expected)


def study(seed, knows=True, patients=400, copies=1):
    """Predictions of one design in two folds; of half of the patients nothing can be known."""
    rng = np.random.default_rng(seed)
    chance = np.where(rng.random(patients) < 0.5, 0.5, rng.choice([0.05, 0.95], patients))
    response = (rng.random(patients) < chance).astype(float)
    said = chance if knows else rng.permutation(np.abs(chance - 0.5)) * np.sign(
        rng.random(patients) - 0.5
    ) + 0.5  # fmt: skip
    fold = np.arange(patients) % 2
    rows = pd.DataFrame({"patient": [f"P{n}" for n in range(patients)], "fold": fold})
    rows = rows.assign(value=said, response=response, design="d", endpoint="cr", repeat=0, arm="a")
    rows["family"] = None
    rows["no"], rows["yes"] = 1 - rows["value"], rows["value"]
    single = np.select([said > 0.9, said < 0.1], ["response", "no response"], "both")
    return rows.assign(answer=single)


def test_who_knows_when_it_is_unsure_saves_and_who_does_not_saves_nothing():
    _, knowing = abstention_tables(study(1), 200, 1, 0.95)
    _, guessing = abstention_tables(study(1, knows=False), 200, 1, 0.95)
    assert (knowing["saved_low"] > 0.05).all()
    assert (knowing["aurc"] < knowing["random"]).all()
    assert (knowing["best"] <= knowing["aurc"]).all()
    assert ((guessing["saved_low"] < 0) & (guessing["saved_high"] > 0)).all()


def test_the_curve_tells_where_conformal_answers_stop():
    rows = study(2)
    curve, areas = abstention_tables(rows, 100, 1, 0.95)
    assert list(curve["order"].unique()) == ["probability", "conformal"]
    single = rows[rows["answer"] != "both"]
    wrong = (single["answer"] == "response") != (single["response"] == 1)
    assert curve["single"].unique() == [len(single) / len(rows)]
    assert areas["single_error"].to_numpy() == pytest.approx([wrong.mean()] * 2)
    whole = curve[curve["answered"] == 1]
    likely = (rows["value"] >= 0.5) == (rows["response"] == 1)
    assert whole["accuracy"].iloc[0] == pytest.approx(likely.mean())
    assert (curve["low"] <= curve["error"] + 1e-12).all()
    assert curve["error"].to_numpy() == pytest.approx(1 - curve["accuracy"])


def test_folds_are_ordered_by_themselves():
    """Of two folds of one probability each, the surer fold is not answered first."""
    rows = study(3).assign(value=lambda table: np.where(table["fold"] == 0, 0.9, 0.6))
    _, areas = abstention_tables(rows, 50, 1, 0.95)
    own = areas[areas["order"] == "probability"].iloc[0]
    assert own["aurc"] == pytest.approx(own["random"])
    # Nothing is saved in any resample: no interval, rather than one without width.
    assert np.isnan([own["saved_low"], own["saved_high"]]).all()


def test_relatives_are_no_new_evidence():
    rows = study(5, patients=150)
    kin = pd.concat([rows.assign(patient=rows["patient"] + f"x{k}", family=rows["patient"])
                     for k in range(4)])  # fmt: skip
    widths = [
        (areas["high"] - areas["low"]).iloc[0]
        for areas in (abstention_tables(table, 300, 1, 0.95)[1] for table in (rows, kin))
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.25)


def test_limits_are_the_exact_ones():
    for wrong, n in ((0, 5), (2, 9), (7, 7)):
        low, high = exact_limits(np.array([wrong / n]), np.array([float(n)]), 0.95)
        exact = binomtest(wrong, n).proportion_ci(0.95, "exact")
        assert (low[0], high[0]) == pytest.approx((exact.low, exact.high))


def test_limits_hold_the_error_of_the_surest_few_as_often_as_they_say():
    """Of five of a hundred patients; resamples missed it in 40 of 100 cohorts."""
    rng = np.random.default_rng(9)

    def errors(count):
        chance = 1 / (1 + np.exp(-rng.normal(size=count)))
        response = (rng.random(count) < chance).astype(float)
        return chance, response, ((chance >= 0.5) != response).astype(float)

    chance, _, wrong = errors(200_000)
    truth = risk_coverage(np.ones((1, 200_000)), np.abs(chance - 0.5), wrong)["curve"][0]
    missed = np.zeros(len(SHARES))
    for seed in range(120):
        chance, response, _ = errors(100)
        rows = study(seed, patients=100).assign(value=chance, response=response)
        rows["fold"] = np.arange(100) % 5
        curve, _ = abstention_tables(rows, 10, 1, 0.95)
        own = curve[curve["order"] == "probability"]
        missed += ((own["low"] > truth) | (own["high"] < truth)).to_numpy()
    assert missed.max() <= 12
    assert missed[:4].max() <= 6


def test_the_error_of_some_equals_rests_on_all_of_them():
    """Against how much it moves where each answer is wrong by the same chance."""
    rng = np.random.default_rng(3)
    rows = study(8, patients=80).assign(sure=rng.integers(0, 7, 80))
    errors = []
    for _ in range(4000):
        wrong = (rng.random(80) < 0.3).astype(float)
        folds = [
            risk_coverage(np.ones((1, len(own))), own["sure"].to_numpy(), wrong[own.index])
            for _, own in rows.groupby("fold")
        ]
        errors.append(np.mean([fold["curve"][0] for fold in folds], axis=0))
    moves = 0.3 * 0.7 / np.var(errors, axis=0)
    assert patients_behind(rows) == pytest.approx(moves, rel=0.12)
    alone = patients_behind(rows.assign(sure=np.arange(80)))
    assert alone == pytest.approx(80 * SHARES)
    kin = rows.assign(sure=np.arange(80), family=np.arange(80) // 4)
    assert patients_behind(kin) == pytest.approx(20 * SHARES)


def test_repeats_are_averaged_and_one_family_has_no_interval():
    rows = study(6)
    again = pd.concat([rows, rows.assign(repeat=1, fold=rows["fold"] + 2)])
    once, twice = (abstention_tables(table, 50, 1, 0.95)[1] for table in (rows, again))
    pd.testing.assert_frame_equal(once, twice)
    curve, areas = abstention_tables(rows.assign(family="F"), 50, 1, 0.95)
    assert areas["aurc"].to_numpy() == pytest.approx(once["aurc"].to_numpy())
    assert areas[["low", "saved_low"]].isna().all(axis=None)
    assert curve["low"].isna().all()


def test_answers_stand_beside_the_predictions_of_a_yes_or_no_alone():
    rows = study(7)
    keys = ["design", "endpoint", "fold", "patient"]
    pooled = rows.drop(columns=["no", "yes", "answer"])
    timed = pooled.assign(endpoint="os", response=np.nan)
    found = with_answers(pd.concat([pooled, timed]), rows[[*keys, "no", "yes", "answer"]])
    pd.testing.assert_frame_equal(found[rows.columns], rows)
    empty = abstention_tables(with_answers(timed, rows[[*keys, "no", "yes", "answer"]]), 5, 1, 0.9)
    assert all(table.empty for table in empty)
