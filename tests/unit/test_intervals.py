"""Intervals of the genome and how they are shared out."""

import gzip

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysam import faidx

from gcin.reference import genome
from gcin.reference.intervals import (
    intersection,
    lie_in,
    merged,
    pieces,
    read_bed,
    require_contigs,
    shards,
    targeted,
)

SIZES = {"chr2": 1000, "chr10": 500}
COLUMNS = ["chromosome", "start", "end"]


def table(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def rows_of(intervals):
    return [tuple(row) for row in intervals[COLUMNS].to_numpy().tolist()]


def test_bed_is_read_without_its_headers_whatever_else_it_holds(tmp_path):
    path = tmp_path / "x.bed.gz"
    path.write_bytes(gzip.compress(b"track name=x\n#a\nchr2\t1\t5\tgene\t0\t+\n\nchr10 0 7\n"))
    assert rows_of(read_bed(path)) == [("chr2", 1, 5), ("chr10", 0, 7)]


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "it is empty"), ("chr2\t5\t5\n", "chr2"), ("chr2\t9\n", "chr2"), ("chr2\ta\tb\n", "a")],
)
def test_what_is_no_bed_is_refused_by_file_and_line(tmp_path, text, told):
    path = tmp_path / "x.bed"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"x\.bed is no BED of intervals: .*{told}"):
        read_bed(path)


def test_padded_intervals_are_clipped_united_and_in_the_order_of_the_genome():
    given_rows = table(("chr10", 490, 495), ("chr2", 40, 50), ("chr2", 5, 10), ("chr2", 55, 60))
    united = [("chr2", 0, 20), ("chr2", 30, 70), ("chr10", 480, 500)]
    assert rows_of(merged(given_rows, SIZES, padding=10)) == united


def test_intervals_that_only_touch_become_one():
    assert rows_of(merged(table(("chr2", 0, 5), ("chr2", 5, 9)), SIZES)) == [("chr2", 0, 9)]


def test_pieces_lie_in_each_table_wholly_or_not_at_all():
    exome = table(("chr2", 20, 60), ("chr10", 0, 9))
    panel = table(("chr2", 40, 70), ("chr2", 35, 45))
    cut = pieces([exome, panel], SIZES)
    assert rows_of(cut) == [
        ("chr2", 20, 35), ("chr2", 35, 60), ("chr2", 60, 70), ("chr10", 0, 9)
    ]  # fmt: skip
    assert lie_in(cut, exome).tolist() == [True, True, False, True]
    assert lie_in(cut, panel).tolist() == [False, True, True, False]


def test_targets_that_nobody_calls_are_refused():
    called = table(("chr2", 0, 50))
    assert rows_of(targeted(called, table(("chr2", 40, 70)), SIZES, "t")) == [("chr2", 40, 50)]
    with pytest.raises(ValueError, match=r"p\.bed has no base in common .*calling_intervals"):
        targeted(called, table(("chr10", 0, 9)), SIZES, "p.bed")
    with pytest.raises(ValueError, match=r"p\.bed has no base in common"):
        targeted(called, table(("10", 0, 9)), SIZES, "p.bed")
    with pytest.raises(
        ValueError, match=r"p\.bed has chr2:1000-1009, but that contig ends at 1000"
    ):
        targeted(called, table(("chr2", 1000, 1009)), SIZES, "p.bed")


def test_targets_on_contigs_that_the_genome_lacks_are_left_out_and_told(caplog):
    kept = targeted(table(("chr2", 0, 50)), table(("chrUn", 0, 9), ("chr2", 3, 5)), SIZES, "t.bed")
    assert rows_of(kept) == [("chr2", 3, 5)]
    assert "t.bed: the genome does not have chrUn" in caplog.text


def test_intersection_keeps_what_both_have():
    left = table(("chr2", 0, 100), ("chr10", 0, 10))
    right = table(("chr2", 90, 200), ("chr2", 10, 20))
    assert rows_of(intersection(left, right, SIZES)) == [("chr2", 10, 20), ("chr2", 90, 100)]


def test_nothing_in_common_is_an_empty_table():
    assert intersection(table(("chr2", 0, 5)), table(("chr10", 0, 5)), SIZES).empty


@pytest.mark.parametrize(
    ("row", "told"),
    [(("2", 0, 5), "does not have: 2"), (("chr10", 500, 505), r"chr10:500-505.*ends at 500")],
)
def test_intervals_outside_the_genome_are_refused_by_name(row, told):
    with pytest.raises(ValueError, match=rf"panel\.bed .*{told}"):
        require_contigs(table(row), SIZES, "panel.bed")


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=12),
    count=st.integers(1, 12),
)
def test_shards_hold_every_base_once_in_order_and_about_as_many_each(lengths, count):
    starts = [60 * index for index in range(len(lengths))]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    whole = pd.DataFrame({"chromosome": "chr2", "start": starts, "end": ends})
    if sum(lengths) < count:
        with pytest.raises(ValueError, match=r"reference\.shards"):
            shards(whole, count)
        return
    parts = shards(whole, count)
    bases = [[b for _, s, e in rows_of(part) for b in range(s, e)] for part in parts]
    assert [b for part in bases for b in part] == [
        b for _, s, e in rows_of(whole) for b in range(s, e)
    ]
    mean = sum(lengths) / count
    assert max(map(len, bases)) <= 1.2 * mean + 1
    assert min(map(len, bases)) >= max(1, 0.8 * mean - 1)


def test_borders_of_shards_spare_targets_but_cut_what_is_long():
    targets = [("chr2", 20 * index, 20 * index + 10 + index % 3) for index in range(40)]
    parts = shards(table(*targets), 3)
    assert [row for part in parts for row in rows_of(part)] == targets
    assert [rows_of(part) for part in shards(table(("chr2", 0, 9), ("chr10", 0, 91)), 2)] == [
        [("chr2", 0, 9), ("chr10", 0, 41)], [("chr10", 41, 91)]]  # fmt: skip


def test_known_bases_are_the_runs_without_n_across_blocks(tmp_path, monkeypatch):
    path = tmp_path / "genome.fa"
    path.write_text(">chr2\nNNACGTnnACNN\n>chrN\nNNNN\n>chr10\nAC\n")
    faidx(str(path))
    monkeypatch.setattr(genome, "BLOCK_BASES", 4)
    expected = [("chr2", 2, 6), ("chr2", 8, 10), ("chr10", 0, 2)]
    assert rows_of(genome.known_bases(path)) == expected
    assert genome.contig_sizes(f"{path}.fai") == {"chr2": 12, "chrN": 4, "chr10": 2}
