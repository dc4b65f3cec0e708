"""Subsets of a training part are nested, and leave the test part alone."""

import numpy as np
import pandas as pd
import pytest

from gcin.model.subsets import nested_subset, subset_table
from gcin.splits.turns import parts_at

FOLD = pd.DataFrame(
    {
        "patient": [f"P{number:03}" for number in range(100)],
        "part": np.repeat(["train", "validation", "test"], [60, 20, 20]),
        "turn": np.repeat(["2", "3", "0", "1", "0"], [20, 20, 20, 20, 20]),
    }
)


def kept(size, part, order=1, fold=FOLD):
    subset = nested_subset(fold, size, order)
    return set(subset["patient"][subset["part"] == part])


def test_each_subset_lies_within_the_next_larger_one():
    for part in ("train", "validation"):
        assert kept(15, part) < kept(30, part) < kept(60, part)
    assert [len(kept(size, "train")) for size in (15, 30, 60)] == [15, 30, 60]
    assert [len(kept(size, "validation")) for size in (15, 30, 60)] == [5, 10, 20]
    assert kept(15, "test") == kept(60, "test") == set(FOLD["patient"][80:])


def test_seeds_take_turns_among_the_same_patients():
    subset = nested_subset(FOLD, 15, 1)
    splits = [parts_at(subset, seed) for seed in (1, 2, 3)]
    held = [set(split["patient"][split["part"] == "validation"]) for split in splits]
    assert [len(own) for own in held] == [5, 5, 5]
    assert len(set.union(*held)) == 15
    assert all(len(split) == len(subset) == 15 + 5 + 20 for split in splits)


def test_the_order_of_rows_changes_nothing_and_the_seed_of_the_order_does():
    assert kept(30, "train", fold=FOLD[::-1]) == kept(30, "train")
    assert kept(30, "train", order=2) != kept(30, "train")


def test_more_patients_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"60 training patients.*61.*learning_curve.sizes"):
        nested_subset(FOLD, 61, 1)


def test_a_subset_is_read_as_a_fold_is_and_says_where_nobody_validates(tmp_path):
    fold, patients = str(tmp_path / "fold-0.tsv"), str(tmp_path / "patients.parquet")
    FOLD.to_csv(fold, sep="\t", index=False)
    outcomes = FOLD[["patient"]].assign(role="train", arm="drug", response=1.0)
    outcomes.to_parquet(patients)
    table = subset_table(patients, fold, 15, 1, 2)
    assert table["part"].value_counts().to_dict() == {"test": 20, "train": 15, "validation": 5}
    assert table["response"].isna().sum() == 20
    FOLD.replace({"turn": {"2": "0"}}).to_csv(fold, sep="\t", index=False)
    assert (subset_table(patients, fold, 15, 1, 3)["part"] == "validation").sum() > 0
    with pytest.raises(ValueError, match="of 15 training patients none validates for seed 2"):
        subset_table(patients, fold, 15, 1, 2)
