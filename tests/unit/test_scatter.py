"""The number of shards is known before any job, from files that are there."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcin.intake.problems import Problems
from gcin.intake.scatter import shard_count, united_bases


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.integers(1, 20)), max_size=8
    ),
    padding=st.integers(0, 9),
)
def test_each_base_counts_once_however_often_it_is_named(rows, padding):
    intervals = [(name, start, start + length) for name, start, length in rows]
    bases = {
        (name, base)
        for name, start, end in intervals
        for base in range(max(start - padding, 0), end + padding)
    }
    assert united_bases(intervals, padding) == len(bases)


def counted(**reference):
    """Number of shards, and what was wrong."""
    typical = {"fasta": None, "calling_intervals": None, "padding_bases": 0, "download": None}
    typical |= {"shards": "auto", "shard_bases": 1000}
    problems = Problems()
    return shard_count(typical | reference, problems), problems.lines


@pytest.mark.parametrize(("bases", "count"), [(1000, 3), (1500, 2), (2000, 2), (9000, 1)])
def test_targets_make_as_many_shards_as_hold_so_many_padded_bases(tmp_path, bases, count):
    path = tmp_path / "targets.bed.gz"
    path.write_bytes(gzip.compress(b"track x\n#c\nchr1\t100\t2000\nchr1\t1990\t2900\n"))
    given_targets = {"calling_intervals": str(path), "padding_bases": 100}
    assert counted(shard_bases=bases, **given_targets) == (count, [])


def test_without_targets_the_index_beside_the_genome_tells(tmp_path):
    fasta = tmp_path / "genome.fa.gz"
    assert counted(shards=7, fasta=str(fasta)) == (7, [])
    _, (told,) = counted(fasta=str(fasta))
    assert f"Make {fasta}.fai (samtools faidx), or write a number" in told
    (tmp_path / "genome.fa.gz.fai").write_text("chr1\t4000\t6\t60\t61\nchr2\t1100\t9\t60\t61\n")
    assert counted(fasta=str(fasta)) == (5, [])


def test_a_run_without_a_genome_has_one_shard_and_a_fetched_genome_must_be_told():
    assert counted() == (1, [])
    assert len(counted(download={"fasta": {}})[1]) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [("chr1\t0\t2000000\n", "2000 shards of 2000000"), ("chr1\t5\n", "'chr1\\t5' is no interval")],
)
def test_too_many_shards_and_broken_targets_are_told(tmp_path, text, told):
    path = tmp_path / "targets.bed"
    path.write_text(text)
    assert told in counted(calling_intervals=str(path))[1][0]
