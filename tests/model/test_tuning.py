"""Trials are judged on the inner split: the better one wins, and part test has no say in it."""

import pytest
from memory_hospital import make_hospital, scrambled, split_of

from gcin.model.outcomes import training_table
from gcin.model.study import prepare_fold
from gcin.model.training import train_network
from gcin.model.tuning import outcome_of, over_inner_folds, trial_table, with_changes

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# As configured nothing is learnt beyond the ridge model; the steps of one trial throw it away.
STILL, WILD, SOUND = {}, {"learning_rate": 1.0}, {"learning_rate": 0.01, "dropout": 0.0}


@pytest.fixture(scope="module")
def small():
    hospital = make_hospital(count=200, genes=8, signal=3.0)
    return hospital, split_of(hospital.patients)


@pytest.fixture(scope="module")
def outcome(small, settings):
    """Make a trial on some outcomes of the same patients."""
    hospital, split = small
    training = {**settings["training"], "learning_rate": 1e-9, "max_epochs": 8}

    def made(changes, patients=hospital.patients):
        table = training_table(patients, split)
        preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
        # A ridge model shrunk to almost nothing leaves the most to learn.
        linear = {**settings["linear"], "strengths": [0.001]}
        own = with_changes(settings | {"training": training, "linear": linear}, changes)
        trained = train_network(everyone, preparation, hospital.members, own, seed=1)
        return over_inner_folds([outcome_of(changes, trained.history, 30)])

    return made


@pytest.fixture(scope="module")
def found(outcome):
    return [outcome(changes) for changes in (STILL, WILD, SOUND)]


def test_the_trial_that_was_planned_to_be_better_wins(found):
    table = trial_table(found, {"learning_rate": 1e-9, "dropout": 0.2})
    assert table["trial"][table["chosen"]].tolist() == [2]
    assert table["loss"][2] < table["loss"][0] - 0.01
    assert found[2]["epoch"] > 0


def test_a_trial_that_is_no_better_leaves_what_is_configured(found):
    table = trial_table(found[:2], {"learning_rate": 1e-9})
    assert table["trial"][table["chosen"]].tolist() == [0]


def test_outcomes_of_part_test_change_nothing_and_those_of_the_inner_split_do(
    small, outcome, found
):
    hospital, split = small
    assert outcome(SOUND, scrambled(hospital.patients, split)) == found[2]
    swapped = split.assign(part=split["part"].replace({"validation": "test", "test": "validation"}))
    assert outcome(SOUND, scrambled(hospital.patients, swapped))["loss"] != found[2]["loss"]
