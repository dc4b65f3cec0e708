"""Ridge models are those of scikit-learn, and a block of columns has a penalty of its own."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, Ridge

from gcin.model import linear
from gcin.model.clinical_matrix import clinical_matrix, fit_clinical
from gcin.model.linear import LassoSolver, fit_by_block, fit_linear
from gcin.model.outcomes import answer_targets, hazard_targets, interval_cuts
from gcin.model.questions import Questions, questions_of
from gcin.model.ridge import ARM_SPREAD, RidgeSolver, Terms


@pytest.fixture(scope="module")
def noisy():
    """Three clinical columns that decide, and 120 of a genome that says nothing."""
    random = np.random.default_rng(4)
    columns = random.normal(size=(400, 123))
    chance = 1 / (1 + np.exp(-columns[:, :3] @ [1.5, -1.0, 0.8]))
    response = (random.random(400) < chance).astype(float)
    return columns, ["clinical"] * 3 + ["genome"] * 120, answer_targets(response), chance


@pytest.fixture(params=["one arm", "three arms", "amounts"])
def asked(request):
    """Questions of patients in no order of arms, of whom some answered several and one none."""
    random = np.random.default_rng(6)
    patient = np.sort(random.choice(np.arange(1, 90), 240))
    interval = np.arange(240) - np.searchsorted(patient, patient)
    arms = 1 if request.param == "one arm" else 3
    columns, numeric = random.normal(size=(90, 7)), request.param == "amounts"
    answer = columns[patient, 0] + random.normal(size=240)
    answer = answer if numeric else (answer > 0).astype(float)
    arm = random.integers(arms, size=90)[patient]
    families = np.arange(90)
    questions = Questions(columns, arm, interval, patient, answer, families, numeric)
    return questions, arms, interval.max() + 1


@pytest.mark.parametrize("strength", [0.01, 1.0])
def test_ridge_solver_finds_what_scikit_learn_finds(asked, strength):
    questions, *sizes = asked
    # The design written out, which only the lasso needs.
    written = LassoSolver(questions, (*sizes, 0.5), 1)
    design, scale = written.design, np.ones(written.design.shape[1])
    scale[written.levels] = ARM_SPREAD / np.sqrt(strength)  # so that no penalty moves their prior
    terms = Terms(questions, *sizes, 0.5)
    weights = RidgeSolver(questions, terms, 500).fit(strength)
    if questions.numeric:
        model = Ridge(1 / strength, fit_intercept=False, tol=1e-10)
    else:
        model = LogisticRegression(C=strength, fit_intercept=False, tol=1e-10, max_iter=10_000)
    found = scale * np.ravel(model.fit(design * scale, questions.answer).coef_)
    np.testing.assert_allclose(terms.scores(weights), design @ weights, atol=1e-12)
    np.testing.assert_allclose(design @ weights, design @ found, atol=2e-3)


def test_a_fit_that_began_at_another_penalty_ends_where_it_should(asked):
    questions, *sizes = asked
    terms = Terms(questions, *sizes, 0.5)
    moved = RidgeSolver(questions, terms, 500)
    moved.fit(0.01)
    fresh = RidgeSolver(questions, terms, 500).fit(1.0)
    np.testing.assert_allclose(terms.scores(moved.fit(1.0)), terms.scores(fresh), atol=2e-3)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_survival_told_of_few_patients_is_theirs_where_columns_say_nothing(l1_ratio, settings):
    random = np.random.default_rng(3)
    time = np.minimum(random.exponential(110, 200), 24.0)
    event = (time < 24).astype(float)
    cuts = interval_cuts(time, event, 12)
    given = random.normal(size=(200, 20)), np.zeros(200, int), hazard_targets(time, event, cuts)
    fit = fit_linear(*given, np.arange(200), 1, l1_ratio, settings["linear"])
    survival = np.prod(1 - expit(fit.bias[0, :-1]))
    assert survival == pytest.approx((time > cuts[-1]).mean(), abs=0.012)


def learn(noisy, settings, shares, arm=None, arms=1):
    columns, blocks, targets, _ = noisy
    arm = np.zeros(200, int) if arm is None else arm
    given = columns[:200], blocks, arm, targets[:200], np.arange(200), arms, shares
    share, fit = fit_by_block(*given, settings["linear"])
    return fit.spread(share)


def distance(fit, noisy):
    columns, _, _, chance = noisy
    said = 1 / (1 + np.exp(-fit.scores(columns[200:])[:, 0, 0]))
    return np.abs(said - chance[200:]).mean()


@pytest.mark.parametrize("strength", [0.1, 10.0])
@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_three_patients_do_not_settle_an_arm(l1_ratio, strength, settings):
    """Beside 300 patients of two arms, three of a third were followed 12 months without event."""
    random = np.random.default_rng(8)
    time, event = np.minimum(random.exponential(12, 303), 36.0), np.ones(303)
    event[time == 36] = 0
    time[-3:], event[-3:] = 12.0, 0
    arm = np.append(random.integers(2, size=300), [2, 2, 2])
    targets = hazard_targets(time, event, interval_cuts(time, event, 10))
    own = settings["linear"] | {"strengths": [strength]}
    columns = np.zeros((303, 1))
    fit = fit_linear(columns, arm, targets, np.arange(303), 3, l1_ratio, own)
    levels = fit.bias[:, 0]
    assert abs(levels[0] - levels[1]) < 0.3
    # Some three events were expected and did not come, which a prior of an s.d. of one outweighs.
    assert 0.5 < levels[:2].mean() - levels[2] < 1.5


def test_a_block_that_says_nothing_is_left_out(noisy, settings):
    plain, own = (learn(noisy, settings, shares) for shares in ([1], [1, 0]))
    assert not own.shared[3:].any()
    assert own.loss < plain.loss
    assert distance(own, noisy) < 0.6 * distance(plain, noisy)


def test_one_share_is_the_plain_ridge_model(noisy, settings):
    columns, _, targets, _ = noisy
    given = columns[:200], np.zeros(200, int), targets[:200], np.arange(200), 1
    plain = fit_linear(*given, 0.0, settings["linear"])
    np.testing.assert_array_equal(learn(noisy, settings, [1]).shared, plain.shared)


def test_what_an_arm_adds_is_scaled_with_its_block(noisy, settings):
    fit = learn(noisy, settings, [0], arm=np.arange(200) % 2, arms=2)
    assert fit.own[:, :3].any()
    assert not fit.own[:, 3:].any()


def test_columns_of_one_block_have_one_penalty(noisy, settings):
    columns, _, targets, _ = noisy
    arm = np.zeros(200, int)
    given = columns[:200, :3], ["clinical"] * 3, arm, targets[:200], np.arange(200), 1, [1, 0]
    share, fit = fit_by_block(*given, settings["linear"])
    assert (share == 1).all()
    assert fit.shared.all()


def test_patients_without_an_outcome_have_no_say_in_the_shares(noisy, settings, monkeypatch):
    """However many they are, those with an outcome are the ones to choose by."""
    monkeypatch.setattr(linear, "ENOUGH", 200)
    columns, blocks, targets, _ = noisy
    silent = np.zeros((2000, *targets.shape[1:]))
    given = np.vstack([np.zeros((2000, columns.shape[1])), columns[:200]])
    targets = np.concatenate([silent, targets[:200]])
    learnt = np.zeros(2200, int), targets, np.arange(2200), 1
    share, _ = fit_by_block(given, blocks, *learnt, [1, 0], settings["linear"])
    assert share.tolist() == [1, 1, 1, *[0] * (len(blocks) - 3)]


@pytest.fixture
def kin():
    """Families of four share a genome, which says nothing, and an outcome, which a column tells."""
    random, family = np.random.default_rng(5), np.repeat(np.arange(50), 4)
    genome = random.normal(size=(50, 60))[family]
    response = random.integers(0, 2, 50)[family].astype(float)
    clinical = response[:, None] * [1.5, 0.0] + random.normal(size=(200, 2))
    columns = np.column_stack([clinical, genome])
    return columns, family, answer_targets(response)


def test_families_are_left_out_whole(kin):
    columns, family, targets = kin
    questions = questions_of(columns, np.zeros(200, int), targets, family, numeric=False)
    folds = questions.folds(5)
    assert len(folds) == 5
    for inside, outside in folds:
        assert not set(family[inside.patient]) & set(family[outside.patient])
        assert len(inside.answer) + len(outside.answer) == 200
    assert questions_of(columns, np.zeros(200, int), targets, family * 0, False).folds(5) == []


def test_kin_do_not_vouch_for_a_block_that_says_nothing(kin, settings):
    columns, family, targets = kin
    blocks = ["clinical"] * 2 + ["genome"] * 60
    read = []
    for families in (family, np.arange(200)):
        given = columns, blocks, np.zeros(200, int), targets, families, 1, [1, 0]
        share, _ = fit_by_block(*given, settings["linear"])
        read.append(share[2:].any())
    assert read == [False, True]


def test_kin_do_not_lighten_a_penalty(kin, settings):
    columns, family, targets = kin
    given = columns, np.zeros(200, int), targets
    whole, divided = (
        fit_linear(*given, families, 1, 0.0, settings["linear"]).strength
        for families in (family, np.arange(200))
    )
    assert whole < divided


def test_a_patient_of_unknown_code_is_told_what_is_told_of_all(settings):
    """Of a code of which one in ten have the rarer level, 50 % were told where 26 % respond."""
    code = np.repeat(["common", "rarer", "rare"], [540, 60, 4])
    response = np.random.default_rng(5).random(604) < np.where(code == "rarer", 0.8, 0.2)
    table = pd.DataFrame({"code": pd.Series(code, dtype=object)})
    fitted, patients = fit_clinical(table, 0), np.arange(604)
    asked = patients * 0, answer_targets(response.astype(float)), patients
    columns = clinical_matrix(table, fitted).to_numpy(float)
    fit = fit_linear(columns, *asked, 1, 0.0, settings["linear"])
    other = pd.DataFrame({"code": pd.Series([None, "unheard of", "rare"], dtype=object)})
    told = expit(fit.scores(clinical_matrix(other, fitted).to_numpy(float)))
    assert told.ravel() == pytest.approx([response.mean()] * 3, abs=0.03)


@pytest.mark.parametrize("kind", ["stage", "u"])
def test_a_patient_of_unknown_number_is_told_what_is_told_of_all(kind, settings):
    """Half of all have the outcome at both ends of a number, and hardly any in its middle."""
    random = np.random.default_rng(5)
    stage, score = (
        random.choice([1.0, 2, 3, 4], 600, p=[0.7, 0.1, 0.1, 0.1]),
        random.normal(size=600),
    )
    chance = {"stage": np.where(stage > 1, 0.9, 0.1), "u": expit(2.5 * np.abs(score) - 2.5)}[kind]
    response = (random.random(600) < chance).astype(float)
    table = pd.DataFrame({"x": {"stage": stage, "u": score}[kind]})
    fitted, patients = fit_clinical(table, 2), np.arange(600)
    asked = patients * 0, answer_targets(response), patients
    fit = fit_linear(
        clinical_matrix(table, fitted).to_numpy(float), *asked, 1, 0.0, settings["linear"]
    )
    blank = clinical_matrix(pd.DataFrame({"x": [np.nan]}), fitted).to_numpy(float)
    assert expit(fit.scores(blank)).item() == pytest.approx(response.mean(), abs=0.06)
