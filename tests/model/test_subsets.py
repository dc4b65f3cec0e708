"""Subsets of a training part are nested, and leave the test part alone."""

import numpy as np
import pandas as pd
import pytest

from gcin.model.subsets import nested_subset

SPLIT = pd.DataFrame(
    {
        "patient": [f"P{number:03}" for number in range(100)],
        "part": np.repeat(["train", "validation", "test"], [60, 20, 20]),
    }
)


def kept(size, part, seed=1, split=SPLIT):
    subset = nested_subset(split, size, seed)
    return set(subset["patient"][subset["part"] == part])


def test_each_subset_lies_within_the_next_larger_one():
    for part in ("train", "validation"):
        assert kept(15, part) < kept(30, part) < kept(60, part)
    assert [len(kept(size, "train")) for size in (15, 30, 60)] == [15, 30, 60]
    assert [len(kept(size, "validation")) for size in (15, 30, 60)] == [5, 10, 20]
    assert kept(15, "test") == kept(60, "test") == set(SPLIT["patient"][80:])


def test_the_order_of_rows_changes_nothing_and_the_seed_does():
    assert kept(30, "train", split=SPLIT[::-1]) == kept(30, "train")
    assert kept(30, "train", seed=2) != kept(30, "train")


def test_more_patients_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"60 training patients.*61.*learning_curve.sizes"):
        nested_subset(SPLIT, 61, 1)
