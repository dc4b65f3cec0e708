"""`gcin sheet`: the sheet it makes passes the run's own check, and what is doubtful is said."""

import gzip
import io

import pandas as pd
import pysam
import pytest

from gcin.cli.main import main
from gcin.intake.found_calls import content_of
from gcin.intake.found_reads import describe_name, origin_of
from gcin.intake.kinds import COLUMNS_OF_MAF, DESCRIBING
from gcin.intake.problems import Problems
from gcin.intake.sheet import COLUMNS, check_files, check_sheet, read_sheet

ILLUMINA = "A00123:45:HVYKTDSXX:{lane}:1101:1000:{number} {read}:N:0:ATCACG"
CONTIG = "##contig=<ID=chr1,length=248956422>"
GENOTYPE = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
BLOCKS = "##ALT=<ID=NON_REF,Description='x'>"


def write_reads(path, read=1, lane=1, start=1000, count=3, name=ILLUMINA):
    path.parent.mkdir(parents=True, exist_ok=True)
    records = (
        f"@{name.format(lane=lane, read=read, number=start + n)}\nACGTACGT\n+\nIIIIIIII\n"
        for n in range(count)
    )
    path.write_bytes(gzip.compress("".join(records).encode()))


def write_pair(folder, stem, end="_001", **changes):
    for read in (1, 2):
        write_reads(folder / f"{stem}_R{read}{end}.fastq.gz", read=read, **changes)


def write_vcf(path, samples, alternate="T", header=(CONTIG, GENOTYPE)):
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    record = ["chr1", "100", ".", "A", alternate, "50", ".", ".", "GT", *["0/1"] * len(samples)]
    lines = ["##fileformat=VCFv4.2", *header, "\t".join(columns), "\t".join(record), ""]
    path.write_text("\n".join(lines))


def write_bcf(path, samples):
    text = path.with_suffix(".txt")
    write_vcf(text, samples)
    with (
        pysam.VariantFile(str(text)) as source,
        pysam.VariantFile(str(path), "wb", header=source.header) as target,
    ):
        for record in source:
            target.write(record)


def write_bam(path, samples):
    groups = [{"ID": f"g{n}"} | ({"SM": name} if name else {}) for n, name in enumerate(samples)]
    header = {"HD": {"VN": "1.6"}, "SQ": [{"SN": "chr1", "LN": 248956422}], "RG": groups}
    mode = {".bam": "wb", ".cram": "wc"}[path.suffix]
    with pysam.AlignmentFile(str(path), mode, header=header):
        pass


@pytest.fixture
def sheet_of_folder(tmp_path, capsys):
    """Run the command over a folder; give its exit code, its rows, its doubts and its messages."""

    def run(*arguments):
        output = tmp_path / "made.tsv"
        folder = str(tmp_path / "data")
        code = main(["sheet", folder, "--cohort", "c1", "--output", str(output), *arguments])
        said = capsys.readouterr()
        doubts = pd.read_csv(io.StringIO(said.out), sep="\t") if said.out else pd.DataFrame()
        return code, passed(output) if output.exists() else None, doubts, said.err

    return run


def passed(path):
    """Read a sheet as a run does, which must have nothing against it."""
    problems = Problems()
    rows = read_sheet(str(path), problems)
    check_sheet(rows, str(path), problems)
    check_files(rows, rows, str(path), problems)
    assert problems.lines == []
    return rows.reset_index(drop=True)


def doubt_about(doubts, name):
    (told,) = doubts["doubt"][doubts["file"].str.endswith(name)]
    return told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SA_1_S1_L001_R1_001.fastq.gz", ("SA_1", "L001", "001", 1)),
        ("SA_S12_R2_001.fastq.gz", ("SA", "", "001", 2)),
        ("SA_R1.fastq.gz", ("SA", "", "", 1)),
        ("SA_L2_R2.fq", ("SA", "L2", "", 2)),
        ("SA.B_1.fq.gz", ("SA.B", "", "", 1)),
    ],
)
def test_sample_lane_and_read_are_told_by_the_name(name, told):
    described = describe_name(f"some/folder/{name}")
    assert (described.sample, described.lane, described.chunk, described.read) == told


@pytest.mark.parametrize(
    ("header", "platform", "unit"),
    [
        ("@A00123:45:HVYKTDSXX:3:1101:1000:1 1:N:0:ATCACG", "ILLUMINA", "HVYKTDSXX.3"),
        ("@HWUSI-EAS100R:6:73:941:1973#0/1", "ILLUMINA", "L6"),
        ("@SRR1.1 M00123:7:000000000-ABCDE:1:1101:9:9/1", "ILLUMINA", "000000000-ABCDE.1"),
        ("@V300012345L2C001R0010000000/1", "DNBSEQ", "V300012345.2"),
        ("@read1", "", ""),
    ],
)
def test_platform_flow_cell_and_lane_are_told_by_the_read_name(header, platform, unit):
    assert (origin_of(header).platform, origin_of(header).unit) == (platform, unit)


def test_lanes_of_a_sample_become_units_of_flow_cell_and_lane(tmp_path, sheet_of_folder):
    for lane in (1, 2):
        write_pair(tmp_path / "data", f"SA_S1_L00{lane}", lane=lane)
    code, rows, doubts, _ = sheet_of_folder()
    assert code == 0
    assert list(rows.columns) == [*COLUMNS, *DESCRIBING]
    assert list(rows["unit"]) == ["HVYKTDSXX.1", "HVYKTDSXX.2"]
    assert set(rows["sample"]) == {"SA"}
    assert set(rows["platform"]) == {"ILLUMINA"}
    assert rows["mate"].str.endswith("R2_001.fastq.gz").all()
    assert doubts.empty


def test_two_pairs_of_one_lane_have_units_of_their_own(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA_S1_L001", end="_001")
    write_pair(tmp_path / "data", "SA_S1_L001", end="_002", start=5000)
    assert list(sheet_of_folder()[1]["unit"]) == ["HVYKTDSXX.1", "HVYKTDSXX.1-2"]


def test_a_lone_read_file_is_left_out_and_said(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_reads(tmp_path / "data" / "SB_R1.fastq.gz")
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == ["SA"]
    assert "its mate is missing: there is no read 2" in doubt_about(doubts, "SB_R1.fastq.gz")


def write_both(path, names=(ILLUMINA, ILLUMINA), count=3, cut=0):
    """Write read 1 and read 2 of each pair in turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [
        f"@{name.format(lane=1, read=read, number=n)}\nACGTACGT\n+\nIIIIIIII\n"
        for n in range(count)
        for read, name in enumerate(names, 1)
    ]
    path.write_bytes(gzip.compress("".join(records[: len(records) - cut]).encode()))


@pytest.mark.parametrize(
    ("file", "sample"),
    [
        ("SA_S1_L001_R1_001.fastq.gz", "SA"),
        ("SA.interleaved.fq.gz", "SA"),
        ("SA_S7_L002_001.fastq.gz", "SA"),
        ("SA-7.fastq.gz", "SA-7"),
    ],
)
def test_a_file_of_both_mates_in_turn_is_written_so(tmp_path, sheet_of_folder, file, sample):
    write_both(tmp_path / "data" / file)
    _, rows, doubts, _ = sheet_of_folder()
    assert rows[["sample", "unit", "mate"]].to_numpy().tolist() == [
        [sample, "HVYKTDSXX.1", "interleaved"]
    ]
    assert doubts.empty


def test_marks_behind_a_slash_tell_mates_too(tmp_path, sheet_of_folder):
    write_both(tmp_path / "data" / "SA.fq.gz", names=["r{number}/1", "r{number}/2"])
    write_both(tmp_path / "data" / "SB.fq.gz", names=["r{number}/1", "r{number}/1"])
    _, rows, doubts, _ = sheet_of_folder()
    assert rows["sample"].tolist() == ["SA"]
    assert "does not hold both in turn" in doubt_about(doubts, "SB.fq.gz")


def test_mates_without_marks_are_told_by_their_names(tmp_path, sheet_of_folder):
    write_both(tmp_path / "data" / "SA.fq.gz", names=["r{number}", "r{number}"])
    write_both(tmp_path / "data" / "SB.fq.gz", names=["same", "same"])
    assert sheet_of_folder()[1]["sample"].tolist() == ["SA"]


def test_a_file_of_both_mates_that_ends_with_a_lone_read_is_left_out(tmp_path, sheet_of_folder):
    write_both(tmp_path / "data" / "SA.fq.gz", cut=1)
    write_both(tmp_path / "data" / "SB.fq.gz", count=4)
    _, rows, doubts, _ = sheet_of_folder()
    assert rows["sample"].tolist() == ["SB"]
    assert "it holds 5 reads, and mates come in twos" in doubt_about(doubts, "SA.fq.gz")


def test_reads_that_no_index_gave_a_sample_are_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_pair(tmp_path / "data", "Undetermined_S0_L001", start=7000)
    _, rows, doubts, _ = sheet_of_folder()
    assert rows["sample"].tolist() == ["SA"]
    assert "no known sample" in doubt_about(doubts, "Undetermined_S0_L001_R1_001.fastq.gz")


def test_reads_of_two_runs_are_no_pair(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_reads(tmp_path / "data" / "SB_R1.fastq.gz")
    write_reads(tmp_path / "data" / "SB_R2.fastq.gz", read=2, start=7000)
    assert "no pair: its first read is" in doubt_about(sheet_of_folder()[2], "SB_R1.fastq.gz")


def test_read_2_in_the_place_of_read_1_is_no_pair(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_reads(tmp_path / "data" / "SB_R1.fastq.gz", read=2)
    write_reads(tmp_path / "data" / "SB_R2.fastq.gz", read=1)
    assert "says that it is read 2" in doubt_about(sheet_of_folder()[2], "SB_R1.fastq.gz")


def test_a_link_to_a_file_that_is_found_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SB")
    for read in "12":
        (tmp_path / "data" / f"SA_R{read}.fastq.gz").symlink_to(f"SB_R{read}_001.fastq.gz")
    _, rows, doubts, _ = sheet_of_folder()
    assert rows["sample"].tolist() == ["SB"]
    assert "the same file as" in doubt_about(doubts, "SA_R1.fastq.gz")


def test_files_of_unequal_length_are_no_pair(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_reads(tmp_path / "data" / "SB_R1.fastq.gz")
    write_reads(tmp_path / "data" / "SB_R2.fastq.gz", read=2, count=2)
    assert "it holds 3 reads" in doubt_about(sheet_of_folder()[2], "SB_R1.fastq.gz")


def test_a_gzip_that_is_cut_off_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_pair(tmp_path / "data", "SB", count=5000)
    cut = tmp_path / "data" / "SB_R2_001.fastq.gz"
    cut.write_bytes(cut.read_bytes()[:-20])
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == ["SA"]
    assert "cannot be read" in doubt_about(doubts, "SB_R2_001.fastq.gz")


@pytest.mark.parametrize("name", ["SB_R1_001.fastq.gz", "SC.vcf.gz", "all.maf.gz"])
def test_a_broken_gzip_is_left_out(tmp_path, sheet_of_folder, name):
    write_pair(tmp_path / "data", "SA")
    write_pair(tmp_path / "data", "SB")
    broken = bytearray(gzip.compress(b"@A\nACGT\n+\nIIII\n" * 50))
    broken[10:] = b"\xff" * (len(broken) - 10)
    (tmp_path / "data" / name).write_bytes(broken)
    assert "cannot be read (Error -3" in doubt_about(sheet_of_folder()[2], name)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"")], ids=["bytes", "gzip"])
def test_an_empty_file_is_left_out(tmp_path, sheet_of_folder, content):
    write_pair(tmp_path / "data", "SA")
    write_pair(tmp_path / "data", "SB")
    (tmp_path / "data" / "SB_R2_001.fastq.gz").write_bytes(content)
    assert doubt_about(sheet_of_folder()[2], "SB_R2_001.fastq.gz") == "left out: it is empty"


def test_a_name_that_a_sheet_cannot_hold_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_pair(tmp_path / "data", "S B+")
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == ["SA"]
    assert "sample S B+: the name is not of at most 100 letters" in doubt_about(
        doubts, "S B+_R1_001.fastq.gz"
    )


def test_a_sample_in_two_folders_is_doubted_but_kept(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data" / "run1", "SA", lane=1)
    write_pair(tmp_path / "data" / "run2", "SA", lane=2)
    _, rows, doubts, _ = sheet_of_folder()
    assert len(rows) == 2
    assert "stands in several folders" in doubts["doubt"].iloc[0]


def test_a_copy_of_a_pair_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data" / "run1", "SA")
    write_pair(tmp_path / "data" / "run2", "SA")
    _, rows, doubts, _ = sheet_of_folder()
    assert len(rows) == 1
    assert "begins with the same read" in doubts["doubt"].iloc[0]


def test_a_joint_vcf_makes_a_row_of_each_sample_and_a_gvcf_is_told_by_its_records(
    tmp_path, sheet_of_folder
):
    header = [CONTIG, GENOTYPE, BLOCKS]
    write_vcf(tmp_path / "data" / "joint.vcf", ["SA", "SB"], header=header)
    write_vcf(tmp_path / "data" / "SC.g.vcf", ["SC"], alternate="T,<NON_REF>", header=header)
    _, rows, doubts, _ = sheet_of_folder()
    assert list(zip(rows["sample"], rows["kind"], strict=True)) == [
        ("SA", "vcf"),
        ("SB", "vcf"),
        ("SC", "gvcf"),
    ]
    assert doubts.empty


@pytest.mark.parametrize(
    ("samples", "meta"),
    [
        (["N1", "T1"], ["##normal_sample=N1", "##tumor_sample=T1"]),
        (["NORMAL", "TUMOR"], []),
    ],
)
def test_the_normal_of_a_somatic_vcf_has_no_row(tmp_path, sheet_of_folder, samples, meta):
    write_vcf(tmp_path / "data" / "pair.vcf", samples, header=[*meta, CONTIG, GENOTYPE])
    write_vcf(tmp_path / "data" / "z.vcf", samples[:1])
    _, rows, doubts, _ = sheet_of_folder()
    told = rows[["sample", "tissue"]].assign(file=rows["file"].str.rpartition("/")[2])
    assert sorted(told.to_numpy().tolist()) == sorted(
        [[samples[0], "germline", "z.vcf"], [samples[1], "tumour", "pair.vcf"]]
    )
    assert doubts["doubt"].str.contains("has no calls of its own").sum() == 1


@pytest.mark.parametrize(
    ("stem", "tissue"),
    [
        ("P1_tumour", "tumour"),
        ("P1-Tumor", "tumour"),
        ("P1_blood", "germline"),
        ("P1_non-tumour", "germline"),
    ],
)
def test_reads_are_of_a_tumour_where_the_name_says_so(tmp_path, sheet_of_folder, stem, tissue):
    write_pair(tmp_path / "data", stem)
    _, rows, _, _ = sheet_of_folder()
    assert list(rows["tissue"]) == [tissue]


def test_the_samples_of_a_second_joint_vcf_are_told_in_one_doubt(tmp_path, sheet_of_folder):
    samples = [f"S{number}" for number in range(6)]
    write_vcf(tmp_path / "data" / "chr1.vcf", samples)
    write_vcf(tmp_path / "data" / "chr2.vcf", samples)
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == samples
    assert rows["file"].str.endswith("chr1.vcf").all()
    assert "samples S0, S1, S2 and 3 more: given in" in doubt_about(doubts, "chr2.vcf")


def test_another_sample_within_than_in_the_file_name_is_doubted(tmp_path, sheet_of_folder):
    write_vcf(tmp_path / "data" / "SX.vcf", ["SA"])
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == ["SA"]
    assert "the sample within is SA" in doubt_about(doubts, "SX.vcf")


def test_what_the_run_would_refuse_is_left_out_with_its_words(tmp_path, sheet_of_folder):
    write_vcf(tmp_path / "data" / "SA.vcf", ["SA"])
    write_vcf(
        tmp_path / "data" / "SB.vcf",
        ["SB"],
        alternate="T,<NON_REF>",
        header=["##contig=<ID=20,assembly=b37,length=63025520>", GENOTYPE, BLOCKS],
    )
    write_vcf(tmp_path / "data" / "SC.vcf", ["SC"], header=[CONTIG])
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == ["SA"]
    assert "sample SB is GRCh37" in doubt_about(doubts, "SB.vcf")
    assert "declares no genotypes" in doubt_about(doubts, "SC.vcf")


def test_a_bam_with_two_samples_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_bam(tmp_path / "data" / "SB.bam", ["SB", "SC"])
    doubts = sheet_of_folder()[2]
    assert "several samples: SB, SC" in doubt_about(doubts, "SB.bam")


def test_a_bam_with_a_read_group_of_nobody_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_bam(tmp_path / "data" / "SB.bam", ["SB", ""])
    assert "read group g1 names no sample" in doubt_about(sheet_of_folder()[2], "SB.bam")


@pytest.mark.parametrize("name", ["SB.bam", "SB.cram"])
def test_alignments_are_read_for_sample_and_assembly(tmp_path, name):
    write_bam(tmp_path / name, ["SB"])
    kind = name.removeprefix("SB.")
    assert content_of(str(tmp_path / name), whole=False)[:3] == (kind, ["SB"], "GRCh38")


def test_a_bcf_makes_rows_as_a_vcf_does(tmp_path, sheet_of_folder):
    (tmp_path / "data").mkdir()
    write_bcf(tmp_path / "data" / "joint.bcf", ["SA", "SB"])
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["sample"]) == ["SA", "SB"]
    assert set(rows["kind"]) == {"vcf"}
    assert doubts.empty


def test_a_bam_without_its_end_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_bam(tmp_path / "data" / "SB.bam", ["SB"])
    cut = tmp_path / "data" / "SB.bam"
    cut.write_bytes(cut.read_bytes()[:-28])
    assert "it is cut off" in doubt_about(sheet_of_folder()[2], "SB.bam")


def test_reads_go_before_calls_of_the_same_sample(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    write_vcf(tmp_path / "data" / "SA.vcf", ["SA"])
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["kind"]) == ["fastq"]
    assert "sample SA: given as fastq already" in doubt_about(doubts, "SA.vcf")


def test_an_alignment_goes_before_calls_and_a_second_one_is_doubted(tmp_path, sheet_of_folder):
    write_vcf(tmp_path / "data" / "SA.vcf", ["SA"])
    for name in ("SA.1.bam", "SA.2.bam"):
        write_bam(tmp_path / "data" / name, ["SA"])
    _, rows, doubts, _ = sheet_of_folder()
    assert list(rows["file"]) == [str(tmp_path / "data" / "SA.1.bam")]
    assert "sample SA: given as bam already" in doubt_about(doubts, "SA.vcf")
    assert "given in" in doubt_about(doubts, "SA.2.bam")


@pytest.mark.parametrize("build", ["GRCh37", "b37"])
def test_a_maf_makes_a_row_of_each_tumour_and_names_its_assembly(tmp_path, sheet_of_folder, build):
    (tmp_path / "data").mkdir()
    text = "#version 2.4\n" + "\t".join([*COLUMNS_OF_MAF, "NCBI_Build"]) + "\n"
    for sample in ("T1", "T2", "T1"):  # the barcode stands last
        text += "\t".join(["."] * (len(COLUMNS_OF_MAF) - 1) + [sample, build]) + "\n"
    (tmp_path / "data" / "all.maf").write_text(text)
    rows = sheet_of_folder()[1]
    assert list(rows["sample"]) == ["T1", "T2"]
    assert set(rows["tissue"]) == {"tumour"}
    assert set(rows["assembly"]) == {"GRCh37"}


def test_a_maf_whose_rows_end_with_a_tab_is_left_out(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    row = "\t".join(["SB"] * len(COLUMNS_OF_MAF))
    (tmp_path / "data" / "SB.maf").write_text("\t".join(COLUMNS_OF_MAF) + f"\n{row}\t\n")
    assert "has 8 fields" in doubt_about(sheet_of_folder()[2], "SB.maf")


def test_a_sheet_that_is_there_is_not_written_over(tmp_path, sheet_of_folder):
    write_pair(tmp_path / "data", "SA")
    (tmp_path / "made.tsv").write_text("mine\n")
    command = ["sheet", str(tmp_path / "data"), "--cohort", "c1"]
    command += ["--output", str(tmp_path / "made.tsv")]
    assert main(command) == 1
    assert (tmp_path / "made.tsv").read_text() == "mine\n"
    assert sheet_of_folder("--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{0}/none"], "it is no folder"),
        (["{0}/data"], "no file there can stand in a sheet"),
        (["{0}/data", "--cohort", "a b"], "'a b' cannot name a cohort"),
    ],
)
def test_what_cannot_be_done_ends_with_a_message(tmp_path, capsys, arguments, said):
    (tmp_path / "data").mkdir()
    words = [word.format(tmp_path) for word in arguments]
    assert main(["sheet", *words, "--output", str(tmp_path / "made.tsv")]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "data"]


def test_help_is_given_for_each_command(capsys):
    for words in ([], ["sheet"]):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0
        assert "usage: gcin" in capsys.readouterr().out
