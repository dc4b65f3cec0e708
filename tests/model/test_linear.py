"""A ridge model with a penalty for each block weighs what says much above what says little."""

import numpy as np
import pytest

from gcin.model.linear import fit_by_block, fit_linear
from gcin.model.outcomes import answer_targets


@pytest.fixture(scope="module")
def noisy():
    """Three clinical columns that decide, and 120 of a genome that says nothing."""
    random = np.random.default_rng(4)
    columns = random.normal(size=(400, 123))
    chance = 1 / (1 + np.exp(-columns[:, :3] @ [1.5, -1.0, 0.8]))
    response = (random.random(400) < chance).astype(float)
    return columns, ["clinical"] * 3 + ["genome"] * 120, answer_targets(response), chance


def learn(noisy, settings, shares, arm=None, arms=1):
    columns, blocks, targets, _ = noisy
    arm = np.zeros(200, int) if arm is None else arm
    given = columns[:200], blocks, arm, targets[:200], arms, shares
    return fit_by_block(*given, settings["linear"])


def distance(fit, noisy):
    columns, _, _, chance = noisy
    said = 1 / (1 + np.exp(-fit.scores(columns[200:])[:, 0, 0]))
    return np.abs(said - chance[200:]).mean()


def test_a_block_that_says_nothing_is_left_out(noisy, settings):
    plain, own = (learn(noisy, settings, shares) for shares in ([1], [1, 0]))
    assert not own.shared[3:].any()
    assert own.loss < plain.loss
    assert distance(own, noisy) < 0.6 * distance(plain, noisy)


def test_one_share_is_the_plain_ridge_model(noisy, settings):
    columns, _, targets, _ = noisy
    plain = fit_linear(columns[:200], np.zeros(200, int), targets[:200], 1, 0.0, settings["linear"])
    np.testing.assert_array_equal(learn(noisy, settings, [1]).shared, plain.shared)


def test_what_an_arm_adds_is_scaled_with_its_block(noisy, settings):
    fit = learn(noisy, settings, [0], arm=np.arange(200) % 2, arms=2)
    assert fit.own[:, :3].any()
    assert not fit.own[:, 3:].any()


def test_columns_of_one_block_have_one_penalty(noisy, settings):
    columns, _, targets, _ = noisy
    arm = np.zeros(200, int)
    given = columns[:200, :3], ["clinical"] * 3, arm, targets[:200], 1, [1, 0]
    assert fit_by_block(*given, settings["linear"]).shared.all()
