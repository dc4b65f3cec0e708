"""Selection finds what matters on training patients, and says how alike the folds choose."""

import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, scrambled, split_of

from gcin.model.inputs import linear_columns
from gcin.model.outcomes import training_table
from gcin.model.preparation import as_plain, from_plain
from gcin.model.selection import METHODS, Selection, select_columns, selection_table, stability
from gcin.model.study import prepare_fold


def patients(count=400, noise=60, seed=0):
    """Columns `good` and `bad` act on response and survival; all others are noise."""
    random = np.random.default_rng(seed)
    names = [f"noise{number}" for number in range(noise)]
    columns = pd.DataFrame(random.normal(size=(count, noise)), columns=names)
    columns.insert(noise // 2, "good", random.normal(size=count))
    columns["bad"] = (random.random(count) < 0.3).astype(float)
    columns["constant"] = 1.0
    score = 1.5 * columns["good"] - 2 * columns["bad"]
    response = (random.random(count) < 1 / (1 + np.exp(-score))).astype(float)
    time, end = random.exponential(12 * np.exp(score)), random.uniform(5, 40, count)
    table = pd.DataFrame(
        {
            "response": np.where(random.random(count) < 0.1, np.nan, response),
            "os_time": np.minimum(time, end),
            "os_event": (time <= end).astype(float),
        }
    )
    return columns, table


@pytest.mark.parametrize("endpoint", ["response", "os"])
@pytest.mark.parametrize("method", sorted(METHODS))
def test_what_matters_is_found_among_noise(method, endpoint):
    selection = select_columns(*patients(), [endpoint], method, 5)
    assert {"good", "bad"} <= set(selection.chosen)
    assert len(selection.chosen) == 5
    assert "constant" not in selection.chosen
    assert selection.chosen == [n for n in selection.candidates if n in set(selection.chosen)]


def test_what_is_chosen_for_any_endpoint_is_kept():
    columns, table = patients()
    each = [
        select_columns(columns, table, [name], "lasso", 3).chosen for name in ("response", "os")
    ]
    both = select_columns(columns, table, ["response", "os"], "lasso", 3).chosen
    assert set(both) == set(each[0]) | set(each[1])


@pytest.mark.parametrize("method", sorted(METHODS))
def test_few_columns_are_all_chosen_and_one_outcome_chooses_none(method):
    columns, table = patients()
    few = columns[["good", "bad"]]
    assert select_columns(few, table, ["os"], method, 10).chosen == ["good", "bad"]
    same = table.assign(response=1.0)
    assert select_columns(few, same, ["response"], method, 10).chosen == []


@pytest.fixture(scope="module")
def hospital():
    return make_hospital(count=150, genes=20)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_held_out_patients_change_nothing(hospital, settings, method):
    """Neither outcomes nor columns of validation and test, and the frozen choice is obeyed."""
    chosen = settings["preparation"] | {"selection": {"method": method, "features": 6}}
    split = split_of(hospital.patients)
    table = training_table(hospital.patients, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, chosen, 1)
    held = split.assign(part=split["part"].replace("validation", "test"))
    other = training_table(scrambled(hospital.patients, held), split)
    clinical = hospital.cohorts.clinical["hospital"].copy()
    clinical.loc[held["patient"][held["part"] == "test"], "age"] = 1.0
    cohorts = type(hospital.cohorts)(hospital.cohorts.stores, {"hospital": clinical})
    again, _ = prepare_fold(other, cohorts, chosen, 1)
    assert again.selection == preparation.selection
    assert 0 < len(preparation.selection.chosen) <= 12
    assert list(linear_columns(everyone, preparation)) == preparation.selection.chosen
    assert from_plain(as_plain(preparation)).selection == preparation.selection


def folds_of(*chosen):
    return [Selection(list("abcdef"), list(names)) for names in chosen]


def test_stability_is_one_for_the_same_and_none_by_chance():
    assert stability(folds_of("ab", "ab", "ab")) == 1
    random = np.random.default_rng(0)
    drawn = [Selection(list(range(50)), list(random.permutation(50)[:10])) for _ in range(200)]
    assert abs(stability(drawn)) < 0.02
    assert np.isnan(stability(folds_of("ab")))
    assert np.isnan(stability(folds_of("", "")))


def test_stability_of_equal_sizes_is_kunchevas_index():
    """Mean over pairs of (overlap - k k / d) / (k - k k / d); Nogueira 2018, theorem 8."""
    folds = folds_of("abc", "abd", "bce")
    overlaps = [2, 2, 1]
    kuncheva = np.mean([(overlap - 9 / 6) / (3 - 9 / 6) for overlap in overlaps])
    assert stability(folds) == pytest.approx(kuncheva)


def test_table_counts_folds_and_says_where_a_column_was_no_candidate():
    folds = [Selection(["a", "b"], ["a"]), Selection(["a", "c"], ["a", "c"])]
    rows = selection_table(folds).set_index("feature")
    assert rows.loc["a"].tolist() == [2, 2, 2]
    assert rows.loc["b"].tolist() == [0, 1, 2]
    assert rows.loc["c"].tolist() == [1, 1, 2]
    assert rows.index[0] == "a"
