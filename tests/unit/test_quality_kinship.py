"""Kinship by KING-robust, the markers that it is told by, and what follows of it."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from cyvcf2 import VCF

from gcin.quality.kinship import kinship, related_pairs
from gcin.quality.markers import PLACE, Markers, dosages, read_markers
from gcin.quality.pairs import kinship_counts, named_pairs, read_pairs, read_samples
from gcin.quality.relatedness import (
    COLUMNS,
    kin_from,
    relatedness,
    relation_of,
    relatives_of,
    require_expected,
)

ROOT = Path(__file__).parents[2]
SETTINGS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["quality"]["relatedness"]
CHECKS = SETTINGS["checks"]
DATA = Path(__file__).with_name("kinship")


@pytest.fixture(scope="module")
def people():
    lines = [line.split("\t") for line in (DATA / "genotypes.tsv").read_text().splitlines()]
    matrix = [[-1 if digit == "." else int(digit) for digit in digits] for _, digits in lines]
    return [name for name, _ in lines], np.array(matrix, np.int8)


@pytest.fixture(scope="module")
def cohort(people):
    names, matrix = people
    places = {"chromosome": "1", "position": np.arange(matrix.shape[1]) * 1000 + 1}
    sites = pd.DataFrame(places | {"reference": "A", "alternate": "G"}, columns=PLACE)
    return Markers(names, sites, matrix)


def test_kinship_is_that_of_plink2(people):
    names, matrix = people
    found, markers = kinship(matrix, matrix, 1)
    table = pd.read_csv(DATA / "plink2.tsv", sep="\t", comment=None, skiprows=1)
    place = {name: row for row, name in enumerate(names)}
    one, two = table["#IID1"].map(place), table["IID2"].map(place)
    assert len(table) == len(names) * (len(names) - 1) / 2
    assert found[one, two] == pytest.approx(table["KINSHIP"].to_numpy(), abs=1e-6)
    assert markers[one, two].tolist() == table["NSNP"].tolist()


def test_kinship_does_not_depend_on_the_blocks(people, monkeypatch):
    _, matrix = people
    whole = related_pairs(matrix, None, 1, 0.05)
    monkeypatch.setattr("gcin.quality.kinship.BLOCK_SAMPLES", 5)
    monkeypatch.setattr("gcin.quality.kinship.BLOCK_MARKERS", 7)
    parts = related_pairs(matrix, None, 1, 0.05)
    pd.testing.assert_frame_equal(whole[0], parts[0])
    assert whole[1].tolist() == parts[1].tolist() == [len(matrix) - 1] * len(matrix)


def test_pairs_are_listed_once_and_those_that_are_asked_for_always(people):
    names, matrix = people
    father, sibling, stranger = (names.index(name) for name in ("father", "sib1", "stranger"))
    table, _ = related_pairs(matrix, None, 1, 0.0884, [(father, stranger)])
    listed = set(zip(table["first"], table["second"], strict=True))
    assert len(listed) == len(table)
    assert (table["first"] < table["second"]).all()
    assert {(father, sibling), (father, stranger)} <= listed
    assert (father, names.index("other_pop")) not in listed


def test_too_few_markers_tell_nothing(people):
    _, matrix = people
    table, told = related_pairs(matrix, None, 600, -1)
    assert table.empty
    assert told.tolist() == [0] * len(matrix)


def test_unrelated_people_stay_below_the_limit_at_the_fewest_markers():
    """The error is what `quality: relatedness: min_markers` promises."""
    rng = np.random.default_rng(3)
    frequency = rng.uniform(0.05, 0.5, SETTINGS["min_markers"])
    matrix = rng.binomial(2, frequency, (200, len(frequency))).astype(np.int8)
    found, _ = kinship(matrix, matrix, 1)
    pairs = found[np.triu_indices_from(found, 1)]
    assert pairs.std() == pytest.approx(0.016, abs=0.002)
    assert pairs.max() < CHECKS["max_kinship"]["limit"]


def test_files_that_list_only_differences_make_nobody_related():
    rng = np.random.default_rng(4)
    everything = rng.binomial(2, 0.4, (2, 3000)).astype(np.int8)
    listed = np.where(everything == 0, -1, everything).astype(np.int8)
    assert abs(kinship(everything, everything, 1)[0][0, 1]) < 0.1
    assert np.isnan(kinship(listed, listed, 1)[0][0, 1])


def test_a_cohort_of_one_person_twice_is_found_though_nothing_is_reference():
    twice = np.tile(np.array([1, 2, 1, 1, 2], np.int8), (2, 40))
    assert kinship(twice, twice, 1)[0][0, 1] == 0.5


@pytest.mark.parametrize(
    ("value", "relation"),
    [(0.5, "duplicate"), (0.25, "first degree"), (0.125, "second degree"), (0.0, "unrelated")],
)
def test_kinships_have_names(value, relation):
    assert relation_of(value) == relation


def described(cohort, families=None, patients=None, checks=CHECKS, min_markers=500):
    own = (
        pd.Series({name: name.upper() for name in cohort.samples}) if patients is None else patients
    )
    of_family = pd.Series(families or {}, dtype=object)
    return relatedness(cohort, own, of_family, checks, min_markers)


def test_found_relatives_stand_beside_what_the_card_says(cohort):
    table, samples = described(cohort, {"FATHER": "F1", "SIB1": "F1", "SIB2": None})
    assert table.columns.tolist() == COLUMNS
    verdicts = table.set_index(["sample_1", "sample_2"])[["relation", "said", "verdict"]]
    assert verdicts.loc[("father", "sib1")].tolist() == ["first degree", "family", "pass"]
    assert verdicts.loc[("father", "sib2")].tolist() == ["first degree", "", "warn"]
    assert verdicts.loc[("sib1", "twin")].tolist() == ["duplicate", "", "warn"]
    assert samples.loc["father", "relatives"] == (table == "father").to_numpy().sum()
    assert samples.loc["other_pop2", "relatives"] == 0
    assert samples["markers"].tolist() == (cohort.dosages != -1).sum(axis=1).tolist()


def test_another_sample_of_a_patient_is_no_relative_and_those_of_another_are_one(cohort):
    patients = pd.Series({name: name.upper() for name in cohort.samples})
    before = described(cohort)[1]["relatives"]
    patients["twin"] = "SIB1"
    after = described(cohort, patients=patients)[1]["relatives"]
    assert (before - after)[["sib1", "twin", "father"]].tolist() == [1, 1, 1]


def test_who_could_be_compared_with_own_samples_alone_has_no_known_number_of_relatives(cohort):
    rows = [cohort.samples.index(name) for name in ("sib1", "twin", "stranger")]
    dosages = cohort.dosages[rows].copy()
    dosages[2] = -1
    few = Markers(["sib1", "twin", "stranger"], cohort.sites, dosages)
    patients = pd.Series({"sib1": "SIB1", "twin": "SIB1", "stranger": "STRANGER"})
    table, samples = described(few, patients=patients)
    assert table["verdict"].tolist() == ["pass"]
    assert samples["relatives"].isna().all()


def test_two_samples_of_a_patient_that_differ_are_told(cohort):
    patients = pd.Series({name: name.upper() for name in cohort.samples})
    patients["twin"], patients["stranger"] = "SIB1", "FATHER"
    table, _ = described(cohort, patients=patients)
    verdicts = table.set_index(["sample_1", "sample_2"])[["said", "verdict"]]
    assert verdicts.loc[("sib1", "twin")].tolist() == ["patient", "pass"]
    assert verdicts.loc[("father", "stranger")].tolist() == ["patient", "warn"]


def test_what_cannot_be_told_is_not_measured(cohort, caplog):
    patients = pd.Series({name: name.upper() for name in cohort.samples})
    patients["twin"] = "SIB1"
    with caplog.at_level(logging.INFO):
        table, samples = described(cohort, patients=patients, min_markers=4000)
    assert table["verdict"].tolist() == ["not measured"]
    assert samples["relatives"].isna().all()
    assert "kinship can be told for 0 of 12 samples" in caplog.text


def test_a_pair_that_stops_names_samples_kinship_and_remedy(cohort):
    checks = CHECKS | {"max_kinship": {"limit": 0.354, "action": "stop"}}
    table, _ = described(cohort, checks=checks)
    with pytest.raises(ValueError, match="cohort a is stopped by its relatedness") as error:
        require_expected(table, "a")
    assert "samples sib1 and twin have kinship 0.500" in str(error.value)
    assert "SIB1" not in str(error.value)
    require_expected(described(cohort)[0], "a")


def test_tables_and_markers_are_read_as_they_were_written(cohort, tmp_path):
    table, samples = described(cohort)
    table.to_csv(tmp_path / "pairs.tsv", sep="\t", index=False)
    samples.to_csv(tmp_path / "samples.tsv", sep="\t")
    pd.testing.assert_frame_equal(read_pairs(tmp_path / "pairs.tsv"), table)
    pd.testing.assert_frame_equal(read_samples(tmp_path / "samples.tsv"), samples)
    counts = kinship_counts(tmp_path / "samples.tsv")
    assert counts.columns.tolist() == ["kinship_markers", "relatives"]
    shown = named_pairs(tmp_path / "pairs.tsv")
    assert shown.loc["sib1 and twin", "relation"] == "duplicate"
    assert not shown.isin(["SIB1"]).any(axis=None)
    cohort.write(tmp_path / "sites.parquet", tmp_path / "dosages.parquet")
    again = Markers.read(tmp_path / "sites.parquet", tmp_path / "dosages.parquet")
    assert again.samples == cohort.samples
    assert (again.dosages == cohort.dosages).all()


def part(cohort, names, sites):
    rows = [cohort.samples.index(name) for name in names]
    return Markers(names, cohort.sites.iloc[sites], cohort.dosages[rows][:, sites])


def test_relatives_are_found_across_cohorts_at_common_markers(cohort):
    one = part(cohort, ["father", "sib1", "other_pop"], np.arange(0, 500))
    two = part(cohort, ["twin", "stranger"], np.arange(599, 49, -1))
    cohorts = {"a": one, "b": two}
    described_as = {name: described(markers, min_markers=100) for name, markers in cohorts.items()}
    pairs = {name: table for name, (table, _) in described_as.items()}
    samples = {name: table for name, (_, table) in described_as.items()}
    found = relatives_of(cohorts, samples, pairs, 100, 0.0884)
    listed = set(zip(found["patient_1"], found["patient_2"], strict=True))
    assert listed == {("FATHER", "SIB1"), ("FATHER", "TWIN"), ("SIB1", "TWIN")}
    twin = found[(found["patient_1"] == "SIB1") & (found["patient_2"] == "TWIN")].iloc[0]
    assert twin["kinship"] == 0.5
    assert 400 < twin["markers"] <= 450
    assert relatives_of(cohorts, samples, pairs, 451, 0.0884)["patient_2"].tolist() == ["SIB1"]


@pytest.mark.parametrize(("limit", "listed"), [(0.0884, 3), (0.354, 3), (0.05, 3)])
def test_a_lax_limit_of_the_gate_hides_no_relatives_from_the_folds(cohort, limit, listed):
    checks = CHECKS | {"max_kinship": {"limit": limit, "action": "stop"}}
    family = part(cohort, ["father", "sib1", "sib2", "stranger"], np.arange(600))
    table, samples = described(family, checks=checks)
    found = relatives_of({"a": family}, {"a": samples}, {"a": table}, 100, kin_from(limit))
    assert len(found) == listed
    assert samples["relatives"].to_dict() == {"father": 2, "sib1": 2, "sib2": 2, "stranger": 0}
    assert set(table["verdict"]) == {"pass" if limit > 0.3 else "stop"}


def test_relatives_are_of_the_second_degree_or_nearer():
    assert [kin_from(limit) for limit in (0.5, 0.354, 0.0884, 0.05)] == [*[0.0884] * 3, 0.05]


WINDOWS, SNVS = 3000, 40


def chosen(prefix, dosages, rank):
    """Markers of a cohort: of each window the SNV of least rank among those that are common."""
    frequency = dosages.mean(axis=0) / 2
    rank = np.where(np.minimum(frequency, 1 - frequency) >= 0.05, rank, 2)
    window = np.flatnonzero(rank.min(axis=1) < 2)
    snv = rank[window].argmin(axis=1)
    place = pd.DataFrame({"chromosome": "1", "position": window * 1000 + snv})
    sites = place.assign(reference="A", alternate="G")[PLACE]
    names = [f"{prefix}{number}" for number in range(len(dosages))]
    return Markers(names, sites, dosages[:, window, snv])


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 2), (1, 12), (2, 2), (2, 3), (2, 12)])
def test_small_cohorts_have_no_relatives_in_others_but_the_same_person(first, second):
    generator = np.random.default_rng(7)
    frequencies = generator.uniform(0.05, 0.95, (WINDOWS, SNVS))
    rank = generator.random((WINDOWS, SNVS))
    people = generator.binomial(2, frequencies, (first + second, WINDOWS, SNVS)).astype(np.int8)
    cohorts = {"a": chosen("a", people[:first], rank), "b": chosen("b", people[first:], rank)}
    assert related_across(cohorts).empty
    people[first] = people[0]
    cohorts["b"] = chosen("b", people[first:], rank)
    same = related_across(cohorts)
    assert same[["patient_1", "patient_2"]].to_numpy().tolist() == [["A0", "B0"]]
    assert same["kinship"].tolist() == pytest.approx([0.5])


def related_across(cohorts):
    told = {name: described(markers, min_markers=150) for name, markers in cohorts.items()}
    pairs = {name: table.iloc[:0] for name, (table, _) in told.items()}
    samples = {name: table for name, (_, table) in told.items()}
    return relatives_of(cohorts, samples, pairs, 150, 0.177)


def test_a_sibling_in_a_small_cohort_is_found():
    generator = np.random.default_rng(8)
    frequencies = generator.uniform(0.05, 0.95, (WINDOWS, SNVS))
    rank = generator.random((WINDOWS, SNVS))
    parents = (generator.random((2, 2, WINDOWS, SNVS)) < frequencies).astype(np.int8)
    others = generator.binomial(2, frequencies, (13, WINDOWS, SNVS)).astype(np.int8)
    window = np.arange(WINDOWS)
    children = [
        sum(parent[generator.integers(0, 2, WINDOWS), window] for parent in parents)
        for _ in range(2)
    ]
    one = chosen("a", np.stack([children[0], others[0]]), rank)
    two = chosen("b", np.stack([children[1], *others[1:]]), rank)
    found = related_across({"a": one, "b": two})
    assert found[["patient_1", "patient_2"]].to_numpy().tolist() == [["A0", "B0"]]
    assert found["kinship"].tolist() == pytest.approx([0.25], abs=0.06)


def test_a_cohort_that_nobody_with_genotypes_is_left_of_has_no_relatives(cohort, tmp_path):
    nobody = Markers([], cohort.sites.iloc[:0], np.empty((0, 0), np.int8))
    nobody.write(tmp_path / "sites.parquet", tmp_path / "dosages.parquet")
    nobody = Markers.read(tmp_path / "sites.parquet", tmp_path / "dosages.parquet")
    cohorts = {"a": cohort, "b": nobody}
    told = {name: described(markers, min_markers=100) for name, markers in cohorts.items()}
    pairs = {name: table for name, (table, _) in told.items()}
    found = relatives_of(cohorts, {name: t for name, (_, t) in told.items()}, pairs, 100, 0.0884)
    assert len(pairs["b"]) == 0 < len(found) <= len(pairs["a"])


HEADER = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=1000000>
##contig=<ID=chrX,length=1000000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="">
##FORMAT=<ID=FT,Number=1,Type=String,Description="">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\tS3
"""


def genotypes(folder, *records, prefix="chr"):
    lines = [
        f"{chromosome}\t{position}\t.\t{alleles[0]}\t{alleles[1]}\t.\t.\t.\tGT:FT\t"
        + "\t".join(calls)
        for chromosome, position, alleles, *calls in records
    ]
    path = folder / f"calls{len(list(folder.iterdir()))}.vcf"
    path.write_text((HEADER + "\n".join(lines) + "\n").replace("chr", prefix))
    return str(path)


COMMON = ["0/1:PASS", "1/1:PASS", "0/0:PASS"]


def test_a_genotype_that_fails_is_no_call(tmp_path):
    path = genotypes(tmp_path, ("chr1", 5, "AG", "0/1:PASS", "1/1:LowGQ", "./.:."))
    assert dosages(next(VCF(path, gts012=True))).tolist() == [1, -1, -1]


def test_half_a_call_is_no_call(tmp_path):
    path = genotypes(tmp_path, ("chr1", 5, "AG", "./1:PASS", "0|.:PASS", "1:PASS"))
    assert dosages(next(VCF(path, gts012=True))).tolist() == [-1, -1, 2]


def test_one_common_snv_of_each_window_of_the_autosomes_is_taken(tmp_path):
    path = genotypes(
        tmp_path,
        ("chr1", 5, "AG", *COMMON),
        ("chr1", 9, "AG", *COMMON),
        ("chr1", 100, ("A", "AG"), *COMMON),
        ("chr1", 101, "CT", *COMMON),
        ("chr1", 201, "CT", "0/0:PASS", "0/0:PASS", "0/0:PASS"),
        ("chrX", 5, "AG", *COMMON),
    )
    markers = read_markers(path, 100, 0.05)
    assert markers.samples == ["S1", "S2", "S3"]
    assert markers.sites["chromosome"].tolist() == ["1", "1"]
    assert markers.sites["position"].tolist()[1] == 101
    assert markers.dosages.tolist() == [[1, 1], [2, 2], [0, 0]]
    other = read_markers(genotypes(tmp_path, ("chr1", 300, "CT", *COMMON)), 100, 0.6)
    assert other.dosages.shape == (3, 0)


def test_samples_that_are_left_out_choose_no_marker(tmp_path):
    path = genotypes(
        tmp_path,
        ("chr1", 5, "AG", "0/0:PASS", "1/1:PASS", "./.:."),
        ("chr1", 105, "AG", "./.:.", "./.:.", "0/1:PASS"),
    )
    markers = read_markers(path, 100, 0.05, left_out=["S3"])
    assert (markers.samples, markers.sites["position"].tolist()) == (["S1", "S2"], [5])
    nobody = read_markers(path, 100, 0.05, left_out=["S1", "S2", "S3"])
    assert (nobody.samples, nobody.dosages.shape) == ([], (0, 0))


def test_two_cohorts_take_the_same_marker_of_a_window_that_both_have(tmp_path):
    records = [("chr1", position, "AG", *COMMON) for position in range(1, 101)]
    whole = read_markers(genotypes(tmp_path, *records), 100, 0.05)
    place = whole.sites["position"].item()
    fewer = [record for record in records if record[1] in (place - 1, place, 50)]
    assert read_markers(genotypes(tmp_path, *fewer), 100, 0.05).sites["position"].item() == place
    plain = read_markers(genotypes(tmp_path, *records, prefix=""), 100, 0.05)
    pd.testing.assert_frame_equal(plain.sites, whole.sites)
