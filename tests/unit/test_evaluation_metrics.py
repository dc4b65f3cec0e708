"""Metrics against scikit-learn, and what they say where they do not exist."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from gcin.evaluation.metrics import response_metrics


def specificity(y, p, w):
    return reference.recall_score(y, p >= 0.5, sample_weight=w, pos_label=0)


def sensitivity(y, p, w):
    false, true, _ = reference.roc_curve(y, p, sample_weight=w, drop_intermediate=False)
    return true[false <= 0.1 + 1e-9].max()


def scaled_brier(y, p, w):
    always = np.full(len(y), np.average(y, weights=w))
    brier = reference.brier_score_loss
    return 1 - brier(y, p, sample_weight=w) / brier(y, always, sample_weight=w)


SAME = {
    "accuracy": lambda y, p, w: reference.accuracy_score(y, p >= 0.5, sample_weight=w),
    "precision": lambda y, p, w: reference.precision_score(y, p >= 0.5, sample_weight=w),
    "recall": lambda y, p, w: reference.recall_score(y, p >= 0.5, sample_weight=w),
    "f1": lambda y, p, w: reference.f1_score(y, p >= 0.5, sample_weight=w),
    "roc_auc": lambda y, p, w: reference.roc_auc_score(y, p, sample_weight=w),
    "pr_auc": lambda y, p, w: reference.average_precision_score(y, p, sample_weight=w),
    "brier": lambda y, p, w: reference.brier_score_loss(y, p, sample_weight=w),
    "mcc": lambda y, p, w: reference.matthews_corrcoef(y, p >= 0.5, sample_weight=w),
    "specificity": specificity,
    "sensitivity_at_specificity": sensitivity,
    "scaled_brier": scaled_brier,
}


def rows(value, response, fold=0):
    table = pd.DataFrame({"value": np.asarray(value, float), "response": response, "fold": fold})
    table["response"] = table["response"].astype(float)
    return table.assign(column=range(len(table)), threshold=0.5)


def cohort(seed, patients=80, levels=12):
    """Noisy predictions with many ties."""
    rng = np.random.default_rng(seed)
    value = rng.integers(0, levels, patients) / (levels - 1)
    response = rng.random(patients) < 0.2 + 0.6 * value
    return rows(value, response), rng.integers(0, 4, (3, patients)).astype(float)


def measure(table, weights=None):
    drawn = np.ones((1, len(table))) if weights is None else weights
    return {name: values[0] for name, values in response_metrics(table, drawn).items()}


@pytest.mark.parametrize("metric", SAME)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_metric_agrees_with_scikit_learn_in_every_resample(metric, seed):
    table, weights = cohort(seed)
    ours = response_metrics(table, weights)[metric]
    theirs = [SAME[metric](table["response"], table["value"], w) for w in weights]
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_accuracy_stands_beside_the_majority_and_pr_auc_beside_the_prevalence():
    found = measure(rows([0.9, 0.8, 0.2, 0.1], [1, 0, 0, 0]))
    assert (found["majority"], found["prevalence"], found["accuracy"]) == (0.75, 0.25, 0.75)


def test_who_knows_nothing_reaches_the_chance_of_pr_auc_in_sites_of_any_prevalence():
    """One site in ten responds, of another nine: the prevalence of both would be beaten by far."""
    response = np.r_[[1] * 2 + [0] * 18, [1] * 18 + [0] * 2]
    found = measure(rows(np.full(40, 0.5), response, fold=np.repeat([0, 1], 20)))
    assert [found["pr_auc"], found["pr_chance"]] == pytest.approx([0.82, 0.82])
    assert found["prevalence"] == 0.5
    whole = measure(rows(np.full(40, 0.5), response))
    assert [whole["pr_chance"], whole["prevalence"]] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("levels", [1, 3, 1000])
def test_the_chance_of_pr_auc_is_that_of_predictions_dealt_at_random(levels):
    """Of an order of everybody in folds of twelve that is far above the prevalence."""
    rng, fold = np.random.default_rng(levels), np.repeat([0, 1, 2], 12)
    table = rows(rng.integers(0, levels, 36) / levels, rng.random(36) < 0.25, fold=fold)
    weights = np.array([np.ones(36), np.arange(36) % 12 > 2], float)
    found = response_metrics(table, weights)["pr_chance"]
    dealt = []
    for _ in range(400):
        value = np.concatenate([rng.permutation(own) for _, own in table.groupby("fold")["value"]])
        dealt.append(response_metrics(table.assign(value=value), weights)["pr_auc"])
    assert found == pytest.approx(np.mean(dealt, axis=0), abs=0.02)
    beyond = found[0] / measure(table)["prevalence"]
    assert (beyond > 1.5) == (levels == 1000)


def test_a_probability_of_one_half_names_a_responder():
    assert measure(rows([0.5, 0.1], [1, 0]))["recall"] == 1


FEW = {"sensitivity_at_specificity", "specificity_reached"}  # of fewer than ten others
UNDEFINED = {"roc_auc", "mcc", "scaled_brier"} | FEW


@pytest.mark.parametrize(
    ("response", "undefined"),
    [
        ([0, 0, 0], UNDEFINED | {"pr_auc", "pr_chance", "recall"}),
        ([1, 1, 1], UNDEFINED | {"specificity"}),
    ],
)
def test_one_class_leaves_a_metric_empty(response, undefined):
    found = measure(rows([0.9, 0.6, 0.2], response))
    assert {name for name, value in found.items() if np.isnan(value)} == undefined


@pytest.mark.parametrize(
    ("others", "reached"), [(9, None), (10, 0.9), (11, 10 / 11), (19, 18 / 19), (20, 0.9)]
)
def test_sensitivity_is_told_beside_the_specificity_that_was_reached(others, reached):
    """Of nine others a tenth is nobody: 90 % was 100 %, and the sensitivity that of a better one.

    Values fall by one place, and every second of the first patients responds.
    """
    response = [1, 0, 1, 0, *[1] * 3, *[0] * (others - 2)]
    found = measure(rows(np.linspace(0.9, 0.1, len(response)), response))
    at = [found["sensitivity_at_specificity"], found["specificity_reached"]]
    named = 5 if others == 20 else 2
    assert at == pytest.approx([named / 5, reached] if reached else [np.nan] * 2, nan_ok=True)


def test_folds_of_few_others_are_told_apart_only_by_those_of_more():
    """Of ten and nine others one is a tenth: 95 % is no more than that."""
    one = rows(np.linspace(0.9, 0.1, 12), [1, 0, 1, *[0] * 9], fold=0)
    two = rows(np.linspace(0.9, 0.1, 11), [1, 0, 1, *[0] * 8], fold=1).assign(column=range(12, 23))
    both = measure(pd.concat([one, two], ignore_index=True))
    assert both["specificity_reached"] == pytest.approx(18 / 19)
    assert both["sensitivity_at_specificity"] == pytest.approx(3 / 4)
    three = two.assign(fold=2, column=range(23, 34))
    assert np.isnan(measure(pd.concat([one, two, three]))["specificity_reached"])


def test_precision_is_empty_where_nobody_is_named():
    found = measure(rows([0.4, 0.3, 0.2], [1, 0, 0]))
    assert np.isnan(found["precision"])
    assert (found["recall"], found["f1"]) == (0, 0)


def test_order_is_judged_within_folds():
    """Each fold's model is perfect, though the scales of the two disagree."""
    table = rows([0.2, 0.1, 0.9, 0.8], [1, 0, 1, 0], fold=[0, 0, 1, 1])
    assert measure(table)["roc_auc"] == 1
    assert measure(table.assign(fold=0))["roc_auc"] == 0.75


def test_knowing_only_the_training_prevalence_is_worth_one_half():
    """Pooled over folds it would seem worse than chance."""
    table = rows([0.4, 0.4, 0.6, 0.6, 0.6], [1, 0, 0, 0, 1], fold=[0, 0, 1, 1, 1])
    assert measure(table)["roc_auc"] == 0.5


def test_folds_count_by_their_pairs():
    first, second = cohort(3, patients=20)[0], cohort(4, patients=60)[0]
    table = pd.concat([first, second.assign(fold=1)], ignore_index=True)
    table["column"] = range(len(table))
    pairs = [f["response"].sum() * (1 - f["response"]).sum() for f in (first, second)]
    areas = [reference.roc_auc_score(f["response"], f["value"]) for f in (first, second)]
    assert measure(table)["roc_auc"] == pytest.approx(np.average(areas, weights=pairs))


@given(seed=st.integers(0, 10_000))
def test_order_does_not_change_under_a_monotone_transform(seed):
    table, weights = cohort(seed)
    bent = table.assign(value=1 / (1 + np.exp(-3 * table["value"])))
    ours, theirs = response_metrics(table, weights), response_metrics(bent, weights)
    for metric in ("roc_auc", "pr_auc", "sensitivity_at_specificity"):
        assert ours[metric] == pytest.approx(theirs[metric], nan_ok=True)
