"""Given alignments: what is wrong with them is told, what is right with them is kept."""

import random
import subprocess
from collections import Counter
from itertools import groupby

import pysam
import pytest

from gcin.alignment.adopting import adopt
from gcin.alignment.contigs import (
    Contig,
    contigs_of,
    contigs_of_dictionary,
    decoding_fasta,
    difference,
    require_related,
)
from gcin.alignment.given import Scan, plan_of, scan_alignment

UNIT = {"sample": "S1", "unit": "L1", "platform": "", "library": ""}
LENGTH = 6000
READ = 100
SEQUENCE = "".join(random.Random(1).choices("ACGT", k=LENGTH))
GROUP = {"ID": "1", "SM": "S1", "LB": "lib", "PL": "DNBSEQ"}
ANOTHER = {"SQ": [{"SN": "other", "LN": LENGTH}]}


def reverse(bases):
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def read(name, flag, start, group="1"):
    """Describe a read of the genome, aligned where it comes from."""
    record = pysam.AlignedSegment()
    record.query_name, record.flag = name, flag
    record.reference_id, record.reference_start = 0, start
    record.query_sequence = SEQUENCE[start : start + READ]
    record.query_qualities = pysam.qualitystring_to_array("I" * READ)
    record.cigartuples, record.mapping_quality = [(0, READ)], 60
    if group:
        record.set_tag("RG", group)
    return record


def pair(number, group="1"):
    start = 40 * number
    return [
        read(f"p{number}", 0x1 | 0x2 | 0x20 | 0x40, start, group),
        read(f"p{number}", 0x1 | 0x2 | 0x10 | 0x80, start + 200, group),
    ]


def write(path, reads, genome=None, **header):
    """Write an alignment, sorted by position; a CRAM needs the genome."""
    typical = {"SQ": [{"SN": "chr1", "LN": LENGTH}], "RG": [GROUP]}
    options = {"header": typical | header, "format_options": [b"version=3.0"] if genome else None}
    mode, fasta = ("wc", str(genome)) if genome else ("wb", None)
    with pysam.AlignmentFile(str(path), mode, reference_filename=fasta, **options) as stream:
        for record in sorted(reads, key=lambda record: record.reference_start):
            stream.write(record)
    return str(path)


def pairs(count=100, **options):
    return [record for number in range(count) for record in pair(number, **options)]


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    """A genome of one contig with all its indexes."""
    folder = tmp_path_factory.mktemp("genome")
    fasta = folder / "genome.fa"
    fasta.write_text(f">chr1\n{SEQUENCE}\n")
    for command in (
        ["samtools", "faidx", fasta],
        ["samtools", "dict", "--output", folder / "genome.dict", fasta],
        ["bwa", "index", fasta],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return fasta


def planned(path, genome, unit=UNIT, fasta=None):
    with pysam.AlignmentFile(path, check_sq=False) as stream:
        header = stream.header.to_dict()
    contigs = contigs_of_dictionary(genome.with_suffix(".dict"))
    fasta = str(fasta or genome)
    return plan_of(header, scan_alignment(path, "S1", fasta), contigs, unit) | {"fasta": fasta}


@pytest.fixture
def adopted(tmp_path, genome):
    """Adopt an alignment; give its plan, its header and its records."""

    def make(path, unit=UNIT, fasta=None):
        plan, made = planned(path, genome, unit, fasta), str(tmp_path / "adopted.bam")
        adopt(path, plan, str(genome), 1, str(tmp_path), made)
        with pysam.AlignmentFile(made) as stream:
            return plan, stream.header.to_dict(), list(stream.fetch(until_eof=True))

    return make


def by_group(records):
    return Counter(record.get_tag("RG") for record in records)


def test_an_alignment_of_the_genome_is_used_as_it_is(adopted, tmp_path):
    plan, header, records = adopted(write(tmp_path / "a.bam", pairs()))
    assert not plan["realigned"]
    assert header["HD"]["GO"] == "query"
    assert header["RG"] == [GROUP | {"ID": "S1.L1:1", "PU": "S1.L1:1"}]
    assert by_group(records) == {"S1.L1:1": 200}
    assert all(record.mapping_quality == 60 and not record.has_tag("AS") for record in records)


def test_a_cram_of_the_genome_is_used_as_it_is(adopted, tmp_path, genome):
    plan, _, records = adopted(write(tmp_path / "a.cram", pairs(), genome))
    assert not plan["realigned"]
    assert len(records) == 200
    assert [record.query_sequence for record in records] == [
        SEQUENCE[record.reference_start : record.reference_start + READ] for record in records
    ]


def test_a_cram_of_another_genome_is_decoded_with_that(adopted, tmp_path):
    other = tmp_path / "other.fa"
    other.write_text(f">other\n{SEQUENCE}\n")
    pysam.faidx(str(other))
    path = write(tmp_path / "a.cram", pairs(), other, **ANOTHER)
    plan, _, records = adopted(path, fasta=other)
    assert plan["realigned"]
    assert len(records) == 200
    assert all(record.is_proper_pair and record.reference_name == "chr1" for record in records)


@pytest.mark.parametrize("order", [sorted, reversed])
def test_what_is_of_one_pair_stands_together(adopted, tmp_path, order):
    reads = [*pairs(), read("p7", 0x1 | 0x40 | 0x800, 2000, "1")]
    path = tmp_path / "a.bam"
    header = {"SQ": [{"SN": "chr1", "LN": LENGTH}], "RG": [GROUP]}
    with pysam.AlignmentFile(str(path), "wb", header=header) as stream:
        for place in order(range(len(reads))):
            stream.write(reads[place])
    _, _, records = adopted(str(path))
    names = [name for name, _ in groupby(record.query_name for record in records)]
    assert len(records) == 201
    assert len(names) == len(set(names)) == 100


def test_reads_of_another_dictionary_are_aligned_anew_in_their_pairs(adopted, tmp_path):
    plan, header, records = adopted(write(tmp_path / "a.bam", pairs(), **ANOTHER))
    assert plan["because"].startswith("contig 1 is other of 6000 bases")
    assert [line["SN"] for line in header["SQ"]] == ["chr1"]
    assert by_group(records) == {"S1.L1:1": 200}
    assert all(record.is_proper_pair and record.reference_name == "chr1" for record in records)
    assert {record.query_name: record.reference_start for record in records if record.is_read1} == {
        f"p{number}": 40 * number for number in range(100)
    }


def test_lone_secondary_and_failed_reads_are_aligned_once_or_left_out(adopted, tmp_path):
    extra = [
        read("orphan", 0x1 | 0x8 | 0x40, 1000),
        read("single", 0, 2000),
        read("p1", 0x1 | 0x40 | 0x100, 3000),
        read("p1", 0x1 | 0x40 | 0x800, 3000),
        read("failed", 0x200, 3000),
    ]
    _, _, records = adopted(write(tmp_path / "a.bam", pairs() + extra, **ANOTHER))
    names = Counter(record.query_name for record in records)
    assert (names["orphan"], names["single"], names["p1"], names["failed"]) == (1, 1, 2, 0)
    assert all(record.is_proper_pair for record in records if record.query_name[0] == "p")
    assert {r.query_name: r.reference_start for r in records if r.query_name[0] != "p"} == {
        "orphan": 1000,
        "single": 2000,
    }


def test_reads_without_mates_are_aligned_too(adopted, tmp_path):
    singles = [read(f"s{n}", 0, 40 * n) for n in range(100)]
    plan, _, records = adopted(write(tmp_path / "a.bam", singles, **ANOTHER))
    assert plan["reads"]["unpaired"] == 100
    assert {record.query_name: record.reference_start for record in records} == {
        f"s{n}": 40 * n for n in range(100)
    }


def test_an_unaligned_bam_is_aligned(adopted, tmp_path):
    reads = pairs()
    for record in reads:
        reversed_mate = record.is_reverse
        record.flag, record.reference_id, record.cigartuples = record.flag & ~0x32 | 0xC, -1, None
        if reversed_mate:
            record.query_sequence = reverse(record.query_sequence)
            record.query_qualities = pysam.qualitystring_to_array("I" * READ)
    plan, _, records = adopted(write(tmp_path / "a.bam", reads, SQ=[]))
    assert plan["because"] == "it names no contigs"
    assert len(records) == 200
    assert all(record.is_proper_pair for record in records)


@pytest.mark.parametrize("kind", ["bam", "cram"])
def test_reads_of_no_known_group_are_aligned_anew_and_get_one(adopted, tmp_path, genome, kind):
    reads = [*pairs(50), *(r for n in range(50, 60) for r in pair(n, group=None))]
    reads += [record for n in range(60, 70) for record in pair(n, group="9")]
    path = write(tmp_path / f"a.{kind}", reads, genome if kind == "cram" else None)
    plan, header, records = adopted(path, UNIT | {"library": "x"})
    assert plan["because"] == "40 of 140 reads are of no read group that its header names"
    assert by_group(records) == {"S1.L1:1": 100, "S1.L1:9": 20, "S1.L1": 20}
    assert {group["ID"]: (group["SM"], group["LB"]) for group in header["RG"]} == {
        "S1.L1:1": ("S1", "lib"),
        "S1.L1:9": ("S1", "x"),
        "S1.L1": ("S1", "x"),
    }


def test_qualities_before_recalibration_are_aligned_anew(adopted, tmp_path):
    reads = pairs()
    for record in reads:
        record.set_tag("OQ", "5" * READ)
    _, _, records = adopted(write(tmp_path / "a.bam", reads, **ANOTHER))
    assert {record.qual for record in records} == {"5" * READ}


def test_a_program_without_its_predecessor_is_nobodys_successor(genome, tmp_path):
    programs = [{"ID": "a", "PP": "gone"}, {"ID": "b", "PP": "a"}]
    header = planned(write(tmp_path / "a.bam", pairs(), PG=programs), genome)["header"]
    assert [line for line in header.splitlines() if line[:3] == "@PG"] == [
        "@PG\tID:a",
        "@PG\tID:b\tPP:a",
    ]


def test_a_failing_program_is_named(tmp_path, genome):
    path = write(tmp_path / "a.bam", pairs(), **ANOTHER)
    plan = planned(path, genome)
    with pytest.raises(RuntimeError, match="bwa mem failed"):
        adopt(path, plan, str(tmp_path / "none.fa"), 1, str(tmp_path), str(tmp_path / "b.bam"))


@pytest.mark.parametrize("cut", [200, 3000])
def test_a_file_that_breaks_off_is_told(tmp_path, cut, genome):
    whole = write(tmp_path / "a.bam", pairs())
    end = (tmp_path / "a.bam").read_bytes()
    (tmp_path / "a.bam").write_bytes(end[: -28 - cut] + end[-28:])
    with pytest.raises(ValueError, match=r"sample S1: .*a\.bam is cut short or broken .*Copy it"):
        scan_alignment(whole, "S1", str(genome))


def test_a_file_without_reads_is_told(tmp_path, genome):
    path = write(tmp_path / "a.bam", [])
    with pytest.raises(ValueError, match=r"sample S1: .*a\.bam has no reads"):
        scan_alignment(path, "S1", str(genome))


def test_reads_without_qualities_are_told(tmp_path, genome):
    reads = pairs()
    reads[7].query_qualities = None
    with pytest.raises(ValueError, match=r"sample S1: .*a\.bam has reads without .*first: p3"):
        scan_alignment(write(tmp_path / "a.bam", reads), "S1", str(genome))


GENOME = [Contig("chr1", 100, "aa"), Contig("chr2", 200, "bb")]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (GENOME, ""),
        ([Contig("chr1", 100, ""), Contig("chr2", 200, "bb")], ""),
        (GENOME[:1], "it has 1 contigs, the genome 2"),
        (GENOME[::-1], "contig 1 is chr2 of 200 bases, that of the genome chr1 of 100 bases"),
        ([Contig("1", 100, "aa"), GENOME[1]], "contig 1 is 1 of 100"),
        ([Contig("chr1", 100, "cc"), GENOME[1]], "contig chr1 has another sequence"),
        ([], "it names no contigs"),
    ],
)
def test_a_dictionary_is_the_genomes_by_names_lengths_order_and_md5(found, told):
    assert difference(found, GENOME).startswith(told)
    assert bool(difference(found, GENOME)) == bool(told)


def test_a_cram_of_another_genome_whose_header_tells_no_md5_is_not_only_called_broken(tmp_path):
    fastas = {}
    for name, bases in {"own": SEQUENCE, "other": SEQUENCE[::-1]}.items():
        fastas[name] = tmp_path / f"{name}.fa"
        fastas[name].write_text(f">chr1\n{bases}\n")
        pysam.faidx(str(fastas[name]))
    path, bare = write(tmp_path / "a.cram", pairs(), fastas["own"]), tmp_path / "bare.cram"
    header = "".join(
        line.split("\tM5:")[0].rstrip("\n") + "\n"
        for line in pysam.samtools.view("--header-only", "--no-PG", path).splitlines()
    )
    (tmp_path / "header.sam").write_text(header)
    command = ["samtools", "reheader", "--no-PG", tmp_path / "header.sam", path]
    bare.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    assert scan_alignment(str(bare), "S1", str(fastas["own"])).reads == 200
    told = r"bare\.cram is cut short .*another genome than .*other\.fa.*reference\.cram_fasta\.$"
    with pytest.raises(ValueError, match=told):
        scan_alignment(str(bare), "S1", str(fastas["other"]))


def test_another_species_is_refused_and_another_assembly_is_not():
    mouse = [Contig("chr1", 195_154_279, "")]
    with pytest.raises(ValueError, match=r"sample S1: a\.bam is of another genome.*GRCh37"):
        require_related(mouse, GENOME, "GRCh38", "S1", "a.bam")
    require_related(mouse, GENOME, "GRCh37", "S1", "a.bam")
    require_related([Contig("1", 100, "")], GENOME, "GRCh38", "S1", "a.bam")
    require_related([], GENOME, "GRCh38", "S1", "a.bam")


@pytest.mark.parametrize("odd", [Contig("chr3", 100, "aa"), Contig("chr1", 100, "cc")])
def test_a_cram_of_other_sequences_is_refused(odd):
    fastas = {"genome.fa": GENOME}
    assert decoding_fasta(GENOME[:1], fastas, "S1", "a.cram") == "genome.fa"
    assert decoding_fasta([odd], fastas | {"cram.fa": [odd]}, "S1", "a.cram") == "cram.fa"
    told = rf"S1: a\.cram was compressed .*{odd.name}.*genome\.fa.*cram_fasta.*--bam"
    with pytest.raises(ValueError, match=told):
        decoding_fasta([*GENOME, odd], fastas, "S1", "a.cram")


def test_contigs_of_a_header_have_their_md5():
    header = {"SQ": [{"SN": "chr1", "LN": 100, "M5": "AA"}, {"SN": "chr2", "LN": 200}]}
    assert contigs_of(header) == [GENOME[0], Contig("chr2", 200, "")]


def test_read_groups_of_two_units_are_never_the_same():
    plans = [
        plan_of({"RG": [GROUP]}, Scan(1, Counter("1")), GENOME, UNIT | {"unit": unit})["header"]
        for unit in ("L1", "L2")
    ]
    assert plans[0] != plans[1]
