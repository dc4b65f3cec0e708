"""A comparison tells who tried more settings, and each inner fold holds out others."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gcin.intake.budgets import settings_tried, unequal_budgets
from gcin.intake.force import in_force
from gcin.intake.turns import turns_of
from gcin.splits.folds import fold_of, folds_of
from gcin.splits.inner_folds import seed_of_inner_fold
from gcin.splits.turns import parts_at

# PuLP 3.3 announces the interface of 4.0.
pytestmark = pytest.mark.filterwarnings("ignore:.*PuLP 4.0:DeprecationWarning")

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
NETWORK = {"dropout": [0.1, 0.2, 0.4], "learning_rate": [0.0003, 0.001, 0.003]}
TREES = {"learning_rate": [0.01, 0.02, 0.05], "l2_regularization": [0, 1, 10]}
DESIGNS = {
    "forest": {"kind": "random_forest"},
    "trees": {"kind": "boosting_on_network", "network": "gcin"},
    "average": {"kind": "stack", "of": ["lasso", "trees"]},
}


def searched(**designs):
    model = deepcopy(CONFIG["model"])
    model["designs"] |= DESIGNS
    if designs:
        model["tuning"] |= {"search": "random", "trials": 5, "designs": designs}
    return model


def test_every_design_that_chooses_is_counted_wherever_a_study_reads_it():
    counted = settings_tried(searched(gcin=NETWORK, boosting=TREES), ["boosting", "average"])
    # Two of the block's four are tried again with each learning rate that is searched.
    # Trees on a network read its pathways, or do not.
    assert counted == {"boosting": 4 + 5 * 2, "trees": 2 * 4, "gcin": 6}
    assert settings_tried(searched(), ["gcin", "boosting", "forest", "lasso"]) == {
        "gcin": 1, "boosting": 4, "forest": 2,
    }  # fmt: skip


def test_trees_that_tried_less_than_a_searched_network_are_told_of():
    told = unequal_budgets(searched(gcin=NETWORK), ["average", "boosting", "forest"])
    assert [words.split(":")[0] for words in told] == [
        "gcin chose among 6 settings, boosting among 4",
        "gcin chose among 6 settings, forest among 2",
    ]
    assert told[0].endswith("model.tuning.designs may name boosting, too.")
    assert "model.forest.min_patients" in told[1]


@pytest.mark.parametrize(
    ("designs", "study"),
    [
        ({}, ["gcin", "boosting", "forest"]),
        ({"gcin": NETWORK, "boosting": TREES}, ["gcin", "boosting"]),
        ({"gcin": NETWORK}, ["gcin", "lasso"]),
        ({"gcin": NETWORK}, ["boosting", "lasso"]),
    ],
)
def test_equals_are_told_of_nothing(designs, study):
    assert unequal_budgets(searched(**designs), study) == []


def test_settings_of_trees_name_an_edition_only_where_they_do_something():
    own = deepcopy(CONFIG)
    assert "l2_regularization" not in in_force(own)["model"]["boosting"]
    own["model"]["boosting"] |= {"l2_regularization": 3, "max_features": 0.5}
    assert in_force(own)["model"]["boosting"]["l2_regularization"] == 3
    assert in_force(own)["model"]["boosting"]["max_features"] == 0.5


def fold_by(scheme, inner_share, count=240):
    names = [f"P{number:03d}" for number in range(count)]
    table = pd.DataFrame({"patient": names, "cohort": "a", "role": "train", "family": names})
    table["answer"] = np.arange(count) % 2
    split = {"scheme": scheme, "stratify": ["answer"], "group": ["patient"]}
    return fold_of(folds_of(table, split, 1, inner_share, [])[0], 0)


K_FOLD = {"name": "k-fold", "folds": 3, "repeats": 1}


@pytest.mark.parametrize(
    ("scheme", "share"),
    [("70-15-15", 0.15), ("80-10-10", 0.15), ("40-30-30", 0.15), ("20-60-20", 0.15),
     (K_FOLD, 0.15), (K_FOLD, 0.25), (K_FOLD, 0.5), (K_FOLD, 0.1)],
)  # fmt: skip
def test_the_door_counts_the_turns_that_a_division_has(scheme, share):
    assert turns_of(scheme, share) == fold_by(scheme, share)["turn"].max()


def test_inner_folds_hold_out_others_and_never_who_tests():
    fold = fold_by("70-15-15", 0.15)
    held = [
        set(parts["patient"][parts["part"] == "validation"])
        for parts in (parts_at(fold, seed_of_inner_fold(fold, 4, inner)) for inner in range(1, 6))
    ]
    assert len(set.union(*held)) == sum(map(len, held)) == 5 * 36
    assert not set.union(*held) & set(fold["patient"][fold["part"] == "test"])
    assert held[0] == set(fold["patient"][fold["turn"] == 4])


def test_an_inner_fold_too_many_is_refused():
    with pytest.raises(ValueError, match=r"inner fold 6, but .* only 5 turn.*inner_folds: 5"):
        seed_of_inner_fold(fold_by("70-15-15", 0.15), 1, 6)
