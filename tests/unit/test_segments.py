"""Copy-number segments that a cohort hands in: read by place, and averaged over each gene."""

import numpy as np
import pandas as pd
import pytest

from gcin.copies.segments import gene_ratios, lift_segments, read_segments
from gcin.copies.usual import against_usual
from gcin.reference.liftover import read_chains

GENES = pd.DataFrame(
    [("AAA", "chr1", 101, 200), ("BBB", "chr1", 151, 250), ("CCC", "chrX", 101, 200)],
    columns=["gene", "chromosome", "start", "end"],
)
HEADER = "ID\tchrom\tloc.start\tloc.end\tnum.mark\tseg.mean"


def written(tmp_path, *rows, header=HEADER):
    path = tmp_path / "cohort.seg"
    path.write_text("\n".join([header, *("\t".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.mark.parametrize("prefix", ["chr", ""])
def test_a_gene_has_the_mean_of_its_segments_by_common_bases(tmp_path, prefix):
    rows = [
        ("S2", "1", 1, 175, 9, -1.0),
        ("S2", "1", 176, 1000, 9, 1.0),
        ("S1", "chr1", 1, 100, 9, 3.0),
        ("S1", "chr1", 201, 300, 9, 2.0),
    ]
    genes = GENES.assign(chromosome=GENES["chromosome"].str.replace("chr", prefix))
    table = gene_ratios(read_segments(written(tmp_path, *rows), {"S1", "S2"}), genes)
    expected = [[np.nan, 2.0, np.nan], [-0.5, 0.5, np.nan]]
    assert table.index.tolist() == ["S1", "S2"]
    np.testing.assert_allclose(table, expected)


def test_a_gene_that_no_segment_reaches_is_not_measured(tmp_path):
    table = gene_ratios(
        read_segments(written(tmp_path, ("S1", "1", 201, 900, 9, 1.0)), {"S1"}), GENES
    )
    np.testing.assert_allclose(table, [[np.nan, 1.0, np.nan]])


def test_columns_are_known_by_their_place(tmp_path):
    header = "Sample\tChromosome\tStart\tEnd\tSegment_Mean"
    path = written(tmp_path, ("S1", "X", 1, 500, 0.25), header=header)
    (row,) = read_segments(path, {"S1"}).to_dict("records")
    expected = {"sample": "S1", "chromosome": "chrX", "start": 1, "end": 500, "log2": 0.25}
    assert row == expected


def test_segments_of_others_and_without_a_ratio_are_left_out(tmp_path):
    rows = [("S1", "1", 1, 9, 9, 0.5), ("S1", "1", 10, 19, 0, "NA"), ("S9", "1", 1, 9, 9, 0.5)]
    assert len(read_segments(written(tmp_path, *rows), {"S1"})) == 1


@pytest.mark.parametrize("ratio", ["-Inf", "-12.5"])
def test_a_gene_that_is_gone_has_the_least_ratio(tmp_path, ratio):
    (row,) = read_segments(written(tmp_path, ("S1", "1", 1, 9, 9, ratio)), {"S1"}).to_dict(
        "records"
    )
    assert row["log2"] == -5


@pytest.mark.parametrize(("usual", "refused"), [(2, True), (1, True), (0, False), (-0.1, False)])
def test_numbers_of_copies_are_no_ratios(tmp_path, usual, refused):
    rows = [("S1", "1", n, n, 9, usual + n % 3 / 4) for n in range(1, 31)]
    path = written(tmp_path, *rows)
    if refused:
        with pytest.raises(ValueError, match="as numbers of copies are"):
            read_segments(path, {"S1"})
    else:
        assert len(read_segments(path, {"S1"})) == 30


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ([0, 0, 0, 1, 2], True),  # of the minor allele, where most segments lost one
        ([0.98, 0.995, 1.01, 0.5, 1.5], True),  # depth beside the usual, no logarithm taken
        ([0, 0, 0, 0, 0], False),
        ([-1, 0, 0, 1, 0], False),
        ([0.58, 0.6, 0.55, 0.9, 0.3], False),
    ],
)
def test_copies_of_one_allele_and_plain_ratios_are_no_logarithms(tmp_path, values, refused):
    rows = [("S1", "1", n, n, 9, values[n % 5]) for n in range(1, 31)]
    if refused:
        with pytest.raises(ValueError, match="as numbers of copies are"):
            read_segments(written(tmp_path, *rows), {"S1"})
    else:
        assert len(read_segments(written(tmp_path, *rows), {"S1"})) == 30


@pytest.mark.parametrize(
    ("row", "header", "said"),
    [
        (("S9", "1", 1, 9, 9, 0.5), HEADER, "has segments of S9, and of no sample"),
        (("S1", "1", "one", 9, 9, 0.5), HEADER, "row 2: start is no number"),
        (("S1", "1", 1, "", 9, 0.5), HEADER, "row 2: end is no number"),
        (("S1", "1", 1, 9, 9, "lost"), HEADER, "row 2: log2 is no number"),
        (("S1", "1", 1, 9, 9, "Inf"), HEADER, "row 2: log2 is no number"),
        (("S1", "1", 1, 9), "ID\tchrom\tloc.start\tloc.end", "4 column(s), and segments need 5"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, row, header, said):
    with pytest.raises(ValueError, match=r"cohort\.seg") as refused:
        read_segments(written(tmp_path, row, header=header), {"S1"})
    assert said in str(refused.value)


CHAIN = """chain 900 chr1 1000 + 100 600 chr1 2000 + 300 850 1
200 50 100
250

chain 90 chr1 1000 + 300 350 chr7 900 + 10 60 2
50

chain 800 chr2 1000 + 0 400 chr9 1000 - 100 500 3
400
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("1", 111, 590), ("chr1", 311, 840)),
        (("1", 1, 1000), ("chr1", 301, 850)),
        (("1", 310, 400), ("chr1", 601, 650)),
        (("2", 1, 10), ("chr9", 891, 900)),
        (("1", 305, 345), None),
        (("1", 700, 900), None),
        (("3", 1, 10), None),
    ],
    ids=["within", "ends outside", "end in a gap", "turned", "gap", "behind", "no chain"],
)
def test_segments_of_the_old_assembly_are_lifted(tmp_path, old, new):
    chain = tmp_path / "old.chain"
    chain.write_text(CHAIN)
    segments = read_segments(
        written(tmp_path, ("S1", *old, 9, 1.0), ("S2", *old, 9, 2.0)), ["S1", "S2"]
    )
    lifted = lift_segments(segments, {"S1"}, read_chains(chain)).set_index("sample")
    rows = {name: tuple(row) for name, row in lifted.iterrows()}
    assert rows.pop("S2") == (f"chr{old[0]}", *old[1:], 2.0)
    assert rows == ({"S1": (*new, 1.0)} if new else {})


PLACES = pd.DataFrame(
    [
        ("AAA", "chr1", 5_000_000, 5_001_000),
        ("PAR", "chrX", 1_000_000, 1_001_000),
        ("XXX", "chrX", 5_000_000, 5_001_000),
        ("YYY", "chrY", 5_000_000, 5_001_000),
    ],
    columns=["gene", "chromosome", "start", "end"],
)
SHARED = pd.DataFrame([("chrX", 10_001, 2_781_479)], columns=["chrom", "start", "end"])
SEXES = pd.Series({"M1": "male", "M2": "male", "W": "female", "U": None})
# As against two copies: of men, one with a gain of X, of a woman who lost one, of an unknown sex.
TWO = {"M1": [0, 0, -1, -1], "M2": [1, 0, -0.4, -5], "W": [0, 0, -1, -4], "U": [0, 0, -1, -1]}
ONE = {"M1": [0, 0, 0, 0], "M2": [1, 0, 0.6, -5], "W": [0, 0, -1, None], "U": [0, 0, None, None]}


def usual(rows, of_men=None, sexes=SEXES):
    table = pd.DataFrame.from_dict(rows, orient="index", columns=PLACES["gene"], dtype=np.float32)
    return against_usual(table, PLACES, sexes, SHARED, of_men, "cohort.seg")


@pytest.mark.parametrize(("of_men", "rows"), [(None, {"M1": [0, 0, -1, -1]}), ("two_copies", TWO)])
def test_one_copy_of_x_and_y_is_what_is_usual_in_a_man(of_men, rows):
    found = usual(rows, of_men)
    np.testing.assert_allclose(found, np.array([ONE[name] for name in rows], float), atol=1e-6)


@pytest.mark.parametrize("of_men", [None, "one_copy"])
def test_ratios_that_are_of_one_copy_stay(of_men):
    rows = {"M1": [0, 0, 0.1, 0], "M2": [0, 0, -0.1, -1], "U": [0, 0, -1, 0]}
    expected = np.array(list(rows.values()), float)
    np.testing.assert_allclose(usual(rows, of_men), expected, atol=1e-6)


def test_without_men_nothing_is_told_of_an_unknown_sex_nor_of_a_womans_y():
    found = usual({"W": [0, 0, -1, -4], "U": [0.5, 0.2, -1, -1]})
    expected = [[0, 0, -1, np.nan], [0.5, 0.2, np.nan, np.nan]]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_ratios_of_men_that_say_neither_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"cohort\.seg: X and Y of 1 men read -0\.60 .*of_men"):
        usual({"M1": [0, 0, -0.6, -1]})
    found = usual({"M1": [0, 0, -0.6, -1]}, "two_copies")
    assert found.loc["M1", "XXX"] == pytest.approx(0.4)


def test_the_y_of_men_tells_where_no_segment_lies_on_x():
    assert usual({"M1": [0, None, None, -1]}).loc["M1", "YYY"] == 0
