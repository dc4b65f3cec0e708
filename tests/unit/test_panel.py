"""Alleles of a panel in a genomic VCF: carried, absent, or not seen."""

import pytest
from pysam import VariantFile, tabix_compress, tabix_index

from gcin.genotypes.panel import Trust, genotype_panel

HEADER = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=1000>
##contig=<ID=chr2,length=1000>
"""
GVCF = """\
##ALT=<ID=NON_REF,Description="Other allele">
##INFO=<ID=END,Number=1,Type=Integer,Description="End of the block">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">
##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Lowest reads">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">
##FORMAT=<ID=VQ,Number=1,Type=Float,Description="Quality of the variant">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS
"""
CALLS = [
    "100 A <NON_REF> END=149 GT:DP:GQ:MIN_DP 0/0:30:90:25",
    "150 C T,<NON_REF> . GT:DP:GQ 0/1:40:99",
    "151 G A,T,<NON_REF> . GT:DP:GQ 1/2:41:80",
    "152 A <NON_REF> END=160 GT:DP:GQ:MIN_DP 0/0:30:60:20",
    "161 A <NON_REF> END=170 GT:DP:GQ:MIN_DP 0/0:3:0:1",
    "171 CTT C,<NON_REF> . GT:DP:GQ 1/1:22:66",
    "180 T G,<NON_REF> . GT:DP:GQ 0/2:22:33",
    "190 T C,<NON_REF> . GT:DP:GQ 1:18:50",
    "200 A T,<NON_REF> . GT:DP:GQ:PS 0|1:30:90:200",
    "201 G C,<NON_REF> . GT:DP:GQ:PS 0|1:28:80:200",
    "202 C A,<NON_REF> . GT:DP:GQ:PS 1|0:29:85:200",
    "203 T G,<NON_REF> . GT:DP:GQ 1/1:25:70",
    "204 A G,<NON_REF> . GT:DP:GQ 0/1:25:70",
    "205 C <NON_REF> END=209 GT:DP:GQ:MIN_DP 0/0:30:60:20",
    "210 ACG TCA,<NON_REF> . GT:DP:GQ 0/1:24:75",
    "213 A <NON_REF> END=219 GT:DP:GQ:MIN_DP 0/0:30:60:20",
    "220 A G,<NON_REF> . GT:DP:GQ:AD:VQ 0/1:30:13:25,5,0:13",
    "221 A G,<NON_REF> . GT:DP:GQ:AD:VQ 0/1:30:13:24,6,0:13",
    "222 A G,<NON_REF> . GT:DP:GQ:AD:VQ 1/1:30:99:1,29,0:99",
    "223 A G,<NON_REF> . GT:DP:GQ:AD:VQ 0/1:30:9:15,15,0:9.5",
    "224 A G,C,<NON_REF> . GT:DP:GQ:AD:VQ 1/2:30:50:0,26,4,0:50",
]
TRUST = Trust(min_variant_quality=10.4139, min_allele_balance=0.2)


@pytest.fixture
def told(tmp_path):
    """Genotype, depth and quality of an allele `position reference alternate`."""

    def write(name, head, rows):
        path = tmp_path / name
        path.write_text(HEADER + head + "".join("\t".join(row) + "\n" for row in rows))
        tabix_compress(str(path), f"{path}.gz", force=True)
        tabix_index(f"{path}.gz", preset="vcf", force=True)
        return f"{path}.gz"

    def ask(position, reference, alternate, contig="chr1"):
        split = [line.split(" ") for line in CALLS]
        calls = [["chr1", pos, ".", ref, alt, ".", ".", *rest] for pos, ref, alt, *rest in split]
        columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        asked = [[contig, str(position), "rs1", reference, alternate, ".", ".", "."]]
        out = str(tmp_path / "panel.vcf.gz")
        genotype_panel(
            write("s.g.vcf", GVCF, calls), write("p.vcf", columns, asked), "S", TRUST, out
        )
        with VariantFile(out) as records:
            (record,) = records
            call = record.samples["S"]
            assert (record.pos, record.ref, record.alts) == (position, reference, (alternate,))
            assert record.id == "rs1"
            return call["GT"], call["DP"], call["GQ"]

    return ask


@pytest.mark.parametrize(
    ("allele", "expected"),
    [
        ((150, "C", "T"), ((0, 1), 40, 99)),
        ((150, "C", "G"), ((0, 0), 40, 99)),
        ((151, "G", "T"), ((0, 1), 41, 80)),
        ((171, "CTT", "C"), ((1, 1), 22, 66)),
        ((190, "T", "C"), ((1,), 18, 50)),
    ],
)
def test_an_allele_in_a_record_has_its_genotype(told, allele, expected):
    assert told(*allele) == expected


@pytest.mark.parametrize(
    ("allele", "genotype"),
    [
        ((220, "A", "G"), (None, None)),
        ((221, "A", "G"), (0, 1)),
        ((222, "A", "G"), (1, 1)),
        ((223, "A", "G"), (None, None)),
        ((224, "A", "G"), (None, None)),
        ((220, "A", "C"), (0, 0)),
        ((221, "AA", "GG"), (0, 1)),
        ((220, "AA", "GG"), (None, None)),
    ],
)
def test_a_call_that_fails_the_filter_of_genotypes_is_not_told(told, allele, genotype):
    assert told(*allele)[0] == genotype


@pytest.mark.parametrize(
    ("allele", "genotype"),
    [
        ((200, "AG", "TC"), (0, 1)),
        ((201, "GC", "CA"), (0, 0)),
        ((200, "AG", "TA"), (0, 0)),
        ((202, "CT", "AG"), (0, 1)),
        ((202, "CTA", "AGG"), (None, None)),
        ((204, "AC", "GT"), (0, 0)),
        ((203, "TA", "GC"), (0, 0)),
        ((203, "TA", "G"), (None, None)),
        ((206, "AAC", "GT"), (0, 0)),
        ((212, "G", "A"), (0, 1)),
        ((211, "C", "T"), (0, 0)),
        ((210, "ACG", "TCA"), (0, 1)),
        ((210, "AC", "TT"), (0, 0)),
    ],
)
def test_an_allele_of_several_bases_is_known_in_calls_of_each_and_one_in_those_of_several(
    told, allele, genotype
):
    assert told(*allele)[0] == genotype


@pytest.mark.parametrize(
    ("allele", "expected"),
    [
        ((120, "A", "G"), ((0, 0), 25, 90)),
        ((120, "AGG", "A"), ((0, 0), 25, 90)),
        ((149, "ACG", "A"), ((0, 0), 25, 80)),
        ((155, "A", "AT"), ((0, 0), 20, 60)),
    ],
)
def test_what_covers_an_absent_allele_tells_its_absence(told, allele, expected):
    assert told(*allele) == expected


@pytest.mark.parametrize(
    ("allele", "expected"),
    [
        ((165, "A", "G"), ((None, None), 1, 0)),
        ((159, "AAA", "A"), ((None, None), 1, 0)),
        ((173, "TAA", "T"), ((None, None), 0, 0)),
        ((180, "T", "A"), ((None, None), 22, 33)),
        ((500, "A", "G"), ((None,), 0, 0)),
        ((120, "A", "G", "chr2"), ((None,), 0, 0)),
    ],
)
def test_what_was_not_seen_is_no_call_and_never_the_reference(told, allele, expected):
    assert told(*allele) == expected
