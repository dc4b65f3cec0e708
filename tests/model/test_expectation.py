"""Missing values become what is to be expected given the other columns."""

import numpy as np
import pandas as pd
import pytest
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LinearRegression

from gcin.model.clinical_matrix import block_of, clinical_matrix, fit_clinical
from gcin.model.expectation import expected_blocks, filled_blocks, fit_expectation
from gcin.model.imputation import fit_imputation


def clinic(patients=800, seed=0):
    """Two genotypes that go together, and two laboratory values that do; whole, and with gaps."""
    random = np.random.default_rng(seed)
    alleles = random.binomial(2, 0.4, patients)
    level = random.normal(size=patients)
    whole = pd.DataFrame(
        {
            "first": np.array(["A/A", "A/G", "G/G"])[alleles],
            "second": np.array(["C/C", "C/T", "T/T"])[alleles],
            "ldh": level + 0.3 * random.normal(size=patients),
            "wbc": level + 0.3 * random.normal(size=patients),
        },
        index=[f"P{number}" for number in range(patients)],
    )
    return whole, whole.mask(random.random(whole.shape) < 0.25)


@pytest.fixture(scope="module")
def known():
    whole, table = clinic()
    columns = fit_clinical(table, 0)
    return whole, table, columns, fit_expectation(table, columns, 5)


def errors(blocks, whole, table, columns):
    """Root mean square error of what was filled in, by column."""
    found = {}
    for column in columns:
        lacking = table[column.name].isna().to_numpy()
        gap = (blocks[column.name] - block_of(whole[column.name], column))[lacking]
        found[column.name] = np.sqrt((gap**2).mean())
    return found


def test_what_is_known_stays_and_nothing_is_missing(known):
    _, table, columns, expectation = known
    blocks = expected_blocks(table, columns, expectation)
    for column in columns:
        had = table[column.name].notna().to_numpy()
        own = blocks[column.name]
        assert np.isfinite(own).all()
        np.testing.assert_array_equal(own[had], block_of(table[column.name], column)[had])


def test_expectations_are_nearer_the_truth_than_a_donor_or_the_mean(known):
    whole, table, columns, expectation = known
    own = errors(expected_blocks(table, columns, expectation), whole, table, columns)
    drawn = fit_imputation(table, columns, 5, 5, 1)
    given = errors(filled_blocks(table, columns, drawn), whole, table, columns)
    for column in columns:
        values = block_of(table[column.name], column)
        mean = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
        alone = errors({column.name: mean}, whole, table, [column])
        assert own[column.name] < 0.9 * given[column.name]
        assert own[column.name] < 0.8 * alone[column.name]


def test_a_genotype_is_told_by_the_one_it_goes_with(known):
    whole, table, columns, expectation = known
    blocks = expected_blocks(table, columns, expectation)
    told = (table["first"].isna() & table["second"].notna()).to_numpy()
    chances = blocks["first"][told]
    assert ((chances >= 0) & (chances <= 1)).all()
    levels = np.array(next(column for column in columns if column.name == "first").levels)
    assert (levels[chances.argmax(axis=1)] == whole["first"][told]).mean() > 0.98


def test_neither_the_patients_around_nor_outcomes_change_a_patient(known):
    _, table, columns, expectation = known
    together = expected_blocks(table, columns, expectation)
    alone = expected_blocks(table.iloc[[7]], columns, expectation)
    for name, block in alone.items():
        np.testing.assert_allclose(block[0], together[name][7], atol=1e-12)


def test_agrees_with_scikit_learn():
    _, table = clinic()
    numbers = table[["ldh", "wbc"]].assign(more=np.random.default_rng(1).normal(size=len(table)))
    columns = fit_clinical(numbers, 0)
    blocks = expected_blocks(numbers, columns, fit_expectation(numbers, columns, 20))
    standard = np.hstack([block_of(numbers[column.name], column) for column in columns])
    theirs = IterativeImputer(LinearRegression(), max_iter=100, tol=1e-3).fit_transform(standard)
    ours = np.hstack([blocks[column.name] for column in columns])
    np.testing.assert_allclose(ours, theirs, atol=0.02)


def test_matrix_shows_chances_of_levels_and_marks_what_was_missing(known):
    _, table, columns, expectation = known
    matrix = clinical_matrix(table, columns, filled_blocks(table, columns, expectation))
    assert matrix.notna().all(axis=None)
    assert matrix["first missing"].tolist() == table["first"].isna().astype(float).tolist()
    between = matrix["first=A/A"].between(0.02, 0.98)
    assert between[table["first"].isna()].any()
    assert not between[table["first"].notna()].any()
