"""Site filters: what is wrong with a site takes its genotypes with it."""

from pathlib import Path

import pytest
import yaml
from cyvcf2 import VCF

from gcin.genotypes.sites import MEASURES, described, kind_of_site
from gcin.genotypes.verdicts import filter_genotypes

ROOT = Path(__file__).parents[2]
SITES = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["genotypes"]["site_filter"]
LIMITS = {
    **{"min_variant_quality": 10, "min_allele_balance": 0.2},
    "evidence": {"min_depth": 10, "min_genotype_quality": 20},
}
FIELDS = ("ExcessHet", "QD", "SOR", "FS", "MQ", "MQRankSum", "ReadPosRankSum")
INFO = "".join(
    f'##INFO=<ID={name},Number=1,Type=Float,Description="As GATK has it">\n' for name in FIELDS
)
INFO += '##INFO=<ID=CALIBRATION_SENSITIVITY,Number=1,Type=Float,Description="GATK: VETS">\n'
HEADER = f"""\
##fileformat=VCFv4.2
{INFO}##contig=<ID=chr1,length=120>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">
##FORMAT=<ID=VQ,Number=1,Type=Float,Description="Quality">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\tS3\tS4
"""
# A sound heterozygote, one whose own balance fails, a reference, a no-call.
CALLS = "GT:AD:DP:GQ:VQ\t0/1:9,9:18:50:50\t0/1:19,1:20:50:50\t0/0:10,0:10:30:.\t./.:0,0:0:0:."
GOOD = "QD=20;SOR=1;FS=0;MQ=60;MQRankSum=0;ReadPosRankSum=0;ExcessHet=3"


def judged(tmp_path, info=GOOD, alleles="A\tC", quality="100", limits=SITES):
    """FILTER and the verdicts of the only site of a VCF, and the tally of failed sites."""
    source, out = tmp_path / "joint.vcf", tmp_path / "judged.bcf"
    reference, alternates = alleles.split("\t")
    row = ["chr1", "10", ".", reference, alternates, quality, ".", info, CALLS]
    source.write_text(HEADER + "\t".join(row) + "\n")
    tally = filter_genotypes(source, out, **LIMITS, sites=limits)
    site = next(iter(VCF(str(out))))
    return site.FILTER, list(site.format("FT")), dict(tally.sites)


def changed(**values):
    """INFO of a sound site with other values; None leaves a field out."""
    fields = dict(item.split("=") for item in GOOD.split(";")) | values
    return ";".join(f"{name}={value}" for name, value in fields.items() if value is not None)


def test_a_sound_site_leaves_its_genotypes_their_own_verdicts(tmp_path):
    assert judged(tmp_path) == (None, ["PASS", "AlleleBalance", "PASS", "."], {})


def test_a_site_that_fails_takes_every_called_genotype_with_it(tmp_path):
    verdicts = ["LowQD;HighFS", "AlleleBalance;LowQD;HighFS", "LowQD;HighFS", "."]
    counted = {"LowQD": 1, "HighFS": 1}
    assert judged(tmp_path, changed(QD=1, FS=99)) == ("LowQD;HighFS", verdicts, counted)


@pytest.mark.parametrize(
    ("alleles", "changes", "fault"),
    [
        ("A\tC", {"QD": 1.9}, "LowQD"),
        ("A\tC", {"QD": 2}, None),
        ("A\tC", {"SOR": 3.1}, "HighSOR"),
        ("A\tC", {"FS": 60.1}, "HighFS"),
        ("A\tC", {"MQ": 39}, "LowMQ"),
        ("A\tC", {"MQRankSum": -12.6}, "LowMQRankSum"),
        ("A\tC", {"ReadPosRankSum": -8.1}, "LowReadPosRankSum"),
        ("A\tAC", {"SOR": 9, "FS": 199, "MQ": 9, "MQRankSum": -99, "ReadPosRankSum": -19}, None),
        ("AC\tA", {"FS": 201}, "HighFS"),
        ("AC\tA", {"ReadPosRankSum": -21}, "LowReadPosRankSum"),
        ("A\tC,AC", {"SOR": 9}, None),
        ("A\tC,*", {"SOR": 9}, "HighSOR"),
        ("A\tC", dict.fromkeys(FIELDS), None),
    ],
)
def test_snvs_and_indels_have_limits_of_their_own(tmp_path, alleles, changes, fault):
    assert judged(tmp_path, changed(**changes), alleles)[0] == fault


@pytest.mark.parametrize(
    ("alleles", "sensitivity", "fault"),
    [
        ("A\tC", 0.998, "LowVETS"),
        ("A\tC", 0.9969, None),
        ("A\tAC", 0.991, "LowVETS"),
        ("A\tC", None, "LowQD"),
    ],
)
def test_a_site_with_a_score_is_judged_by_it_alone(tmp_path, alleles, sensitivity, fault):
    info = changed(QD=1, CALIBRATION_SENSITIVITY=sensitivity)
    assert judged(tmp_path, info, alleles)[0] == fault


def test_without_vets_a_score_says_nothing(tmp_path):
    hard = {"max_excess_het": None, "snv": {"min_qd": 2}, "indel": {"min_qd": 2}}
    assert judged(tmp_path, changed(CALIBRATION_SENSITIVITY=1), limits=hard)[0] is None


@pytest.mark.parametrize(("quality", "fault"), [("29.9", "LowSiteQUAL"), ("30", None), (".", None)])
def test_quality_is_that_of_the_site(tmp_path, quality, fault):
    assert judged(tmp_path, quality=quality)[0] == fault


def test_in_dragen_mode_only_excess_of_heterozygotes_counts(tmp_path):
    dragen = {"max_excess_het": SITES["max_excess_het"]}
    assert judged(tmp_path, changed(QD=0, SOR=9, FS=999), limits=dragen)[0] is None
    assert judged(tmp_path, changed(ExcessHet=54.7), limits=dragen)[0] == "ExcessHet"
    assert judged(tmp_path, changed(ExcessHet=999), limits={"max_excess_het": None})[0] is None
    assert list(described(dragen)) == ["ExcessHet"]
    assert list(described({"max_excess_het": None})) == []


def test_every_limit_of_the_config_is_measured_and_described():
    assert {*SITES["snv"], *SITES["indel"], "max_excess_het"} == set(MEASURES)
    assert set(described(SITES)) == {measure.verdict for measure in MEASURES.values()}


@pytest.mark.parametrize(
    ("reference", "alternates", "kind"),
    [
        ("A", ["C"], "snv"),
        ("A", ["C", "G"], "snv"),
        ("AC", ["GT"], "snv"),
        ("A", ["C", "*"], "snv"),
        ("AC", ["A", "*"], "indel"),
        ("A", ["AC"], "indel"),
        ("AC", ["GC", "A"], "indel"),
    ],
)
def test_a_mixed_site_is_judged_as_an_indel(reference, alternates, kind):
    assert kind_of_site(reference, alternates) == kind
