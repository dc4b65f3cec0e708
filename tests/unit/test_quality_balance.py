"""The balance of a sample's SNVs, from its gVCF."""

import pandas as pd
import pytest
from cyvcf2 import VCF

from gcin.quality.balance import balance_table, snv_balance

HEADER = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=100000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1
"""
LIMITS = {"min_depth": 10, "min_genotype_quality": 20}
HOM = ("A", "G", "1/1", "1,29,0", 60)
HET = ("A", "C", "0/1", "15,15,0", 60)


def balance(folder, *calls):
    rows = [
        f"chr1\t{place}\t.\t{reference}\t{alternate},<NON_REF>\t50\t.\t.\tGT:AD:GQ\t{gt}:{ad}:{gq}"
        for place, (reference, alternate, gt, ad, gq) in enumerate(calls, start=1)
    ]
    path = folder / "calls.g.vcf"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return snv_balance(VCF(str(path)), **LIMITS).iloc[0].to_dict()


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


def test_reports_are_gathered_and_samples_stay_text(tmp_path):
    report = tmp_path / "balance.tsv"
    report.write_text("sample\tsnvs\tcontamination\tti_tv\thet_hom\n007\t5\t\t\t\n")
    table = balance_table([str(report)])
    assert table.index.tolist() == ["007"]
    assert pd.isna(table.loc["007", "ti_tv"])
    assert balance_table([]).empty
