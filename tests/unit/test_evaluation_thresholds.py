"""Thresholds are chosen by patients held out of training, never by those who test."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from gcin.evaluation.comparison import metric_draws
from gcin.evaluation.pooling import external_rows, pool, read_runs
from gcin.evaluation.thresholds import (
    calibration_rows,
    chosen,
    threshold_table,
    with_mean_thresholds,
    with_thresholds,
)

SCORES = {
    "youden": lambda y, named: reference.balanced_accuracy_score(y, named),
    "f1": lambda y, named: reference.f1_score(y, named, zero_division=0),
}
COUNT = 120  # patients of each part
PARTS = np.repeat(["train", "validation", "test"], COUNT)


@given(seed=st.integers(0, 10_000), rule=st.sampled_from(sorted(SCORES)))
def test_no_threshold_scores_better_on_the_patients_who_choose(seed, rule):
    random = np.random.default_rng(seed)
    value = random.integers(0, 8, 30) / 7
    response = (random.random(30) < 0.2 + 0.6 * value).astype(float)
    response[:2] = 0, 1
    own = chosen(value, response, rule)
    best = max(SCORES[rule](response, value >= each) for each in [*np.unique(value), 2.0])
    assert SCORES[rule](response, value >= own) == pytest.approx(best)


def test_one_half_is_left_only_for_something_better():
    value, response = np.array([0.2, 0.4, 0.6, 0.9]), np.array([0.0, 0, 1, 1])
    assert chosen(value, response, "youden") == 0.5
    assert chosen(value / 4, response, "youden") == pytest.approx(0.125)
    same = np.full(4, 0.3)
    assert chosen(same, response, "youden") == 0.5
    assert chosen(same, response, "f1") == 0


def patients(seed, skill):
    """Three parts of patients, and what a design says of them: the log odds of it, or noise."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=len(PARTS)) - 1
    names = [f"P{number:03d}" for number in range(len(PARTS))]
    table = pd.DataFrame({"patient": names, "arm": "a", "family": None, "role": "train"})
    table["response"] = (random.random(len(PARTS)) < 1 / (1 + np.exp(-2 * truth))).astype(float)
    said = skill * truth + (1 - skill) * random.normal(size=len(PARTS)) - 1
    return table, 1 / (1 + np.exp(-said))


def written(folder, table, value, design="net", seeds=(1, 2)):
    """Write runs as a design leaves them; half of part validation has its turn with each seed."""
    for seed in seeds:
        place = folder / "model" / design / "fold-0" / f"seed-{seed}"
        place.mkdir(parents=True)
        told = table[["patient", "arm"]].assign(endpoint="response", value=value, part=PARTS)
        turn = (PARTS == "validation") & (np.arange(len(PARTS)) % 2 == seed % 2)
        told[turn | (PARTS == "test")].to_parquet(place / "predictions.parquet")
    return sorted(map(str, folder.glob("model/*/*/*/predictions.parquet")))


def measured(folder, table, value, rule, part="validation"):
    """Metrics of part test by the project's own path, or with thresholds that `part` chose."""
    paths = written(folder, table, value)
    fold = pd.DataFrame({"patient": table["patient"], "part": PARTS})
    pooled = pool(read_runs(paths), table, {0: fold}, [])
    thresholds = threshold_table(pooled, calibration_rows(read_runs(paths, part), table), rule)
    found = metric_draws(with_thresholds(pooled, thresholds), 10, 1)
    return thresholds, {metric: estimate.whole for (_, _, metric), estimate in found.items()}


def excess(found):
    """Youden's index: what noise has none of."""
    return found["recall"] + found["specificity"] - 1


def test_a_threshold_chosen_on_the_patients_who_test_flatters_and_ours_does_not(tmp_path):
    """The canary: a design that knows nothing, in forty studies."""
    inside, outside = [], []
    for seed in range(40):
        table, value = patients(seed, skill=0)
        inside.append(excess(measured(tmp_path / f"{seed}i", table, value, "youden")[1]))
        outside.append(excess(measured(tmp_path / f"{seed}o", table, value, "youden", "test")[1]))
    error = np.std(inside) / np.sqrt(len(inside))
    assert abs(np.mean(inside)) < 3 * error < 0.06
    assert np.mean(outside) > 0.1
    assert min(outside) >= 0


@pytest.mark.parametrize("rule", ["youden", "f1"])
def test_outcomes_of_who_tests_choose_nothing_and_those_of_who_validates_do(tmp_path, rule):
    table, value = patients(1, skill=0.8)
    own, found = measured(tmp_path / "own", table, value, rule)
    for part, same in (("test", True), ("train", True), ("validation", False)):
        turned = table.assign(
            response=np.where(part == PARTS, 1 - table["response"], table["response"])
        )
        other, _ = measured(tmp_path / part, turned, value, rule)
        assert own.equals(other) == same
    half = measured(tmp_path / "half", table, value, "half")[1]
    gains = {"youden": excess, "f1": lambda told: told["f1"]}
    assert gains[rule](found) > gains[rule](half) + 0.05
    assert found["roc_auc"] == half["roc_auc"]
    assert found["brier"] == half["brier"]


def test_the_table_says_who_chose_what(tmp_path):
    table, value = patients(1, skill=0.8)
    for rule, told in {
        "half": ["half", 0.5, 0], 0.3: ["fixed", 0.3, 0], "youden": ["youden", None, COUNT],
    }.items():  # fmt: skip
        thresholds, _ = measured(tmp_path / str(rule), table, value, rule)
        [row] = thresholds.to_dict("records")
        assert (row["design"], row["endpoint"], row["fold"]) == ("net", "response", 0)
        assert [row["rule"], row["n"]] == [told[0], told[2]]
        assert told[1] in (None, row["threshold"])
    assert 0.05 < row["threshold"] < 0.45


def test_patients_of_one_outcome_choose_nothing_and_the_log_says_so(tmp_path, caplog):
    table, value = patients(1, skill=0.8)
    table.loc[PARTS == "validation", "response"] = 0
    [row] = measured(tmp_path, table, value, "youden")[0].to_dict("records")
    assert (row["rule"], row["threshold"], row["n"]) == ("half", 0.5, COUNT)
    assert "choose no threshold: one half" in caplog.text


def folds_of(*thresholds):
    rows = [("net", "response", fold, "youden", own, 9) for fold, own in enumerate(thresholds)]
    return pd.DataFrame(rows, columns=["design", "endpoint", "fold", "rule", "threshold", "n"])


def test_external_cohorts_are_read_at_the_mean_over_folds():
    table, value = patients(1, skill=0.8)
    away = table.assign(role="external")
    said = table[["patient", "arm"]].assign(
        cohort="far", design="net", endpoint="response", value=value
    )
    rows = external_rows(said, away, [])
    assert set(rows["threshold"]) == {0.5}
    own = with_mean_thresholds(rows, folds_of(0.2, 0.4))
    assert own["threshold"].tolist() == pytest.approx([0.3] * len(rows))
    with pytest.raises(ValueError, match="no threshold of response for design net"):
        with_mean_thresholds(rows, folds_of())
