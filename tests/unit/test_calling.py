"""Given genomic VCFs are checked before they stand beside called ones."""

import re
import subprocess
from pathlib import Path

import pytest
from cyvcf2 import VCF
from pysam import tabix_compress

from gcin.calling import VARIANT_QUALITY, carry_quality, check_gvcf

SIZES = {"chr1": 1000, "chr2": 500}
HEADER = """\
##fileformat=VCFv4.2
##ALT=<ID=NON_REF,Description="Any other allele">
##INFO=<ID=END,Number=1,Type=Integer,Description="End">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##contig=<ID={contig},length={length}>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}
"""
BLOCK = "{contig}\t{pos}\t.\tA\t<NON_REF>\t.\t.\tEND={end}\tGT\t0/0\n"
VARIANT = "{contig}\t{pos}\t.\tA\tC{other}\t50\t.\t.\tGT\t0/1\n"


def gvcf(tmp_path, contig="chr1", length=1000, sample="S1", blocks=True, records=2):
    text = HEADER.format(contig=contig, length=length, sample=sample)
    for number in range(records):
        place = {"contig": contig, "pos": 1 + 20 * number}
        text += BLOCK.format(**place, end=place["pos"] + 9) if blocks else ""
        place["pos"] += 10
        text += VARIANT.format(**place, other=",<NON_REF>" if blocks else "")
    path = tmp_path / "given.g.vcf"
    path.write_text(text)
    return path


def test_a_genomic_vcf_of_the_sample_passes_and_is_counted(tmp_path):
    assert check_gvcf(gvcf(tmp_path), "S1", SIZES) == 4


def test_the_quality_of_a_variant_goes_along_as_a_field_of_the_sample(tmp_path):
    once, twice = tmp_path / "once.g.vcf.gz", tmp_path / "twice.g.vcf.gz"
    carry_quality(gvcf(tmp_path), once)
    carry_quality(once, twice)
    for kept in (once, twice):
        fields = [(site.ALT, site.format("VQ")) for site in VCF(str(kept))]
        assert [alternates[0] for alternates, _ in fields] == ["<NON_REF>", "C"] * 2
        assert [quality is None for _, quality in fields] == [True, False] * 2
        assert fields[1][1].tolist() == [[50]]
        assert len(list(VCF(str(kept))("chr1:11-11"))) == 1


def test_called_genomic_vcfs_carry_it_as_given_ones_do(tmp_path):
    rules = Path(__file__).parents[2] / "workflow" / "rules" / "calling.smk"
    [program] = re.findall(r'^CARRY_QUALITY = r"""(.+?)"""', rules.read_text(), re.MULTILINE | re.S)
    words = ["awk", "-F", "\t", "-v", r"OFS=\t", "-v", f"header={VARIANT_QUALITY}", program]
    called, given = tmp_path / "called.vcf", tmp_path / "given.vcf.gz"
    with called.open("w") as written:
        subprocess.run([*words, gvcf(tmp_path)], stdout=written, check=True)
    carry_quality(gvcf(tmp_path), given)
    told = [
        [(site.POS, site.genotypes, str(site.format("VQ"))) for site in VCF(str(path))]
        for path in (called, given)
    ]
    assert told[0] == told[1]
    assert ["50" in quality for _, _, quality in told[0]] == [False, True] * 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sample": "S2"}, r"holds sample\(s\) S2, the sheet says S1"),
        ({"contig": "1"}, "contig.*does not have: 1"),
        ({"length": 999}, "chr1 has 999 bases, the genome says 1000"),
        ({"blocks": False}, "no reference blocks"),
    ],
)
def test_any_other_is_refused_by_file_and_cause(tmp_path, changes, told):
    with pytest.raises(ValueError, match=rf"given\.g\.vcf .*{told}"):
        check_gvcf(gvcf(tmp_path, **changes), "S1", SIZES)


def test_a_cut_one_is_refused(tmp_path):
    plain = gvcf(tmp_path, length=1000, records=20_000)
    packed = tmp_path / "cut.g.vcf.gz"
    tabix_compress(str(plain), str(packed))
    packed.write_bytes(packed.read_bytes()[:-3000])
    with pytest.raises(ValueError, match=r"sample S1: .*cut\.g\.vcf\.gz .*truncated"):
        check_gvcf(packed, "S1", SIZES)


def test_a_damaged_one_is_refused(tmp_path):
    plain = gvcf(tmp_path, records=20_000)
    packed = tmp_path / "bad.g.vcf.gz"
    tabix_compress(str(plain), str(packed))
    content = bytearray(packed.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    packed.write_bytes(content)
    with pytest.raises(ValueError, match=r"sample S1: .*bad\.g\.vcf\.gz breaks off or is damaged"):
        check_gvcf(packed, "S1", SIZES)


def test_what_is_no_vcf_is_refused(tmp_path):
    path = tmp_path / "x.g.vcf.gz"
    path.write_bytes(b"no vcf")
    with pytest.raises(ValueError, match=r"sample S1: .*x\.g\.vcf\.gz cannot be read as VCF"):
        check_gvcf(path, "S1", SIZES)
