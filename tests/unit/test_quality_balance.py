"""The balance of a sample's SNVs, from its gVCF."""

import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from cyvcf2 import VCF

from gcin.quality.balance import WHOLE, balance_table, balances, snv_balance
from gcin.quality.contamination import LARGEST_ERROR, contamination_table
from gcin.quality.snvs import COLUMNS, read_snvs
from gcin.reference.common_sites import prepare_common_sites

HEADER = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=100000>
##contig=<ID=chrX,length=100000>
##contig=<ID=chrM,length=16569>
##FORMAT=<ID=GT,Number=1,Type=String,Description="">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1
"""
LIMITS = {"min_depth": 10, "min_genotype_quality": 20}
HOM = ("A", "G", "1/1", "1,29,0", 60)
HET = ("A", "C", "0/1", "15,15,0", 60)
SHARED = pd.DataFrame({"chrom": ["chrX"], "start": [1], "end": [10]})


def snvs(folder, *calls, chromosome="chr1"):
    rows = [
        f"{chromosome}\t{place}\t.\t{reference}\t{alternate},<NON_REF>\t50\t.\t.\tGT:AD:GQ\t{gt}:{ad}:{gq}"
        for place, (reference, alternate, gt, ad, gq) in enumerate(calls, start=1)
    ]
    path = folder / "calls.g.vcf"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return read_snvs(str(path), folder, **LIMITS)


def balance(folder, *calls, **place):
    return snv_balance(snvs(folder, *calls, **place), SHARED).iloc[0].to_dict()


def test_reference_reads_of_homozygotes_are_foreign(tmp_path):
    found = balance(tmp_path, *[HOM] * 100, *[HET] * 50)
    assert found["contamination"] == pytest.approx(1 / 30)
    assert found["snvs"] == 150


def test_ratios_count_genotypes(tmp_path):
    found = balance(tmp_path, *[HOM] * 60, *[HET] * 120)
    assert (found["ti_tv"], found["het_hom"]) == (0.5, 2.0)
    assert pd.isna(found["contamination"])


def test_too_few_snvs_say_nothing(tmp_path):
    found = balance(tmp_path, *[HOM] * 40, *[HET] * 59)
    assert found["snvs"] == 99
    assert pd.isna([found["contamination"], found["ti_tv"], found["het_hom"]]).all()


@pytest.mark.parametrize(
    "call",
    [
        ("A", "G", "1/1", "0,9,0", 60),
        ("A", "G", "1/1", "0,30,0", 19),
        ("AC", "A", "1/1", "0,30,0", 60),
        ("A", "G", "0/0", "30,0,0", 60),
        ("A", "G", "./.", "0,30,0", 60),
        ("A", "G", "1", "0,30,0", 60),
        ("A", "G", "0/2", "15,0,15", 60),
    ],
    ids=["shallow", "doubtful", "indel", "reference", "no call", "haploid", "symbolic"],
)
def test_only_well_seen_diploid_snvs_count(tmp_path, call):
    assert balance(tmp_path, call)["snvs"] == 0


def test_a_genotype_is_read_with_its_reads_and_its_place(tmp_path):
    found = snvs(tmp_path, ("A", "G", "0/1", "12,18,0", 60), ("c", "t", "1|1", "0,30,0", 60))
    assert found.columns.tolist() == COLUMNS
    assert found.iloc[0].tolist() == ["chr1", 1, "A", "G", 2, True, 12, 30]
    assert found.iloc[1].tolist() == ["chr1", 2, "C", "T", 2, False, 0, 30]


def test_the_alternate_is_the_one_that_the_genotype_holds(tmp_path):
    found = snvs(tmp_path, ("A", "G,T", "0/2", "12,0,18,0", 60), ("A", "G,T", "1/2", "0,9,9,0", 60))
    assert found["alternate"].tolist() == ["T"]


def test_a_gvcf_without_depths_has_no_snvs_that_are_seen_well_enough(tmp_path):
    path = tmp_path / "bare.vcf"
    header = "\n".join(line for line in HEADER.splitlines() if "ID=AD" not in line)
    path.write_text(header + "\nchr1\t1\t.\tA\tG\t50\t.\t.\tGT:GQ\t0/1:60\n")
    assert read_snvs(str(path), tmp_path, **LIMITS).empty


def test_heterozygotes_of_x_count_outside_what_it_shares_with_y(tmp_path):
    haploid = ("A", "G", "1", "0,30,0", 60)
    found = balance(
        tmp_path, *[HET] * 10, *[HET] * 3, *[HOM] * 5, *[haploid] * 4, chromosome="chrX"
    )
    assert (found["x_snvs"], found["x_het_share"]) == (12, 0.25)
    elsewhere = balance(tmp_path, *[HET] * 20)
    assert elsewhere["x_snvs"] == 0
    assert pd.isna(elsewhere["x_het_share"])


def test_reads_of_the_mitochondrion_are_no_measure_of_foreign_ones(tmp_path):
    """A heteroplasmic base that is called homozygous has reads of both, and a thousand times."""
    own = snvs(tmp_path, *[("A", "G", "1/1", "0,30,0", 60)] * 100)
    deep = snvs(tmp_path, *[("A", "G", "1/1", "60,2940,0", 60)] * 20, chromosome="chrM")
    found = snv_balance(pd.concat([own, deep]), SHARED).iloc[0]
    assert found["contamination"] == 0
    assert found["snvs"] == 100


def test_reports_are_gathered_and_samples_stay_text(tmp_path):
    report = tmp_path / "balance.tsv"
    rows = [f"007\t{WHOLE}\t5\t\t\t", "007\tNA\t5\t\t2.5\t"]
    head = "sample\ttargets\tsnvs\tcontamination\tti_tv\thet_hom"
    report.write_text("".join(f"{row}\n" for row in [head, *rows]))
    table = balance_table([str(report)])
    assert table.index.tolist() == ["007"]
    assert pd.isna(table.loc["007", "ti_tv"])
    assert balance_table([str(report)], "NA").loc["007", "ti_tv"] == 2.5
    assert balance_table([]).empty
    with pytest.raises(ValueError, match=r"sample 007 does not tell of other.bed\. Delete it"):
        balance_table([str(report)], "other.bed")


def test_ratios_are_those_of_the_targets_and_foreign_reads_of_all(tmp_path):
    """Between the exons of an exome transitions are fewer, and heterozygotes read by chance."""
    found = snvs(tmp_path, *[HOM] * 200, *[HET] * 100, *[("A", "G", "0/1", "9,9,0", 60)] * 100)
    aimed = pd.DataFrame({"chromosome": ["chr1"], "start": [100], "end": [300]})
    table = balances(found, SHARED, {"exome.bed": aimed})
    assert table["targets"].tolist() == [WHOLE, "exome.bed"]
    assert table["ti_tv"].tolist() == [3.0, 1.0]
    assert table["het_hom"].tolist() == [1.0, 1.0]
    assert table["snvs"].tolist() == [400, 400]
    assert table["contamination"].tolist() == pytest.approx([1 / 30] * 2)
    few = balances(found, SHARED, {"panel.bed": aimed.assign(end=199)}).iloc[1]
    assert pd.isna([few["ti_tv"], few["het_hom"]]).all()


def test_an_estimate_with_too_large_an_error_is_none(tmp_path):
    reports = []
    for sample, value, error in (("007", 0.03, 0.004), ("008", 0.0, 1.0)):
        report = tmp_path / sample / "quality" / "contamination.table"
        report.parent.mkdir(parents=True)
        report.write_text(f"sample\tcontamination\terror\nX\t{value}\t{error}\n")
        reports.append(str(report))
    table = contamination_table(reports)
    assert table.loc["007"].tolist() == [0.03, 0.004]
    assert table.loc["008"].isna().all()
    assert contamination_table([]).empty


@pytest.mark.parametrize(
    ("value", "error", "heeded"),
    [
        ("0.03", "0.1", "0.03"),
        ("0.0312", "0.389", "0.0"),
        ("0.02", "4.76837158203125E-7", "0.02"),
        ("NaN", "NaN", "0.0"),
    ],
)
def test_calling_heeds_an_estimate_that_the_gate_believes(tmp_path, value, error, heeded):
    rules = Path(__file__).parents[2] / "workflow" / "rules" / "contamination.smk"
    programs = re.findall(r"^TRUSTED_\w+ = '(.+)'$", rules.read_text(), re.MULTILINE)
    report = tmp_path / "S1" / "quality" / "contamination.table"
    report.parent.mkdir(parents=True)
    report.write_text(f"sample\tcontamination\terror\nS1\t{value}\t{error}\n")
    words = ["awk", "-F", "\t", "-v", r"OFS=\t", "-v", f"largest={LARGEST_ERROR}"]
    listed, table = (
        subprocess.run([*words, program, report], capture_output=True, text=True, check=True).stdout
        for program in programs
    )
    assert listed == f"S1\t{heeded}\n"
    assert table == f"sample\tcontamination\terror\nS1\t{heeded}\t{error}\n"
    assert (float(heeded) > 0) == (contamination_table([str(report)]).notna().all(axis=None))


SITES = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=1000>
##INFO=<ID=AF,Number=A,Type=Float,Description="">
##INFO=<ID=AC,Number=A,Type=Integer,Description="">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
"""


def common_sites(folder, *rows, header=SITES):
    given = folder / "given.vcf"
    given.write_text(header + "".join(f"chr1\t{row}\n" for row in rows))
    (folder / "calling.bed").write_text("chr1\t0\t100\n")
    prepared = str(folder / "sites.vcf.gz")
    calling = str(folder / "calling.bed")
    prepare_common_sites(str(given), {"chr1": 1000}, calling, folder, prepared, prepared + ".tbi")
    return list(VCF(prepared))


def test_common_snvs_of_the_called_bases_are_kept(tmp_path):
    kept = common_sites(
        tmp_path,
        "5\t.\tA\tG\t.\t.\tAF=0.1;AC=7",
        "6\t.\tA\tG\t.\t.\tAF=0.001",
        "7\t.\tA\tG\t.\t.\tAF=0.4",
        "8\t.\tA\tAG\t.\t.\tAF=0.1",
        "9\t.\tA\tG,T\t.\t.\tAF=0.1,0.1",
        "500\t.\tA\tG\t.\t.\tAF=0.1",
    )
    assert [site.POS for site in kept] == [5]


def test_sites_without_frequencies_or_without_any_that_count_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"given.vcf has no SNV with a frequency .* write null"):
        common_sites(tmp_path, "500\t.\tA\tG\t.\t.\tAF=0.1")
    bare = "\n".join(line for line in SITES.splitlines() if "ID=AF" not in line) + "\n"
    with pytest.raises(ValueError, match=r"given.vcf has no frequencies \(INFO/AF\)"):
        common_sites(tmp_path, "5\t.\tA\tG\t.\t.\tAC=7", header=bare)
