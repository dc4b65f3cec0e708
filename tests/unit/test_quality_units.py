"""Units of one sample: of one person, or not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gcin.quality.units import (
    chosen_snvs,
    concordances,
    least_concordances,
    regions_of,
    unit_of,
)

SETTINGS = yaml.safe_load((Path(__file__).parents[2] / "config" / "config.yaml").read_text())[
    "quality"
]
DEPTH = 12


def pile(*genotypes):
    """Reads of units at SNVs, from genotypes (0, 1, 2) unit by unit."""
    alternate = np.array(genotypes) * DEPTH // 2
    return np.stack([DEPTH - alternate, alternate], axis=2)


def test_units_of_one_person_agree_and_those_of_two_do_not():
    one, other = [1, 2, 1, 0] * 10, [1, 0, 2, 1] * 10
    table = concordances(["A", "B", "C"], pile(one, one, other), 6, 30)
    found = table.set_index(["unit_1", "unit_2"])["concordance"]
    assert found["A", "B"] > 0.99
    assert found["A", "C"] == pytest.approx(0.25, abs=0.01)
    assert table["snvs"].tolist() == [40, 40, 40]


def test_shallow_places_and_too_few_of_them_say_nothing():
    reads = pile([1] * 40, [1] * 40)
    reads[1, 30:] = 0
    reads[0, 29] = (3, 2)
    assert concordances(["A", "B"], reads, 6, 29)["snvs"].item() == 29
    assert np.isnan(concordances(["A", "B"], reads, 6, 30)["concordance"].item())


def test_errors_and_chance_do_not_make_another_person():
    """The worst case that the settings let in: every SNV has the fewest reads."""
    rng = np.random.default_rng(5)
    fewest, limit = (
        SETTINGS["units"]["min_reads"],
        SETTINGS["checks"]["min_unit_concordance"]["limit"],
    )
    genotype = rng.choice([1, 2], 400)
    share = np.array([0.005, 0.5, 0.995])[genotype]
    alternate = rng.binomial(fewest, share, (2, 400))
    reads = np.stack([fewest - alternate, alternate], axis=2)
    assert concordances(["A", "B"], reads, fewest, 30)["concordance"].item() > limit + 0.1


@pytest.mark.parametrize(
    ("group", "unit"), [("S.1.L1", "L1"), ("S.1.L1:HISEQ:2", "L1"), ("S.1.a.b", "a.b")]
)
def test_the_unit_of_a_read_group_is_in_its_id(group, unit):
    assert unit_of(group, "S.1") == unit


def test_snvs_are_chosen_evenly_and_haploid_ones_left_out():
    snvs = pd.DataFrame({"position": range(100), "ploidy": [2] * 90 + [1] * 10})
    chosen = chosen_snvs(snvs, 10)["position"].tolist()
    assert chosen[0] == 0
    assert chosen[-1] == 89
    assert len(chosen) == 10
    assert len(chosen_snvs(snvs, 1000)) == 90
    assert chosen_snvs(snvs[:0], 10).empty


def test_snvs_near_each_other_are_read_at_once_but_never_two_contigs():
    ends = [("chr1", 100), ("chr1", 10_100), ("chr1", 20_101), ("chr2", 20_200), ("chr2", 20_201)]
    snvs = pd.DataFrame(ends, columns=["chromosome", "position"])
    snvs.insert(1, "start", snvs["position"] - 1)
    assert regions_of(snvs).to_numpy().tolist() == [
        ["chr1", 99, 10_100],
        ["chr1", 20_100, 20_101],
        ["chr2", 20_199, 20_201],
    ]


def test_the_least_alike_units_speak_for_a_sample(tmp_path):
    pairs = pd.DataFrame({"sample": "007", "unit_1": "A", "unit_2": ["B", "C", "D"]})
    pairs.assign(snvs=40, concordance=[0.99, 0.2, np.nan]).to_csv(
        tmp_path / "units.tsv", sep="\t", index=False
    )
    least = least_concordances([str(tmp_path / "units.tsv")], "unit_concordance")
    assert least.loc["007", "unit_concordance"] == 0.2
    assert least_concordances([], "unit_concordance").empty
