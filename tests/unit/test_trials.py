"""Trials of a network's settings are the same whenever they are drawn, and complete in a grid."""

from copy import deepcopy
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gcin.intake.force import in_force
from gcin.intake.tree_settings import combinations
from gcin.intake.trials import trials_of
from gcin.model.tuning import (
    by_trial,
    outcome_of,
    over_inner_folds,
    trial_table,
    with_changes,
    with_chosen,
)
from gcin.report.search import read_trials, search_words, tried_words

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
GRID = {"dropout": [0.1, 0.2, 0.4], "pooling": ["soft_or", "max"], "learning_rate": [0.001, 0.003]}


def searching(search, grid=None, trials=5, seed=1, design="gcin"):
    tuning = {"search": search, "trials": trials, "seed": seed, "designs": {design: grid or GRID}}
    return CONFIG["model"] | {"tuning": tuning}


def drawn(**asked):
    return trials_of(searching("random", **asked))["gcin"]


def test_nothing_is_tried_unless_asked_for():
    assert trials_of(CONFIG["model"]) == {}
    assert trials_of(searching("none")) == {}


def test_a_grid_tries_every_combination_once_and_the_configuration_first():
    trials = list(trials_of(searching("grid", trials=11))["gcin"].values())
    as_set = {"dropout": 0.2, "pooling": "soft_or", "learning_rate": 0.001}
    assert trials[0] == {}
    tried = [tuple((as_set | changes).values()) for changes in trials]
    assert sorted(tried) == sorted(product(*GRID.values()))
    assert all(value != as_set[key] for changes in trials for key, value in changes.items())


def test_what_a_design_says_of_itself_is_its_first_trial():
    model = searching("grid", grid={"dropout": [0.2, 0.4]})
    model["designs"] = model["designs"] | {"gcin": {"kind": "network", "dropout": 0.4}}
    assert list(trials_of(model)["gcin"].values()) == [{}, {"dropout": 0.2}]


def test_draws_are_the_same_each_time_and_none_comes_twice():
    trials = drawn(trials=9)
    assert trials == drawn(trials=9)
    assert len({str(sorted(changes.items())) for changes in trials.values()}) == 10
    assert [*trials] != [*drawn(trials=9, seed=2)]


def test_a_longer_search_begins_with_the_shorter():
    few, more = drawn(trials=4), drawn(trials=8)
    assert [*more.items()][:5] == [*few.items()]


def test_as_many_draws_as_combinations_are_the_grid():
    assert drawn(trials=11).keys() == trials_of(searching("grid", trials=11))["gcin"].keys()


def test_a_trial_keeps_its_name_when_values_join_the_grid():
    wider = GRID | {"dropout": [0.05, 0.1, 0.2, 0.4], "batch_size": [32, 64]}
    before = trials_of(searching("grid", trials=50))["gcin"]
    after = trials_of(searching("grid", grid=wider, trials=50))["gcin"]
    assert before.items() <= after.items()
    assert len(after) == 32


def test_a_huge_grid_is_not_written_out():
    huge = {key: [n / 1000 for n in range(999)] for key in ("dropout", "gene_dropout", "sparsity")}
    assert len(drawn(grid=huge, trials=3)) == 4


def test_a_search_names_no_edition():
    searched = deepcopy(CONFIG)
    searched["model"] = searching("grid")
    assert in_force(searched) == in_force(CONFIG)


def test_changes_reach_the_network_or_its_training(tmp_path):
    settings = {"network": {"dropout": 0.2}, "training": {"learning_rate": 0.001}, "linear": {}}
    changed = with_changes(settings, {"dropout": 0.4, "learning_rate": 0.003})
    assert changed["network"] == {"dropout": 0.4}
    assert changed["training"] == {"learning_rate": 0.003}
    assert settings["network"] == {"dropout": 0.2}
    (tmp_path / "chosen.json").write_text('{"dropout": 0.4, "learning_rate": 0.003}')
    assert with_chosen(settings, [tmp_path / "chosen.json"]) == changed
    assert with_chosen(settings, []) == settings


def test_trees_try_single_values_and_first_what_stands():
    grid = {"learning_rate": [0.01, 0.03], "l2_regularization": [0, 10], "leaves": [3, 8]}
    trials = list(
        trials_of(searching("grid", grid, trials=50, design="boosting"))["boosting"].values()
    )
    assert trials[0] == {}
    assert len(trials) == 1 + 8 - 2  # 0.03 with 3 or 8 leaves and no penalty stands already
    assert {"learning_rate": 0.03, "leaves": 8, "l2_regularization": 10} in trials
    tried = list(combinations(CONFIG["model"]["boosting"], trials))
    assert [number for number, _ in tried] == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6]
    assert len({str(values) for _, values in tried}) == len(tried)
    assert tried[0][1] == {
        "learning_rate": 0.03, "leaves": 3, "min_patients": 10, "l2_regularization": 0,
        "max_features": 1,
    }  # fmt: skip


def test_what_a_trial_of_trees_leaves_out_is_tried_as_it_stands():
    [trials] = trials_of(
        searching("grid", {"min_patients": [10, 40]}, 5, design="boosting")
    ).values()
    assert list(trials.values()) == [{}, {"min_patients": 40}]
    tried = [
        values
        for number, values in combinations(CONFIG["model"]["boosting"], [{}, {"min_patients": 40}])
        if number
    ]
    assert [(one["learning_rate"], one["leaves"]) for one in tried] == [
        (0.03, 3), (0.03, 8), (0.1, 3), (0.1, 8),
    ]  # fmt: skip
    assert {one["min_patients"] for one in tried} == {40}


def outcome(changes, *losses, patients=30):
    return outcome_of(changes, pd.DataFrame({"val_loss": losses}), patients)


def table_of(outcomes, own, inner_folds=1):
    return trial_table(by_trial(outcomes, inner_folds), own)


@pytest.mark.parametrize(
    ("losses", "chosen"),
    [((0.5, 0.4, 0.3), 2), ((0.5, 0.3, 0.3), 1), ((0.3, 0.3 + 1e-8, 0.3 - 1e-8), 0)],
)
def test_the_least_loss_is_chosen_and_of_ties_the_first(losses, chosen):
    changes = [{}, {"dropout": 0.1}, {"dropout": 0.4}]
    outcomes = [outcome(*pair) for pair in zip(changes, losses, strict=True)]
    table = table_of(outcomes, {"dropout": 0.2})
    assert list(table) == ["trial", "dropout", "loss", "epoch", "epochs", "chosen"]
    assert table["trial"][table["chosen"]].tolist() == [chosen]
    assert table["dropout"].tolist() == [0.2, 0.1, 0.4]


def test_an_outcome_is_that_of_the_best_epoch():
    found = outcome({"dropout": 0.1}, 0.9, 0.5, 0.7)
    assert found.pop("patients") == 30
    assert found == {"changes": {"dropout": 0.1}, "loss": 0.5, "epoch": 1, "epochs": 2}
    assert over_inner_folds([found | {"patients": 30}]) == found


def test_each_patient_of_the_inner_folds_counts_once():
    outcomes = [
        *(outcome({}, 0.5, patients=10), outcome({}, 0.9, 0.3, patients=30)),
        *(
            outcome({"dropout": 0.1}, 0.30, patients=10),
            outcome({"dropout": 0.1}, 0.38, patients=30),
        ),
    ]
    table = table_of(outcomes, {"dropout": 0.2}, inner_folds=2)
    assert table["loss"].tolist() == [0.35, 0.36]  # of both folds alike: 0.40 and 0.34
    assert table["chosen"].tolist() == [True, False]
    assert table[["loss_1", "loss_2"]].to_numpy().tolist() == [[0.5, 0.3], [0.3, 0.38]]
    assert table["epoch"].tolist() == [0.5, 0]
    assert table["dropout"].tolist() == [0.2, 0.1]


def test_the_card_says_what_was_tried_and_what_it_gave(tmp_path):
    paths = []
    for fold, losses in enumerate([(0.5, 0.4), (0.6, 0.7)]):
        outcomes = [outcome({}, losses[0]), outcome({"dropout": 0.1}, losses[1])]
        table = table_of(outcomes, {"dropout": 0.2}).assign(design="gcin", fold=fold)
        paths.append(tmp_path / f"{fold}.tsv")
        table.to_csv(paths[-1], sep="\t", index=False)
    other = [outcome({}, 0.3), outcome({}, 0.2)]
    other = table_of(other, {"batch_size": 32}, inner_folds=2).assign(design="wide", fold=0)
    paths.append(tmp_path / "other.tsv")
    other.to_csv(paths[-1], sep="\t", index=False)
    first, second = search_words(read_trials(paths)["trials"])
    assert first.startswith("gcin: dropout; trials beside the settings as they stand: 1; folds: 2")
    assert "of which 1 kept these; chosen, in so many folds: dropout 0.1 (1), 0.2 (1);" in first
    assert "0.5000 instead of 0.5500" in first
    assert "folds: 1, of which 1 kept these; chosen, in so many folds: batch_size 32 (1);" in second
    assert "mean loss on the inner split, which chose and so flatters" in first
    assert "mean loss on the 2 inner splits, which chose and so flatter: 0.2500" in second
    assert read_trials([]) == {}


def test_the_card_says_what_trees_tried(tmp_path):
    place = {"design": "boosting", "seed": 1, "endpoint": "response", "arm": None}
    rows = [
        place | {"fold": fold, "trial": trial, "leaves": leaves, "loss": loss, "trees": 9}
        for fold, losses in enumerate([(0.5, 0.6, 0.4), (0.7, 0.6, 0.8)])
        for trial, leaves, loss in zip((0, 0, 1), (3, 8, 5), losses, strict=True)
    ]
    table = pd.DataFrame(rows).assign(chosen=[False, False, True, False, True, False])
    table.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    [words] = tried_words(read_trials([], [tmp_path / "trials.tsv"])["tried"])
    assert words.startswith("boosting: leaves; settings tried for each model, those that stand")
    assert "included: 3;" in words
    assert (
        ": 2, of which 1 kept what stands; chosen, in so many models: leaves 5 (1), 8 (1);" in words
    )
    assert "0.5000 instead of 0.5500" in words
