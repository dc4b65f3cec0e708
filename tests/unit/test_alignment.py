"""Reads at the door: whole files, mates of the same reads."""

import gzip

import pytest

from gcin.alignment.reads import count_pairs, read_group


def fastq(path, names, suffix="", cut=None):
    text = "".join(f"@{name}{suffix} extra\n{'ACGT' * 20}\n+\n{'I' * 80}\n" for name in names)
    packed = gzip.compress(text.encode())
    path.write_bytes(packed[:cut])
    return str(path)


@pytest.fixture
def unit(tmp_path):
    def make(first, second, **second_options):
        reads = fastq(tmp_path / "r1.fq.gz", first, "/1")
        return reads, fastq(tmp_path / "r2.fq.gz", second, "/2", **second_options)

    return make


def test_pairs_are_counted_with_and_without_mate_suffixes(unit, tmp_path):
    assert count_pairs(*unit(["a", "b", "c"], ["a", "b", "c"]), "S1") == 3
    plain = tmp_path / "plain.fq"
    plain.write_text("@a\nACGT\n+\nIIII\n")
    assert count_pairs(plain, plain, "S1") == 1


@pytest.mark.parametrize(
    ("second", "told"),
    [(["a"], "2 is b and"), (["a", "b", "c"], "3 is None"), (["a", "x"], "2 is")],
)
def test_files_that_hold_other_reads_are_refused_by_name(unit, second, told):
    with pytest.raises(
        ValueError, match=rf"sample S1: .*r1.*r2.* do not hold the two mates.*{told}"
    ):
        count_pairs(*unit(["a", "b"], second), "S1")


@pytest.mark.parametrize("missing", [1, 9, 500, 4000])
def test_a_cut_file_is_refused_by_name_and_remedy(unit, missing):
    names = [f"r{number}" for number in range(5000)]
    with pytest.raises(ValueError, match=r"sample S1: .*r2\.fq\.gz is cut short.*Copy it again"):
        count_pairs(*unit(names, names, cut=-missing), "S1")


def test_an_empty_file_is_refused(unit):
    with pytest.raises(ValueError, match=r"sample S1: .*r1\.fq\.gz has no reads"):
        count_pairs(*unit([], []), "S1")


def test_fasta_is_refused_for_want_of_qualities(tmp_path):
    path = tmp_path / "x.fa"
    path.write_text(">a\nACGT\n")
    with pytest.raises(ValueError, match=r"x\.fa is cut short, or no FASTQ: read a has no base"):
        count_pairs(path, path, "S1")


def test_a_read_group_is_unique_beyond_its_sample():
    group = read_group("S1", "L1", "ILLUMINA", "lib")
    assert group == r"@RG\tID:S1.L1\tSM:S1\tLB:lib\tPL:ILLUMINA\tPU:S1.L1"
