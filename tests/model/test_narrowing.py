"""A forest reads the blocks of columns that help, and no more."""

from dataclasses import replace

import numpy as np
import pytest

from gcin.model.boosting import fit_forest
from gcin.model.narrowing import fit_narrowed
from gcin.model.questions import Questions

BLOCKS = ["clinical"] * 2 + ["omics rna"] * 2 + ["genome"] * 120
SETTINGS = {"trees": 60, "min_patients": [5], "inner_folds": 3}
COLUMNS = np.random.default_rng(4).normal(size=(240, len(BLOCKS)))


def questions(rows, score, numeric=False):
    answer = score if numeric else (score > 0).astype(float)
    zeros = np.zeros(len(rows), int)
    return Questions(COLUMNS, zeros, zeros, rows, answer[rows], np.arange(240), numeric)


def narrowed(score, numeric=False):
    train, held = (questions(rows, score, numeric) for rows in np.split(np.arange(240), [200]))
    return fit_narrowed(fit_forest, BLOCKS, train, held, 1, 1, SETTINGS, 1)


@pytest.mark.parametrize("numeric", [False, True])
@pytest.mark.parametrize(("first", "read"), [(0, 2), (2, 4), (4, 124)])
def test_it_reads_up_to_the_block_that_tells(first, read, numeric):
    score = COLUMNS[:, first] + COLUMNS[:, first + 1]
    if first == 4:
        score = COLUMNS[:, 4:].sum(axis=1) / 5 + 2 * COLUMNS[:, 5]
    fit = narrowed(score, numeric)
    assert list(fit.seen) == list(range(read))


def test_columns_that_are_not_read_change_nothing():
    fit = narrowed(COLUMNS[:, 0] + COLUMNS[:, 1])
    other = COLUMNS.copy()
    other[:, 2:] += 3
    np.testing.assert_array_equal(fit.told(other), fit.told(COLUMNS))


def test_patients_too_few_to_choose_by_leave_all_columns():
    """One yes among the training patients: no fold has both answers inside and outside."""
    score = np.full(240, -1.0)
    score[[0, 220]] = 1.0
    assert len(narrowed(score).seen) == len(BLOCKS)


def test_blocks_that_come_to_the_same_columns_are_tried_once():
    tried = []

    def fit(train, *given):
        tried.append(train.columns.shape[1])
        return fit_forest(train, *given)

    train, held = (questions(rows, COLUMNS[:, 0]) for rows in np.split(np.arange(240), [200]))
    no_omics = [block.replace("omics rna", "genome") for block in BLOCKS]
    fit_narrowed(fit, no_omics, train, held, 1, 1, SETTINGS, 1)
    assert sorted(tried[:-1]) == [2] * 3 + [len(BLOCKS)] * 3


def test_kin_do_not_vouch_for_a_genome_that_says_nothing():
    """Families of four share a genome, and an outcome that a clinical column tells in part."""
    random, family = np.random.default_rng(6), np.arange(240) // 4
    columns, score = COLUMNS.copy(), random.normal(size=60)[family]
    columns[:, 0] += score
    columns[:, 4:] = random.normal(size=(60, 120))[family]
    read = []
    for families in (family, np.arange(240)):
        train, held = (
            replace(questions(rows, score), columns=columns, families=families)
            for rows in np.split(np.arange(240), [200])
        )
        read.append(len(fit_narrowed(fit_forest, BLOCKS, train, held, 1, 1, SETTINGS, 1).seen))
    assert read[0] < len(BLOCKS) == read[1]
