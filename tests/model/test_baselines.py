"""Baselines find what is there, find nothing where nothing is, and cannot see locked outcomes."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from lifelines.utils import concordance_index
from memory_hospital import make_hospital, scrambled, split_of
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import roc_auc_score

from gcin.intake.designs import SURVIVAL_ONLY
from gcin.model import baselines
from gcin.model.baselines import COLUMNS, baseline_curves, fit_baseline, predict_baseline
from gcin.model.boosting import fit_boosting, fit_by_arm, loss_of
from gcin.model.linear import Questions
from gcin.model.outcomes import training_table
from gcin.model.study import prepare_fold
from gcin.model.telling import told
from gcin.prediction.applying import run_rows

LEARNING = sorted(set(COLUMNS) - {"majority"})


def unseen(hospital, kind, settings, patients=None, split=None):
    """Predictions of part test in the arm received, and the patients."""
    patients = hospital.patients if patients is None else patients
    split = split_of(hospital.patients) if split is None else split
    table = training_table(patients, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 0)
    fits = fit_baseline(kind, everyone, preparation, settings, 1)
    test = everyone.part("test")
    predicted = predict_baseline(kind, fits, test, preparation)
    rows = patients.set_index("patient").loc[test.table.index]
    arm = [preparation.arms.index(name) for name in rows["arm"]]
    return {name: values[np.arange(len(arm)), arm] for name, values in predicted.items()}, rows


def scores(predicted, rows):
    found = {"os": concordance_index(rows["os_time"], -predicted["os"], rows["os_event"])}
    known = rows["response"].notna().to_numpy()
    if "response" in predicted:
        found["response"] = roc_auc_score(rows["response"][known], predicted["response"][known])
    return found


@pytest.fixture(scope="module")
def strong():
    return make_hospital(count=600, genes=8, signal=2.5, seed=3)


@pytest.fixture(scope="module")
def halves(strong):
    split = split_of(strong.patients)
    split.loc[::2, "part"] = "test"
    return split


@pytest.mark.parametrize("kind", LEARNING)
def test_what_is_there_is_found(strong, halves, kind, settings):
    found = scores(*unseen(strong, kind, settings, split=halves))
    assert min(found.values()) > 0.6


@pytest.mark.parametrize("kind", LEARNING)
def test_shuffled_outcomes_teach_nothing(strong, halves, kind, settings):
    patients, random = strong.patients.copy(), np.random.default_rng(0)
    columns = ["response", "os_time", "os_event"]
    patients[columns] = patients[columns].to_numpy()[random.permutation(len(patients))]
    found = scores(*unseen(strong, kind, settings, patients, halves))
    assert all(0.4 < value < 0.6 for value in found.values())


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_locked_outcomes_change_nothing(strong, halves, kind, settings):
    other = scrambled(strong.patients, halves)
    one, _ = unseen(strong, kind, settings, split=halves)
    two, _ = unseen(strong, kind, settings, other, halves)
    for endpoint in one:
        np.testing.assert_array_equal(one[endpoint], two[endpoint])


def test_majority_says_the_share_of_responders_to_everyone(strong, halves, settings):
    predicted, _ = unseen(strong, "majority", settings, split=halves)
    train = halves["patient"][halves["part"] == "train"]
    share = strong.patients.set_index("patient").loc[train, "response"].mean()
    np.testing.assert_allclose(predicted["response"], share)
    assert (predicted["os"] == 0).all()


@pytest.mark.parametrize("kind", SURVIVAL_ONLY)
def test_designs_of_survival_say_nothing_of_response(strong, halves, settings, kind):
    predicted, _ = unseen(strong, kind, settings, split=halves)
    assert set(predicted) == {"os"}
    assert set(SURVIVAL_ONLY) == baselines.SURVIVAL_ONLY


def test_study_of_one_arm_has_one_column_of_predictions(settings):
    hospital = make_hospital(count=150, genes=5, arms=("target",))
    table = training_table(hospital.patients, split_of(hospital.patients))
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 0)
    for kind in COLUMNS:
        fits = fit_baseline(kind, everyone, preparation, settings, 1)
        predicted = predict_baseline(kind, fits, everyone.part("test"), preparation)
        assert {values.shape[1] for values in predicted.values()} == {1}


@pytest.mark.parametrize("kind", ["lasso", "ridge", "random_forest", "survival_forest"])
def test_what_is_chosen_by_patients_left_out_keeps_families_whole(
    strong, halves, kind, settings, monkeypatch
):
    random = np.random.default_rng(0)
    patients = strong.patients.assign(family=random.integers(0, 60, 600).astype(str))
    table = training_table(patients, halves)
    preparation, everyone = prepare_fold(table, strong.cohorts, settings["preparation"], 0)
    family = everyone.part("train").table["family"].to_numpy()
    divided, plain = [], Questions.folds

    def watched(questions, count):
        folds = plain(questions, count)
        divided.extend(
            set(family[inside.patient]) & set(family[outside.patient]) for inside, outside in folds
        )
        return folds

    monkeypatch.setattr(Questions, "folds", watched)
    fit_baseline(kind, everyone, preparation, settings, 1)
    assert divided
    assert not any(divided)


def test_trees_of_an_arm_know_only_its_patients(settings):
    """Arm 1 responds where arm 0 does not; trees of all arms would have to discover that."""
    random = np.random.default_rng(0)
    columns, arm = random.normal(size=(400, 2)), np.repeat([0, 1], 200)
    answer = ((columns[:, 0] > 0) == (arm == 1)).astype(float)
    order = random.permutation(400)
    train, held = (
        Questions(columns, arm[rows], np.zeros(len(rows), int), rows, answer[rows], order)
        for rows in (order[:300], order[300:])
    )
    fit = fit_by_arm(train, held, 2, 1, settings["boosting"], 1)
    chances = fit.told(np.array([[1.0, 0.0], [-1.0, 0.0]]))[..., 0]
    assert chances[0, 1] > 0.9 > 0.1 > chances[0, 0]
    assert chances[1, 0] > 0.9 > 0.1 > chances[1, 1]
    flipped = replace(train, answer=np.where(train.arm == 0, 1 - train.answer, train.answer))
    again = fit_by_arm(flipped, held, 2, 1, settings["boosting"], 1)
    np.testing.assert_array_equal(again.told(columns)[:, 1], fit.told(columns)[:, 1])


@pytest.mark.parametrize("numeric", [False, True])
def test_boosted_trees_end_where_the_inner_split_is_best_off(settings, numeric):
    """Not a patience later, as scikit-learn leaves them."""
    random = np.random.default_rng(0)
    columns, arm = random.normal(size=(300, 12)), np.arange(300) % 2
    answer = columns[:, 0] + random.normal(size=300) * 1.5
    answer, alone = answer if numeric else (answer > 0).astype(float), np.arange(300)
    train, held = (
        Questions(columns, arm[rows], np.zeros(len(rows), int), rows, answer[rows], alone, numeric)
        for rows in (np.arange(220), np.arange(220, 300))
    )
    own = settings["boosting"] | {"learning_rates": [0.1], "leaves": [8], "max_iterations": 60}
    fit = fit_boosting(train, held, 2, 1, own, 1)
    design = [np.column_stack([one.rows, one.arm, one.interval]) for one in (train, held)]
    kind = HistGradientBoostingRegressor if numeric else HistGradientBoostingClassifier
    limits = {"max_leaf_nodes": 8, "min_samples_leaf": own["min_patients"], "max_iter": 60}
    every = kind(learning_rate=0.1, early_stopping=False, random_state=1, **limits)
    every.fit(design[0], train.answer)
    stages = every.staged_predict(design[1]) if numeric else every.staged_predict_proba(design[1])
    losses = [loss_of(said if numeric else said[:, 1], held) for said in stages]
    assert loss_of(fit.asked(held), held) == pytest.approx(min(losses))
    assert min(losses) < losses[-1] - 0.01


def test_a_column_that_none_of_those_learnt_from_has_is_passed_over(settings):
    """One that nobody has, as burdens in a cohort without genomes, and one that an arm lacks."""
    random = np.random.default_rng(0)
    columns, arm = random.normal(size=(300, 4)), np.arange(300) % 2
    answer = (columns[:, 0] + random.normal(size=300) > 0).astype(float)
    columns[:, 2], columns[arm == 1, 3] = np.nan, np.nan
    told = []
    for kept in ([0, 1, 2, 3], [0, 1, 3]):
        train, held = (
            Questions(columns[:, kept], arm[rows], np.zeros(len(rows), int), rows, answer[rows],
                      np.arange(300))
            for rows in (np.arange(220), np.arange(220, 300))
        )  # fmt: skip
        told.append(fit_by_arm(train, held, 2, 1, settings["boosting"], 1).told(columns[:, kept]))
    np.testing.assert_array_equal(*told)
    assert np.isfinite(told[0]).all()


def test_arm_of_one_answer_is_predicted_by_the_trees_of_all_arms(settings, caplog):
    random = np.random.default_rng(0)
    columns, arm = random.normal(size=(200, 2)), np.repeat([0, 1], 100)
    answer = np.where(arm == 1, 1.0, columns[:, 0] > 0)
    alone = np.arange(200)
    asked = Questions(columns, arm, np.zeros(200, int), alone, answer, alone)
    fit = fit_by_arm(asked, asked, 2, 1, settings["boosting"], 1)
    assert "arm 1 has but one answer" in caplog.text
    assert (fit.told(columns)[:, 1] > 0.8).all()


@pytest.mark.parametrize("kind", ["boosting", "random_forest", "cox"])
def test_what_validation_patients_do_not_know_is_told_by_name(settings, kind):
    hospital = make_hospital(count=60, genes=4)
    split = split_of(hospital.patients)
    held = (split["part"] == "validation").to_numpy()
    silent = hospital.patients.copy()
    silent.loc[held, ["os_time", "os_event"]] = np.nan
    with pytest.raises(ValueError, match=f"validation patients .* os .* {kind} chooses"):
        unseen(hospital, kind, settings, silent, split)


def test_a_fold_that_knows_nobodys_survival_is_passed_over_by_designs_of_survival(settings):
    """As where one of two sites alone follows its patients, and is tested."""
    hospital = make_hospital(count=60, genes=4)
    split = split_of(hospital.patients)
    learnt = (split["part"] != "test").to_numpy()
    silent = hospital.patients.copy()
    silent.loc[learnt, ["os_time", "os_event"]] = np.nan
    table = training_table(silent, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 0)
    fits = fit_baseline("cox", everyone, preparation, settings, 1)
    predict = partial(predict_baseline, "cox", fits, preparation=preparation)
    calibrations, rows = told(predict, everyone, preparation)
    curves = baseline_curves("cox", fits, everyone, preparation)
    new = everyone.table.assign(role="new")
    applied = run_rows(new, predict(everyone), preparation.arms, calibrations, 0)
    assert (len(rows), len(curves), len(applied)) == (0, 0, 0)
    assert list(rows) == ["patient", "part", "endpoint", "arm", "raw", "value"]
