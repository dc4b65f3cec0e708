"""Somatic calls of a tumour: which alleles enter the store, and in what form."""

import pytest
from cyvcf2 import VCF
from pysam import bcftools, faidx

from gcin.genotypes.given import adopt
from gcin.genotypes.joint import unite
from gcin.genotypes.somatic import adopt_somatic

SEQUENCE = "ACGTTGCACCATTTTTGACGTACGGATCCA" * 4
SIZES = {"chr1": 120}
HEADER = """\
##fileformat=VCFv4.2
##FILTER=<ID=weak_evidence,Description="Weak">
##FILTER=<ID=panel_of_normals,Description="Seen in normals">
##FILTER=<ID=multiallelic,Description="Many alleles">
##INFO=<ID=AS_FilterStatus,Number=A,Type=String,Description="Filters of each allele">
##INFO=<ID=TLOD,Number=A,Type=Float,Description="Odds">
##contig=<ID=chr1,length=120>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=AF,Number=A,Type=Float,Description="Allele fractions">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tN\tT
"""
ROWS = [
    "2 C T PASS AS_FilterStatus=SITE;TLOD=9 GT:AD:DP:AF 0/0:20,0:20:0.01 0/1:15,5:20:0.25",
    "4 T A weak_evidence AS_FilterStatus=SITE;TLOD=3 GT:AD:DP:AF 0/0:9,0:9:0 0/1:18,2:20:0.1",
    "6 G C panel_of_normals AS_FilterStatus=SITE;TLOD=7 GT:AD:DP:AF 0/0:9,0:9:0 0/1:6,6:12:0.5",
    "8 A C,G PASS AS_FilterStatus=SITE|weak_evidence;TLOD=8,3"
    " GT:AD:DP:AF 0/0:9,0,0:9:0,0 0/1/2:10,8,2:20:0.4,0.1",
    "15 TT T PASS AS_FilterStatus=SITE;TLOD=30 GT:AD:DP:AF 0/0:30,0:30:0 0/1:10,10:20:0.5",
]


@pytest.fixture
def genome(tmp_path):
    path = tmp_path / "genome.fa"
    path.write_text(f">chr1\n{SEQUENCE}\n")
    faidx(str(path))
    return str(path)


@pytest.fixture
def adopted(tmp_path, genome):
    def make(*accepted, rows=ROWS):
        path, out = tmp_path / "somatic.vcf", str(tmp_path / "accepted.bcf")
        lines = ["\t".join(["chr1", *_with_blanks(row.split(" "))]) for row in rows]
        path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
        adopt_somatic(str(path), "T", accepted, genome, SIZES, tmp_path, out)
        return out

    return make


def _with_blanks(fields):
    position, *others = fields
    reference, alternate, *last = others
    return [position, ".", reference, alternate, ".", *last]


def calls_of(path):
    return {
        (site.POS, site.REF, site.ALT[0]): (
            site.genotypes[0][:-1].count(1),
            site.format("AD")[0].tolist(),
            site.format("FT")[0],
        )
        for site in VCF(path)
    }


def test_passing_alleles_of_the_tumour_enter_split_and_normalised(adopted):
    path = adopted()
    assert VCF(path).samples == ["T"]
    # The deletion of a T among five moves to its left end.
    assert calls_of(path) == {
        (2, "C", "T"): (1, [15, 5], "PASS"),
        (8, "A", "C"): (1, [12, 8], "PASS"),
        (11, "AT", "A"): (1, [10, 10], "PASS"),
    }


def test_the_log_tells_what_became_of_the_alleles(adopted, caplog):
    caplog.set_level("INFO")
    adopted()
    assert ": 3 alleles kept, 3 alleles filtered" in caplog.text


def test_an_accepted_filter_keeps_no_call_out(adopted):
    alleles = calls_of(adopted("panel_of_normals", "weak_evidence"))
    assert {(4, "T", "A"), (6, "G", "C"), (8, "A", "G")} < set(alleles)
    assert {verdict for *_, verdict in alleles.values()} == {"PASS"}


def test_a_filter_of_the_site_concerns_each_allele(adopted):
    row = ROWS[3].replace(" PASS ", " multiallelic ")
    assert calls_of(adopted(rows=[row])) == {}
    assert list(calls_of(adopted("multiallelic", rows=[row]))) == [(8, "A", "C")]


def test_a_tumour_without_calls_joins_as_no_calls(adopted, tmp_path):
    germline, plain = str(tmp_path / "germline.bcf"), tmp_path / "germline.vcf"
    header = HEADER.replace("N\tT", "G").replace(
        "##INFO", '##FORMAT=<ID=FT,Number=1,Type=String,Description="Verdict">\n##INFO', 1
    )
    plain.write_text(header + "chr1\t2\t.\tC\tT\t.\tPASS\t.\tGT:AD:FT\t0/1:9,9:PASS\n")
    bcftools.view("-Ob", "-o", germline, str(plain), catch_stdout=False)
    bcftools.index(germline, catch_stdout=False)
    united = str(tmp_path / "united.bcf")
    unite([germline], [adopted(rows=ROWS[1:2])], ["G", "T"], tmp_path, united)
    (site,) = VCF(united)
    assert [genotype[:-1] for genotype in site.genotypes] == [[0, 1], [-1, -1]]


@pytest.mark.parametrize(
    ("verdict", "status", "filters"),
    [
        ("PASS", "SITE|weak_evidence", [None, "AlleleFilter"]),
        ("PASS", "base_qual,weak_evidence|SITE", ["AlleleFilter", None]),
        ("PASS", "PASS,VQSRTrancheSNP99.90to100.00", [None, "AlleleFilter"]),
        ("PASS", "SITE|SITE", [None, None]),
        ("PASS", "weak_evidence", [None, None]),
        ("PASS", "SITE|SITE|weak_evidence", [None, None]),
        ("PASS", ".", [None, None]),
        ("weak_evidence", "SITE|base_qual", ["weak_evidence", "weak_evidence"]),
    ],
)
def test_a_given_file_s_filter_of_one_allele_keeps_that_allele_out(
    tmp_path, genome, verdict, status, filters
):
    """The site passes for its other allele, and splitting leaves both its verdict."""
    path, out = tmp_path / "given.vcf", str(tmp_path / "adopted.bcf")
    told = f"8 A C,G {verdict} AS_FilterStatus={status};TLOD=8,3 GT:AD:DP"
    line = "\t".join(["chr1", *_with_blanks(told.split(" ")), "0/0:9,0,0:9", "0/1/2:9,8,3:20"])
    path.write_text(f"{HEADER}{line}\n")
    adopt(str(path), ["T"], genome, SIZES, tmp_path, out)
    assert [site.FILTER for site in VCF(out)] == filters
    carried = [own[2] == "PASS" for own in calls_of(out).values()]
    assert carried == [name is None for name in filters]
    assert not dict(next(VCF(out)).INFO)
