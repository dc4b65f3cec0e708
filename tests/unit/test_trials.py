"""Trials of a network's settings are the same whenever they are drawn, and complete in a grid."""

from copy import deepcopy
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gcin.intake.force import in_force
from gcin.intake.trials import trials_of
from gcin.model.tuning import outcome_of, trial_table, with_changes, with_chosen
from gcin.report.search import read_trials, search_words

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
GRID = {"dropout": [0.1, 0.2, 0.4], "pooling": ["soft_or", "max"], "learning_rate": [0.001, 0.003]}


def searching(search, grid=None, trials=5, seed=1):
    tuning = {"search": search, "trials": trials, "seed": seed, "designs": {"gcin": grid or GRID}}
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


def outcome(changes, *losses):
    return outcome_of(changes, pd.DataFrame({"val_loss": losses}))


@pytest.mark.parametrize(
    ("losses", "chosen"),
    [((0.5, 0.4, 0.3), 2), ((0.5, 0.3, 0.3), 1), ((0.3, 0.3 + 1e-8, 0.3 - 1e-8), 0)],
)
def test_the_least_loss_is_chosen_and_of_ties_the_first(losses, chosen):
    changes = [{}, {"dropout": 0.1}, {"dropout": 0.4}]
    outcomes = [outcome(*pair) for pair in zip(changes, losses, strict=True)]
    table = trial_table(outcomes, {"dropout": 0.2})
    assert table["trial"][table["chosen"]].tolist() == [chosen]
    assert table["dropout"].tolist() == [0.2, 0.1, 0.4]


def test_an_outcome_is_that_of_the_best_epoch():
    found = outcome({"dropout": 0.1}, 0.9, 0.5, 0.7)
    assert found == {"changes": {"dropout": 0.1}, "loss": 0.5, "epoch": 1, "epochs": 2}


def test_the_card_says_what_was_tried_and_what_it_gave(tmp_path):
    paths = []
    for fold, losses in enumerate([(0.5, 0.4), (0.6, 0.7)]):
        outcomes = [outcome({}, losses[0]), outcome({"dropout": 0.1}, losses[1])]
        table = trial_table(outcomes, {"dropout": 0.2}).assign(design="gcin", fold=fold)
        paths.append(tmp_path / f"{fold}.tsv")
        table.to_csv(paths[-1], sep="\t", index=False)
    other = trial_table([outcome({}, 0.3)], {"batch_size": 32}).assign(design="wide", fold=0)
    paths.append(tmp_path / "other.tsv")
    other.to_csv(paths[-1], sep="\t", index=False)
    first, second = search_words(read_trials(paths)["trials"])
    assert first.startswith("gcin: dropout; trials beside the settings as they stand: 1; folds: 2")
    assert "of which 1 kept these; chosen, in so many folds: dropout 0.1 (1), 0.2 (1);" in first
    assert "0.5000 instead of 0.5500" in first
    assert "folds: 1, of which 1 kept these; chosen, in so many folds: batch_size 32 (1);" in second
    assert read_trials([]) == {}
