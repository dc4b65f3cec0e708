"""Trees are searched as networks are: on the inner split, the settings as they stand first."""

import joblib
import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, scrambled, split_of

from gcin.model.baselines import fit_baseline, predict_baseline
from gcin.model.boosting import fit_boosting, loss_of
from gcin.model.linear import Questions
from gcin.model.outcomes import training_table
from gcin.model.predictions import frozen
from gcin.model.study import prepare_fold
from gcin.model.tried import tried_table

LOW, HIGH = {"learning_rate": 0.01, "leaves": 2}, {"learning_rate": 0.5, "leaves": 60}
TRIALS = ({}, HIGH, LOW)


def questions(seed=0, count=300, held=100):
    """A line through noise, which few leaves and small steps find best."""
    random = np.random.default_rng(seed)
    columns, arm = random.normal(size=(count, 12)), np.arange(count) % 2
    answer = (columns[:, :3].sum(axis=1) + random.normal(size=count) * 2 > 0).astype(float)
    return [
        Questions(
            columns, arm[rows], np.zeros(len(rows), int), rows, answer[rows], np.arange(count)
        )
        for rows in (np.arange(count - held), np.arange(count - held, count))
    ]


@pytest.fixture(scope="module")
def wide(settings):
    return settings["boosting"] | {"max_iterations": 400}


def test_the_best_of_all_trials_on_the_inner_split_is_kept(wide):
    train, held = questions()
    fit = fit_boosting(train, held, 2, 1, wide, 1, TRIALS)
    table = pd.DataFrame(fit.tried)
    assert table["trial"].tolist() == [0, 0, 0, 0, 1, 2]
    assert table["chosen"].sum() == 1
    best = table.loc[table["chosen"].idxmax()]
    assert best["trial"] == 2
    assert best["loss"] == table["loss"].min()
    assert loss_of(fit.asked(held), held) == pytest.approx(best["loss"])
    assert fit.model.n_iter_ == best["trees"]
    assert table["loss"][4] > table["loss"][:4].min()


def test_a_search_that_finds_nothing_better_leaves_the_trees_as_they_are(wide):
    train, held = questions()
    alone, searched = (
        fit_boosting(train, held, 2, 1, wide, 1, trials) for trials in (({},), ({}, HIGH))
    )
    np.testing.assert_array_equal(searched.told(train.columns), alone.told(train.columns))
    assert [one["trial"] for one in searched.tried if one["chosen"]] == [0]


@pytest.mark.parametrize("changes", [{"l2_regularization": 300}, {"max_features": 0.1},
                                     {"min_patients": 90}])  # fmt: skip
def test_every_setting_that_may_be_tried_reaches_the_trees(wide, changes):
    train, held = questions()
    said = [
        fit_boosting(train, held, 2, 1, wide | own, 1).told(train.columns) for own in ({}, changes)
    ]
    assert np.abs(said[0] - said[1]).max() > 0.01


@pytest.fixture(scope="module")
def small():
    hospital = make_hospital(count=200, genes=8, signal=3.0)
    return hospital, split_of(hospital.patients)


@pytest.fixture(scope="module")
def fitted(small, settings):
    """Fit a design with a search to some outcomes of the same patients, and save it."""
    hospital, split = small

    def made(kind, patients=hospital.patients):
        table = training_table(patients, split)
        preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 0)
        fits = fit_baseline(kind, everyone, preparation, settings, 1, trials=TRIALS)
        return fits, preparation, everyone

    return made


def test_outcomes_of_part_test_change_nothing_that_was_tried(small, fitted):
    hospital, split = small
    own, blind = (
        fitted("boosting", patients)[0]
        for patients in (hospital.patients, scrambled(hospital.patients, split))
    )
    assert {name: fit.tried for name, fit in own.items()} == {
        name: fit.tried for name, fit in blind.items()
    }
    swapped = split.assign(part=split["part"].replace({"validation": "test", "test": "validation"}))
    other = fitted("boosting", scrambled(hospital.patients, swapped))[0]
    assert other["response"].tried != own["response"].tried


@pytest.mark.parametrize(("kind", "models"), [("boosting", 1), ("boosting_per_arm", 2)])
def test_what_each_model_tried_lies_in_a_table(fitted, tmp_path, kind, models):
    fits, preparation, everyone = fitted(kind)
    path = tmp_path / "model" / "trees" / "fold-2" / "seed-3" / "model.joblib"
    path.parent.mkdir(parents=True)
    joblib.dump(frozen(preparation, {}) | {"kind": kind, "fits": fits}, path)
    table = tried_table([str(path)])
    assert table[["design", "fold", "seed"]].drop_duplicates().to_numpy().tolist() == [
        ["trees", 2, 3]
    ]
    assert table.groupby("endpoint").size().eq(6 * models).all()
    assert table.groupby(["endpoint", "arm"], dropna=False)["chosen"].sum().eq(1).all()
    assert set(table["arm"].dropna()) == (set(preparation.arms) if models > 1 else set())
    kept = joblib.load(path)["fits"]
    said = [predict_baseline(kind, one, everyone, preparation)["response"] for one in (fits, kept)]
    np.testing.assert_array_equal(*said)
