"""Reads at the door: whole files, mates of the same reads."""

import gzip

import pytest

from gcin.alignment.reads import count_pairs, read_group


def text_of(names, suffix="", qualities="I"):
    quality = (qualities * 80)[:80]
    return "".join(f"@{name}{suffix} extra\n{'ACGT' * 20}\n+\n{quality}\n" for name in names)


def fastq(path, names, suffix="", cut=None, qualities="I"):
    packed = gzip.compress(text_of(names, suffix, qualities).encode())
    path.write_bytes(packed[:cut])
    return str(path)


@pytest.fixture
def unit(tmp_path):
    def make(first, second, **second_options):
        reads = fastq(tmp_path / "r1.fq.gz", first, "/1")
        return reads, fastq(tmp_path / "r2.fq.gz", second, "/2", **second_options)

    return make


def test_pairs_are_counted_with_and_without_mate_suffixes(unit, tmp_path):
    assert count_pairs(unit(["a", "b", "c"], ["a", "b", "c"]), "S1") == 3
    plain = tmp_path / "plain.fq"
    plain.write_text("@a\nACGT\n+\nIIII\n")
    assert count_pairs([plain, plain], "S1") == 1


def test_files_that_were_gzipped_apart_and_joined_are_read_to_their_ends(tmp_path):
    parts = [["a", "b"], ["c"], [], ["d"]]
    files = [tmp_path / "r1.fq.gz", tmp_path / "r2.fq.gz"]
    for mate, path in enumerate(files, 1):
        members = [gzip.compress(text_of(names, f"/{mate}").encode()) for names in parts]
        path.write_bytes(b"".join(members))
    assert count_pairs(files, "S1") == 4
    files[1].write_bytes(files[1].read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"sample S1: .*r2\.fq\.gz is cut short"):
        count_pairs(files, "S1")


@pytest.mark.parametrize("suffixes", [("/1", "/2"), ("", "")])
def test_pairs_of_one_file_stand_in_turn(tmp_path, suffixes):
    path = tmp_path / "both.fq"
    mates = [text_of([name], suffix) for name in "abc" for suffix in suffixes]
    path.write_text("".join(mates))
    assert count_pairs([path], "S1") == 3
    for spoilt, told in ((mates[:-1], "pair 3 is c and None"), (mates[1:], "pair 1 is a and b")):
        path.write_text("".join(spoilt))
        with pytest.raises(
            ValueError, match=rf"sample S1: .*both\.fq does not hold .* in turn: {told}"
        ):
            count_pairs([path], "S1")


@pytest.mark.parametrize("qualities", ["Bh", "@g", ";a", "hB"])
def test_the_older_encoding_of_qualities_is_refused(tmp_path, qualities):
    files = [
        fastq(tmp_path / "r1.fq.gz", ["a", "b"]),
        fastq(tmp_path / "r2.fq.gz", ["a", "b"], qualities=qualities),
    ]
    with pytest.raises(ValueError, match=r"sample S1: .*r2\.fq\.gz: .*phred\+64.*seqtk"):
        count_pairs(files, "S1")


@pytest.mark.parametrize("qualities", ["I", "#,:FK", "!~", "?JK", "K", "JP"])
def test_todays_encoding_is_taken_even_where_every_base_is_good(tmp_path, qualities):
    files = [fastq(tmp_path / f"r{mate}.fq.gz", ["a"], qualities=qualities) for mate in (1, 2)]
    assert count_pairs(files, "S1") == 1


@pytest.mark.parametrize(
    ("second", "told"),
    [(["a"], "2 is b and"), (["a", "b", "c"], "3 is None"), (["a", "x"], "2 is")],
)
def test_files_that_hold_other_reads_are_refused_by_name(unit, second, told):
    with pytest.raises(
        ValueError, match=rf"sample S1: .*r1.*r2.* do not hold the two mates.*{told}"
    ):
        count_pairs(unit(["a", "b"], second), "S1")


@pytest.mark.parametrize("missing", [1, 9, 500, 4000])
def test_a_cut_file_is_refused_by_name_and_remedy(unit, missing):
    names = [f"r{number}" for number in range(5000)]
    with pytest.raises(ValueError, match=r"sample S1: .*r2\.fq\.gz is cut short.*Copy it again"):
        count_pairs(unit(names, names, cut=-missing), "S1")


def test_an_empty_file_is_refused(unit):
    with pytest.raises(ValueError, match=r"sample S1: .*r1\.fq\.gz has no reads"):
        count_pairs(unit([], []), "S1")


def test_fasta_is_refused_for_want_of_qualities(tmp_path):
    path = tmp_path / "x.fa"
    path.write_text(">a\nACGT\n")
    with pytest.raises(ValueError, match=r"x\.fa is cut short.* no FASTQ \(read a has no base"):
        count_pairs([path, path], "S1")


def test_a_read_group_is_unique_beyond_its_sample():
    group = read_group("S1", "L1", "ILLUMINA", "lib")
    assert group == r"@RG\tID:S1.L1\tSM:S1\tLB:lib\tPL:ILLUMINA\tPU:S1.L1"
