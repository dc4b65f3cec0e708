"""Missing values come from training patients much alike, and from nobody else."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcin.model.clinical_matrix import clinical_matrix, fit_clinical
from gcin.model.expectation import filled_blocks
from gcin.model.imputation import complete, fit_imputation

# 400 imputations by statsmodels 0.14.6 (MICEData, k_pmm=5): mean and spread of each missing value.
REFERENCE = pd.read_csv(Path(__file__).with_name("statsmodels_mice.tsv"), sep="\t")
MEASURED = ["age", "hb", "wbc", "blasts"]


def clinic(patients=600, seed=0):
    """Whole, and with a fifth missing."""
    random = np.random.default_rng(seed)
    health = random.normal(size=patients)
    whole = pd.DataFrame(
        {
            "age": 60 + 10 * random.normal(size=patients),
            "wbc": np.exp(2 + 1.2 * health + 0.3 * random.normal(size=patients)),
            "ldh": 300 + 100 * health + 20 * random.normal(size=patients),
            "fever": (health + 0.3 * random.normal(size=patients) > 0).astype(float),
            "stage": np.select([health < -0.5, health < 0.5], ["I", "II"], "III"),
        },
        index=[f"P{number}" for number in range(patients)],
    )
    return whole, whole.mask(random.random(whole.shape) < 0.2)


def fitted_to(table, seed=1, donors=5):
    columns = fit_clinical(table, 2)
    return columns, fit_imputation(table, columns, donors, 5, seed)


@pytest.fixture(scope="module")
def filled():
    whole, table = clinic()
    return whole, table, complete(table, *fitted_to(table))


def test_what_is_known_stays_and_nothing_is_missing(filled):
    _, table, done = filled
    assert done.notna().all(axis=None)
    pd.testing.assert_frame_equal(done.where(table.notna()), table, check_dtype=False)
    assert list(done.dtypes) == list(table.dtypes)


def test_nothing_is_filled_in_that_no_training_patient_had(filled):
    _, table, done = filled
    for name in table:
        assert set(done[name]) <= set(table[name].dropna())


def test_filled_values_follow_the_other_columns_and_keep_the_spread(filled):
    whole, table, done = filled
    for name in ("wbc", "ldh"):
        own = table[name].isna()
        truth, given = (values.loc[own, name].rank() for values in (whole, done))
        assert np.corrcoef(truth, given)[0, 1] > 0.8
        spread = done.loc[own, name].quantile([0.1, 0.9]) / whole.loc[own, name].quantile(
            [0.1, 0.9]
        )
        assert spread.between(0.7, 1.4).all()
    for name in ("fever", "stage"):
        own = table[name].isna()
        assert (whole.loc[own, name] == done.loc[own, name]).mean() > 0.75


def test_the_patients_around_and_the_names_change_nothing(filled):
    _, table, done = filled
    fitted = fitted_to(table)
    pd.testing.assert_frame_equal(complete(table[7:9], *fitted), done[7:9])
    renamed = complete(table[7:9].set_axis(["x", "y"]), *fitted)
    np.testing.assert_array_equal(renamed.to_numpy(), done[7:9].to_numpy())


def test_a_seed_repeats_itself_and_another_draws_others(filled):
    _, table, done = filled
    pd.testing.assert_frame_equal(complete(table, *fitted_to(table)), done)
    assert not complete(table, *fitted_to(table, seed=2)).equals(done)


def test_new_patients_and_absent_columns_are_filled_from_training(filled):
    _, table, _ = filled
    new = pd.DataFrame({"age": [30.0, 90.0], "stage": ["IV", None]}, index=["N1", "N2"])
    done = complete(new, *fitted_to(table))
    assert done.notna().all(axis=None)
    assert done["age"].tolist() == [30.0, 90.0]
    assert done.loc["N1", "stage"] == "IV"
    assert set(done["wbc"]) <= set(table["wbc"])


def test_single_column_is_drawn_from_whoever_has_it():
    table = pd.DataFrame({"age": [50.0, 60.0, 70.0, np.nan]})
    assert complete(table, *fitted_to(table))["age"].iloc[3] in {50.0, 60.0, 70.0}


def test_more_columns_than_patients_are_no_obstacle():
    random = np.random.default_rng(3)
    table = pd.DataFrame(random.normal(size=(20, 60)), columns=[f"x{n}" for n in range(60)])
    table = table.mask(random.random(table.shape) < 0.3)
    assert complete(table, *fitted_to(table)).notna().all(axis=None)


def test_donors_that_are_equally_near_are_all_asked():
    """Nothing tells the patients apart, so each of the eight values must turn up."""
    table = pd.DataFrame({"sex": ["m", "f"] * 4, "height": np.arange(8.0)})
    table = pd.concat([table, table.assign(height=np.nan, age=range(8))] * 20, ignore_index=True)
    done = complete(table, *fitted_to(table, donors=1))
    drawn = done.loc[table["height"].isna(), "height"]
    assert drawn.nunique() > 4


def test_marks_show_what_was_missing_before(filled):
    _, table, _ = filled
    columns = fit_clinical(table, 0)
    imputation = fit_imputation(table, columns, 5, 5, 1)
    matrix = clinical_matrix(table, columns, filled_blocks(table, columns, imputation))
    for name in ("wbc", "stage"):
        assert matrix[f"{name} missing"].tolist() == table[name].isna().astype(float).tolist()
    levels = [f"stage={level}" for level in ("I", "II", "III")]
    assert (matrix[levels].sum(axis=1) == 1).all()


def test_agrees_with_statsmodels():
    table = REFERENCE[MEASURED]
    columns = fit_clinical(table, 0)
    draws = [
        complete(table, columns, fit_imputation(table, columns, 5, 5, seed)) for seed in range(30)
    ]
    values = np.stack([draw.to_numpy() for draw in draws])
    mean = pd.DataFrame(values.mean(axis=0), columns=MEASURED)
    spread = pd.DataFrame(values.std(axis=0), columns=MEASURED)
    for name in MEASURED[1:]:
        own = table[name].isna()
        theirs = REFERENCE.loc[own, f"{name}_mean"]
        assert np.corrcoef(mean.loc[own, name], theirs)[0, 1] > 0.9
        unit = table[name].std()
        assert abs((mean.loc[own, name] - theirs).mean()) < 0.1 * unit
        ratio = spread.loc[own, name].mean() / REFERENCE.loc[own, f"{name}_sd"].mean()
        assert 0.8 < ratio < 1.2
