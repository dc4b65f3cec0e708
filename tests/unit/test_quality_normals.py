"""A tumour and its patient's germline: of one person, or not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gcin.quality.gate import judged
from gcin.quality.normals import (
    believed_concordance,
    homozygous_snvs,
    normal_concordances,
    shared_alleles,
    stretches_of,
)

SETTINGS = yaml.safe_load((Path(__file__).parents[2] / "config" / "config.yaml").read_text())[
    "quality"
]
CHECK = SETTINGS["checks"]["min_normal_concordance"]
ASKED = {key: SETTINGS["normals"][key] for key in ("min_reads", "min_share", "min_snvs")}
SNVS = 2000
# How often an allele is found in people; a person's homozygous SNVs are of the frequent ones.
FREQUENCY = np.random.default_rng(8).beta(0.6, 0.8, SNVS)


def germline(rng):
    """Copies of the alternate that a person inherited."""
    return rng.binomial(2, FREQUENCY)


def snvs_of(copies):
    """What a germline sample's gVCF tells of a person."""
    table = pd.DataFrame({"chromosome": "chr1", "position": np.arange(SNVS), "ploidy": 2})
    table["is_het"] = copies == 1
    table["reads"] = 20
    table["reference_reads"] = np.array([20, 10, 0])[copies]
    return table[copies > 0]


def sequenced(rng, copies, lost, reads):
    """Reads of a tumour that lost one of the two alleles in a share of the genome: SNVs x 2."""
    kept = np.where(copies == 1, rng.integers(0, 2, SNVS), copies // 2)
    share = np.where(rng.random(SNVS) < lost, kept, copies / 2)
    alternate = rng.binomial(reads, share * 0.98 + 0.01)
    return np.stack([reads - alternate, alternate], axis=1)


def measured(rng, normal, tumour, lost, reads=ASKED["min_reads"]):
    chosen = homozygous_snvs(snvs_of(normal), SNVS, ASKED["min_share"]).index
    own = sequenced(rng, tumour, lost, reads)[chosen]
    number, _, concordance = shared_alleles(own, chosen.to_numpy(), **ASKED)
    return number, concordance


@pytest.mark.parametrize("lost", [0, 0.8, 1])
@pytest.mark.parametrize("reads", [ASKED["min_reads"], 200])
def test_a_tumour_of_the_patient_passes_whatever_it_lost_and_a_swapped_one_does_not(lost, reads):
    rng = np.random.default_rng(3)
    patient, other = germline(rng), germline(rng)
    number, concordance = measured(rng, patient, patient, lost, reads)
    assert number == (patient == 2).sum() > 300
    assert concordance > 0.98 > CHECK["limit"]
    assert measured(rng, patient, other, lost, reads)[1] < CHECK["limit"] - 0.1


def test_a_brother_or_sister_is_somebody_else():
    rng = np.random.default_rng(4)
    parents = rng.random((2, 2, SNVS)) < FREQUENCY
    one, other = (
        sum(parent[rng.integers(0, 2, SNVS), np.arange(SNVS)].astype(int) for parent in parents)
        for _ in range(2)
    )
    assert measured(rng, one, one, 0.8)[1] > CHECK["limit"]
    assert measured(rng, one, other, 0.8)[1] < CHECK["limit"]


@pytest.mark.parametrize(("share", "passes"), [(0.05, True), (0.1, True), (0.5, False)])
def test_a_tenth_of_foreign_reads_is_left_to_contamination(share, passes):
    rng = np.random.default_rng(5)
    patient, other = germline(rng), germline(rng)
    foreign = round(40 * share)
    reads = sequenced(rng, patient, 0.3, 40 - foreign) + sequenced(rng, other, 0, foreign)
    chosen = homozygous_snvs(snvs_of(patient), SNVS, ASKED["min_share"]).index
    assert (shared_alleles(reads[chosen], chosen, **ASKED)[-1] >= CHECK["limit"]) == passes


def test_shallow_places_and_too_few_of_them_say_nothing():
    reads = np.tile([0, 8], (40, 1))
    reads[30:] = (7, 0)
    stretches = np.arange(40) // 10
    assert shared_alleles(reads, stretches, 8, 0.8, 30) == (30, 3, 1.0)
    number, _, concordance = shared_alleles(reads, stretches, 8, 0.8, 31)
    assert number == 30
    assert np.isnan(concordance)


def test_a_share_at_the_limit_is_the_same_allele():
    reads = np.array([[2, 8], [3, 8], [0, 8], [8, 0]])
    assert shared_alleles(reads, np.zeros(4), 8, 0.8, 1) == (4, 1, 0.5)


def test_only_what_a_germline_carries_twice_on_autosomes_is_looked_at():
    snvs = snvs_of(np.full(SNVS, 2))[:7].reset_index(drop=True)
    snvs["chromosome"] = ["chr1", "2", "chrX", "chrY", "chrM", "chr1", "22"]
    snvs.loc[5, "is_het"] = True
    snvs.loc[6, "reference_reads"] = 5
    assert homozygous_snvs(snvs, 10, 0.8).index.tolist() == [0, 1]
    assert homozygous_snvs(snvs, 10, 0.75).index.tolist() == [0, 1, 6]
    assert homozygous_snvs(snvs, 1, 0.75).index.tolist() == [0]
    assert homozygous_snvs(snvs[:0], 10, 0.8).empty


def test_the_gate_tells_a_swapped_tumour_and_what_could_not_be_compared():
    measures = pd.DataFrame({"normal_concordance": {"N": np.nan, "T": 0.78, "U": 0.98}})
    gate = judged(measures, {"min_normal_concordance": CHECK})
    assert gate.set_index("sample")["verdict"].to_dict() == {
        "N": "not measured", "T": "warn", "U": "pass",
    }  # fmt: skip


def test_stretches_of_a_million_bases_are_told_apart():
    places = {"chromosome": ["1", "1", "1", "2"], "position": [5, 999_999, 1_000_000, 5]}
    assert stretches_of(pd.DataFrame(places)).tolist() == [0, 0, 1, 2]


def test_a_panel_of_few_genes_cannot_vouch_for_a_tumour_but_can_tell_a_swap(tmp_path):
    """Of 20,000 pairs of 1000 Genomes people 27 % (EAS) pass by one gene, 7 % by seven."""
    rows = [
        ("T", "N", 74, 1, 1.0), ("U", "N", 74, 1, 0.41), ("V", "N", 3000, 900, 0.99),
        ("W", "N", 3000, 900, 0.99), ("W", "O", 40, 2, 0.98),
        ("X", "N", 3000, 900, 0.99), ("X", "O", 20, 2, np.nan), ("Y", "N", 20, 2, np.nan),
    ]  # fmt: skip
    columns = ["sample", "normal", "snvs", "stretches", "concordance"]
    table = pd.DataFrame(rows, columns=columns)
    for sample, own in table.groupby("sample"):
        own.to_csv(tmp_path / f"{sample}.tsv", sep="\t", index=False)
    measures = normal_concordances(map(str, sorted(tmp_path.glob("*.tsv")))).reindex([*"TUVWXY"])
    few = SETTINGS["normals"]["min_stretches"]
    measures["normal_concordance"] = believed_concordance(measures, CHECK["limit"], few)
    gate = judged(measures, {"min_normal_concordance": CHECK})
    assert gate.set_index("sample")["verdict"].to_dict() == {
        "T": "not measured", "U": "warn", "V": "pass",
        "W": "not measured", "X": "pass", "Y": "not measured",
    }  # fmt: skip
    assert normal_concordances([]).empty
