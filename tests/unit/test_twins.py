"""One person who stands in the data twice is found by the genome, and relatives are not."""

import numpy as np
import pandas as pd
from test_tensors import build, cohort, maf

from gcin.tensors.twins import twins


class Carriers:
    """The part of a store that the search reads."""

    def __init__(self, carried, alleles):
        """Hold which alleles, by number, each patient carries."""
        self.rows, self.patients = carried, list(carried)
        place = np.arange(alleles)
        self.sites = pd.DataFrame(
            {"chromosome": "chr1", "position": place, "reference": "A", "alternate": "G"}
        )

    def carried(self, patients):
        """As `Store.carried`."""
        return ((patient, np.asarray(self.rows[patient], int)) for patient in patients)


def stores(alleles=2000, seed=0):
    """P0 of a is Q0 of b on a smaller panel; P1 and P2 are siblings; all else is unrelated."""
    random = np.random.default_rng(seed)
    first = {f"P{number}": random.choice(alleles, 40, replace=False) for number in range(30)}
    first["P2"] = np.concatenate([first["P1"][:20], first["P2"][:20]])
    second = {f"Q{number}": random.choice(alleles, 40, replace=False) for number in range(30)}
    second["Q0"] = first["P0"][:20]
    return {"a": Carriers(first, alleles), "b": Carriers(second, alleles)}


def test_a_person_of_two_cohorts_is_found_and_siblings_are_not():
    found = twins(stores(), 0.8, 10)
    assert found[["first", "second", "shared"]].to_numpy().tolist() == [["P0 of a", "Q0 of b", 1]]
    assert found["n"].between(10, 20).all()


def test_few_alleles_are_not_compared():
    assert twins(stores(), 0.8, 21).empty


def test_an_allele_that_many_carry_tells_nobody_apart():
    everybody = {f"P{number}": np.arange(40) for number in range(20)}
    assert twins({"a": Carriers(everybody, 40)}, 0.8, 1).empty


def test_no_calls_are_no_twins():
    assert twins({"a": Carriers({"P0": [], "P1": []}, 5)}, 0.8, 1).empty


def test_the_store_says_what_each_patient_carries(tmp_path):
    calls = maf({"sample": "S0"}, {"sample": "S0", "position": 310}, {"sample": "S1"})
    store = build(tmp_path, cohort("maf", "maf"), calls=calls)
    carried = {patient: set(rows) for patient, rows in store.carried(store.patients)}
    assert carried["P0"] > carried["P1"] == {0}
    assert twins({"a": store}, 0.8, 1).to_numpy().tolist() == [["P0 of a", "P1 of a", 1.0, 1]]
