"""The sex that reads show, and whether it is the recorded one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gcin.intake.recorded import card_of_one, recorded_digest
from gcin.quality.sex import (
    agreement,
    called_sex,
    haploid_regions,
    on_x,
    recorded_sexes,
    relative_depths,
    sex_by_depth,
    sex_depths,
    sex_table,
    shared_regions,
)

ROOT = Path(__file__).parents[2]
LIMITS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["quality"]["sex"]
SHARED = shared_regions(ROOT / "resources" / "reference" / "pseudoautosomal.tsv", "GRCh38")
NOTHING = {"x_depth": np.nan, "y_depth": np.nan, "x_het_share": np.nan, "x_snvs": 0}
MALE = {"x_depth": 0.5, "y_depth": 0.45, "x_het_share": 0.05, "x_snvs": 900}
FEMALE = {"x_depth": 1.0, "y_depth": 0.02, "x_het_share": 0.6, "x_snvs": 2000}


@pytest.mark.parametrize(
    ("measures", "sex"),
    [
        (MALE, "male"),
        (FEMALE, "female"),
        (NOTHING, None),
        (NOTHING | {"x_depth": 0.5}, "male"),
        (NOTHING | {"x_het_share": 0.6, "x_snvs": 50}, "female"),
        (NOTHING | {"x_het_share": 0.6, "x_snvs": 49}, None),
        (FEMALE | {"y_depth": 0.4}, "unclear"),
        (MALE | {"y_depth": 0.0}, "unclear"),
        (NOTHING | {"x_depth": 0.7}, "unclear"),
        (MALE | {"x_het_share": 0.6}, "unclear"),
    ],
    ids=[
        "male", "female", "nothing", "depth alone", "heterozygotes alone", "too few snvs", "XXY",
        "lost Y", "between", "mixture",
    ],
)  # fmt: skip
def test_a_sex_is_called_where_all_that_was_measured_says_the_same(measures, sex):
    assert called_sex(measures, LIMITS) == sex


def regions(folder, *rows):
    path = folder / "coverage.regions.bed.gz"
    lines = ["\t".join(map(str, row)) for row in rows]
    pd.Series(lines).to_csv(path, index=False, header=False, quoting=3, sep="\x01")
    return str(path)


def test_depths_are_relative_to_the_autosomes_and_weighed_by_bases(tmp_path):
    path = regions(
        tmp_path,
        ("chr1", 0, 10_000, 30.0), ("chr22", 0, 30_000, 50.0),
        ("chrX", 5_000_000, 5_010_000, 30.0), ("chrX", 6_000_000, 6_010_000, 15.0),
        ("chrY", 5_000_000, 5_010_000, 9.0), ("chrM", 0, 16_000, 9000.0),
    )  # fmt: skip
    found = relative_depths(path, SHARED, 10_000)
    assert found.to_dict() == pytest.approx({"x_depth": 0.5, "y_depth": 0.2})


def test_depths_on_x_and_y_are_those_of_the_targets(tmp_path):
    places = [("chr1", 0, 10_000), ("chrX", 5_000_000, 5_010_000)]
    targets = pd.DataFrame(places, columns=["chromosome", "start", "end"])
    path = regions(
        tmp_path,
        ("chr1", 0, 10_000, 80.0), ("chr1", 10_000, 900_000, 1.0),
        ("chrX", 5_000_000, 5_010_000, 40.0), ("chrX", 6_000_000, 6_900_000, 1.0),
    )  # fmt: skip
    assert relative_depths(path, SHARED, 10_000, targets)["x_depth"] == 0.5


def test_shared_regions_and_too_few_bases_say_nothing(tmp_path):
    path = regions(
        tmp_path,
        ("1", 0, 10_000, 30.0),
        ("X", 2_700_000, 2_781_000, 30.0),
        ("Y", 5e6, 5e6 + 9e3, 1),
    )
    assert relative_depths(path, SHARED, 10_000).isna().all()
    longer = regions(tmp_path, ("1", 0, 10_000, 30.0), ("X", 2_700_000, 2_900_000, 15.0))
    assert relative_depths(longer, SHARED, 10_000)["x_depth"] == 0.5


def test_a_sample_without_autosomal_reads_has_no_relative_depth(tmp_path):
    path = regions(tmp_path, ("chr1", 0, 10_000, 0.0), ("chrX", 5_000_000, 5_010_000, 30.0))
    assert relative_depths(path, SHARED, 10_000).isna().all()


def test_the_borders_of_shared_regions_belong_to_them():
    at = [10_000, 10_001, 2_781_479, 2_781_480, 155_701_382, 156_030_895]
    places = pd.DataFrame({"chromosome": "chrX", "position": at})
    assert on_x(places, SHARED).tolist() == [True, False, False, True, True, False]


SIZES = {"chr1": 10**8, "chrX": 156_040_895, "chrY": 57_227_415}


def test_a_male_has_one_copy_of_what_x_and_y_do_not_share():
    regions = haploid_regions("male", SIZES, SHARED)
    assert list(regions.itertuples(index=False, name=None)) == [
        ("chrX", 0, 10_000, 1),
        ("chrX", 2_781_479, 155_701_382, 1),
        ("chrX", 156_030_895, 156_040_895, 1),
        ("chrY", 0, 10_000, 1),
        ("chrY", 2_781_479, 56_887_902, 1),
        ("chrY", 57_217_415, 57_227_415, 1),
    ]


@pytest.mark.parametrize("sex", ["female", "unclear", None])
def test_nobody_else_has_haploid_regions(sex):
    assert haploid_regions(sex, SIZES, SHARED).empty
    assert haploid_regions("male", {"chr1": 10**8}, SHARED).empty


@pytest.mark.parametrize(("depth", "sex"), [(15.0, "male"), (30.0, "female"), (21.0, "unclear")])
def test_depth_alone_tells_a_sex_before_variants_are_called(tmp_path, depth, sex):
    path = regions(tmp_path, ("chr1", 0, 10_000, 30.0), ("chrX", 5_000_000, 5_010_000, depth))
    assert sex_by_depth(path, SHARED, LIMITS) == sex


def test_an_assembly_that_is_not_listed_has_no_shared_regions():
    places = pd.DataFrame({"chromosome": ["X", "1"], "position": [20_000, 20_000]})
    unknown = shared_regions(ROOT / "resources" / "reference" / "pseudoautosomal.tsv", "T2T")
    assert on_x(places, unknown).tolist() == [True, False]


def test_each_sample_has_its_own_sex_with_or_without_reads(tmp_path):
    shares = {"x_snvs": [900.0, 900.0, np.nan], "x_het_share": [0.01, 0.6, np.nan]}
    balance = pd.DataFrame(shares, index=["007", "008", "009"])
    (tmp_path / "007" / "quality").mkdir(parents=True)
    reads = regions(
        tmp_path / "007" / "quality", ("1", 0, 10_000, 30.0), ("X", 5_000_000, 5_010_000, 15.0)
    )
    table = sex_table(balance, sex_depths([reads], SHARED, LIMITS["min_bases"]), LIMITS)
    assert table["sex"].tolist() == ["male", "female", None]
    assert table["x_depth"].tolist() == pytest.approx([0.5, np.nan, np.nan], nan_ok=True)
    assert sex_table(balance[:0], sex_depths([], SHARED, LIMITS["min_bases"]), LIMITS).empty


def test_only_two_known_sexes_agree_or_differ(caplog):
    sexes = pd.Series({"S1": "male", "S2": "male", "S3": "unclear", "S4": None, "S5": "female"})
    patients = pd.Series({name: name.replace("S", "P") for name in sexes.index})
    recorded = pd.Series({"P1": "male", "P2": "female", "P3": "male", "P4": "male", "P5": "F"})
    found = agreement(sexes, patients, recorded)
    assert found.tolist() == pytest.approx([1, 0, np.nan, np.nan, np.nan], nan_ok=True)
    assert "1 sample(s) have a recorded sex other than female or male" in caplog.text


def sex_card(folder, text, **changes):
    (folder / "clinical.tsv").write_text(text)
    mapping = {"column": "clinical.sex", "value": None, "codes": None} | changes
    table = {"file": str(folder / "clinical.tsv"), "patient": "id", "index_date": "day"}
    rest = {key: {} for key in ("condition", "treatment", "measurement", "outcome")}
    card = {"tables": {"clinical": table, "other": table}, "person": {"sex": mapping, "age": None}}
    return card_of_one(card | rest, "person", "sex")


def test_the_digest_of_a_recorded_column_changes_with_it_alone(tmp_path):
    first = recorded_digest(sex_card(tmp_path, "id\tsex\tage\n1\tF\t50\n2\tM\t60\n"))
    older = recorded_digest(sex_card(tmp_path, "id\tsex\tage\n2\tM\t61\n1\tF\t51\n"))
    other = recorded_digest(sex_card(tmp_path, "id\tsex\tage\n1\tM\t50\n2\tM\t60\n"))
    coded = recorded_digest(sex_card(tmp_path, "id\tsex\n1\tF\n2\tM\n", codes={"F": "female"}))
    assert first == older
    assert len({first, other, coded}) == 3


def test_a_card_of_one_mapping_names_no_other_table_and_no_date(tmp_path):
    alone = sex_card(tmp_path, "id\tsex\n")
    assert list(alone["tables"]) == ["clinical"]
    assert alone["tables"]["clinical"]["index_date"] is None
    assert sex_card(tmp_path, "", column=None, value="female")["tables"] == {}


def test_what_cannot_be_read_or_is_not_mapped_has_a_digest_too(tmp_path):
    alone = sex_card(tmp_path, "id\tsex\n1\tF\n")
    before = recorded_digest(alone)
    (tmp_path / "clinical.tsv").unlink()
    assert recorded_digest(alone) != before
    nothing = {name: {} for name in alone}
    assert len(recorded_digest(nothing)) == 12


def test_the_sheet_tells_a_sex_where_the_card_has_none():
    manifest = pd.DataFrame(
        {"patient": ["P1", "P1", "P2", "P3", "P4"], "sex": ["", "male", "female", "", "male"]}
    )
    of_card = pd.Series({"P1": None, "P2": None, "P3": "female", "P9": "male"}, dtype=object)
    found = recorded_sexes(of_card, manifest)
    assert found.to_dict() == {"P1": "male", "P2": "female", "P3": "female", "P4": "male"}
    without = recorded_sexes(of_card, manifest[["patient"]])
    assert without.dropna().to_dict() == {"P3": "female"}
