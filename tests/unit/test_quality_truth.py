"""Agreement of called genotypes with a known truth, from files."""

import pandas as pd
import pytest
from pysam import faidx

from gcin.quality.truth import alleles_by_contig, concordance

SEQUENCE = "ACGTTGCACCATTTTTGACGTACGGATCCA" * 4
HEADER = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=120>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Verdict">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"""


def vcf(path, samples, *records):
    rows = [f"chr1\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.\tGT:FT\t{calls}"
            for pos, ref, alt, calls in records]  # fmt: skip
    path.write_text(HEADER + "\t".join(samples) + "\n" + "".join(f"{row}\n" for row in rows))
    return str(path)


@pytest.fixture
def agreement(tmp_path):
    genome = tmp_path / "genome.fa"
    genome.write_text(f">chr1\n{SEQUENCE}\n")
    faidx(str(genome))
    bed = tmp_path / "all.bed"
    bed.write_text("chr1\t0\t100\n")

    def compare(truth, calls, *targets):
        true = vcf(tmp_path / "truth.vcf", ["any"], *truth)
        called = vcf(tmp_path / "calls.vcf", ["other", "S1"], *calls)
        table = concordance(called, ["S1"], [true], [str(bed)], [str(bed), *targets], str(genome))
        return table.set_index("type")

    return compare


def counts(table, kind="ALL"):
    return table.loc[kind, ["truth", "found", "missed", "extra"]].tolist()


def test_an_equal_genotype_is_found_and_agrees(agreement):
    table = agreement([(10, "C", "T", "0/1:PASS")], [(10, "C", "T", "0/0:PASS\t0/1:PASS")])
    assert counts(table) == counts(table, "SNV") == [1, 1, 0, 0]
    assert table.loc["ALL", "genotype_agreement"] == 1


def test_another_number_of_copies_is_found_but_does_not_agree(agreement):
    table = agreement([(10, "C", "T", "0/1:PASS")], [(10, "C", "T", "0/0:PASS\t1/1:PASS")])
    assert counts(table) == [1, 1, 0, 0]
    assert table.loc["ALL", "genotype_agreement"] == 0


@pytest.mark.parametrize(
    ("true", "called", "agrees"),
    [("1", "1/1", 1), ("1/1", "1", 1), ("1", "1", 1), ("0/1", "1", 0), ("1", "0/1", 0)],
)
def test_the_only_copy_of_a_male_x_agrees_however_it_is_written(agreement, true, called, agrees):
    calls = [(10, "C", "T", f"0/0:PASS\t{called}:PASS")]
    table = agreement([(10, "C", "T", f"{true}:PASS")], calls)
    assert counts(table) == [1, 1, 0, 0]
    assert table.loc["ALL", "genotype_agreement"] == agrees


def test_a_haploid_change_in_another_spelling_is_found(agreement):
    table = agreement([(11, "AT", "A", "1:PASS")], [(14, "TT", "T", "0/0:PASS\t1/1:PASS")])
    assert counts(table) == [1, 1, 0, 0]
    assert table.loc["ALL", "genotype_agreement"] == 1


def test_a_call_that_fails_its_filter_does_not_count(agreement):
    table = agreement([(10, "C", "T", "0/1:PASS")], [(10, "C", "T", "0/0:PASS\t0/1:PL")])
    assert counts(table) == [1, 0, 1, 0]


def test_a_call_of_another_sample_does_not_count(agreement):
    table = agreement([], [(10, "C", "T", "0/1:PASS\t0/0:PASS")])
    assert counts(table) == [0, 0, 0, 0]
    assert pd.isna(table.loc["ALL", "recall"])


def test_the_same_deletion_at_another_place_is_found(agreement):
    table = agreement([(11, "AT", "A", "0/1:PASS")], [(14, "TT", "T", "0/0:PASS\t0/1:PASS")])
    assert counts(table) == counts(table, "INDEL") == [1, 1, 0, 0]


def test_what_lies_outside_the_regions_does_not_count(agreement):
    assert counts(agreement([(110, "C", "T", "0/1:PASS")], [])) == [0, 0, 0, 0]


def test_what_the_assay_does_not_cover_is_not_missed(agreement, tmp_path):
    targets = tmp_path / "targets.bed"
    targets.write_text("chr1\t0\t20\n")
    truth = [(10, "C", "T", "0/1:PASS"), (30, "A", "G", "0/1:PASS")]
    calls = [(10, "C", "T", "0/0:PASS\t0/1:PASS")]
    assert counts(agreement(truth, calls)) == [2, 1, 1, 0]
    assert counts(agreement(truth, calls, str(targets))) == [1, 1, 0, 0]


def test_no_known_sample_gives_an_empty_table_with_its_columns(tmp_path):
    genome = tmp_path / "genome.fa"
    genome.write_text(f">chr1\n{SEQUENCE}\n")
    faidx(str(genome))
    table = concordance("none.bcf", [], [], [], ["none.bed"], str(genome))
    assert table.empty
    assert table.columns[:4].tolist() == ["sample", "type", "truth", "found"]


def test_a_truth_of_several_samples_is_refused_by_name(tmp_path):
    path = vcf(tmp_path / "two.vcf", ["A", "B"])
    with pytest.raises(ValueError, match=r"two\.vcf does not have exactly one sample: it has A, B"):
        alleles_by_contig(path)


def test_a_truth_on_other_contigs_than_the_genome_s_is_refused(tmp_path):
    genome, bed = tmp_path / "genome.fa", tmp_path / "all.bed"
    genome.write_text(f">20\n{SEQUENCE}\n")
    faidx(str(genome))
    bed.write_text("20\t0\t100\n")
    true = vcf(tmp_path / "truth.vcf", ["any"], (10, "C", "T", "0/1:PASS"))
    called = vcf(tmp_path / "calls.vcf", ["S1"])
    with pytest.raises(ValueError, match=r"truth\.vcf has its alleles on chr1, the genome has 20"):
        concordance(called, ["S1"], [true], [str(bed)], [str(bed)], str(genome))
