"""The genotype filter, given VCFs, and their union with joint calls."""

import subprocess
from functools import partial

import numpy as np
import pytest
from cyvcf2 import VCF
from pysam import bcftools, faidx, tabix_compress

from gcin.calling import NOBODY
from gcin.genotypes.given import adopt, judge_sites
from gcin.genotypes.joint import split_alleles, unite
from gcin.genotypes.verdicts import filter_genotypes, verdicts
from gcin.quality.markers import dosages as kinship_dosages
from gcin.quality.markers import read_markers
from gcin.tensors.genotypes import dosages as tensor_dosages

LIMITS = {"min_variant_quality": 10.4139, "min_allele_balance": 0.2}
NO_LIMIT = {"max_excess_het": None}
EVIDENCE = {"min_depth": 10, "min_genotype_quality": 20}
SEQUENCE = "ACGTTGCACCATTTTTGACGTACGGATCCA" * 4
SIZES = {"chr1": 120}
HEADER = """\
##fileformat=VCFv4.2
##FILTER=<ID=q10,Description="Weak">
##INFO=<ID=XX,Number=1,Type=Integer,Description="Not kept">
##contig=<ID={contig},length=120>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number={number},Type=Integer,Description="Depths">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
##FORMAT=<ID=VQ,Number=1,Type=Float,Description="Quality">
##FORMAT=<ID=YY,Number=1,Type=Integer,Description="Not kept">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}
"""


def vcf(path, samples, *rows, contig="chr1", number="R"):
    """Write a VCF of rows `pos ref alt filter format genotypes…`."""
    text = HEADER.format(samples="\t".join(samples), contig=contig, number=number)
    for pos, ref, alt, verdict, fields, *calls in rows:
        place = [contig, str(pos), ".", ref, alt, "50", verdict, "XX=1", fields]
        text += "\t".join([*place, *calls]) + "\n"
    path.write_text(text)
    return str(path)


@pytest.fixture
def genome(tmp_path):
    path = tmp_path / "genome.fa"
    path.write_text(f">chr1\n{SEQUENCE}\n")
    faidx(str(path))
    return str(path)


@pytest.fixture
def adopted(tmp_path, genome):
    def make(path, samples, **limits):
        out = str(tmp_path / f"adopted-{samples[0]}.bcf")
        scratch = tmp_path / f"scratch-{samples[0]}"
        scratch.mkdir()
        judge = partial(judge_sites, **limits)
        adopt(str(path), samples, genome, SIZES, scratch, out, judge=judge)
        return out

    return make


def calls_of(path):
    """Map each `pos ref alt` to its genotypes and verdicts, sample by sample."""
    return {
        (site.POS, site.REF, *site.ALT): [
            ("/".join(str(a) if a >= 0 else "." for a in genotype[:-1]), verdict)
            for genotype, verdict in zip(site.genotypes, site.format("FT"), strict=True)
        ]
        for site in VCF(path)
    }


def judged(genotype, quality, depths, is_seen=True):
    qualities = None if quality is None else np.array([[quality]])
    depths = None if depths is None else np.array([depths])
    seen = np.array([is_seen])
    return verdicts(np.array([genotype]), qualities, depths, seen, **LIMITS)[0].decode()


@pytest.mark.parametrize(
    ("genotype", "quality", "depths", "verdict"),
    [
        ((0, 1), 50, (10, 10), "PASS"),
        ((0, 1), 10.5, (10, 10), "PASS"),
        ((0, 1), 10.4, (10, 10), "LowVQ"),
        ((0, 1), 50, (8, 2), "PASS"),
        ((0, 1), 50, (9, 2), "AlleleBalance"),
        ((0, 1), 0, (9, 1), "LowVQ;AlleleBalance"),
        ((1, 1), 50, (9, 1), "PASS"),
        ((1, 1), 9, (0, 3), "LowVQ"),
        ((1,), 50, (9, 1), "PASS"),
        ((1, 2), 90, (0, 9, 2), "AlleleBalance"),
        ((1, 2), 90, (0, 8, 2), "PASS"),
        ((0, 2), 90, (5, 15, 5), "PASS"),
        ((0, 0), np.nan, (9, 1), "PASS"),
        ((0, 0), 0, (0, 0), "PASS"),
        ((-1, -1), np.nan, (0, 0), "."),
        ((-1, 1), 50, (9, 1), "PASS"),
        ((0, 1), None, (10, 10), "NoVQ"),
        ((0, 1), np.nan, (10, 10), "NoVQ"),
        ((0, 1), 50, None, "AlleleBalance"),
        ((0, 1), 50, (0, 0), "AlleleBalance"),
    ],
)
def test_a_genotype_is_judged_by_its_own_fields(genotype, quality, depths, verdict):
    assert judged(genotype, quality, depths) == verdict


@pytest.mark.parametrize(
    ("genotype", "verdict"),
    [((0, 0), "NoEvidence"), ((0,), "NoEvidence"), ((0, 1), "PASS"), ((-1, -1), ".")],
)
def test_a_reference_that_was_not_seen_well_enough_is_none(genotype, verdict):
    assert judged(genotype, 50, (10, 10), is_seen=False) == verdict


@pytest.mark.parametrize(
    ("told", "verdict", "dosage"),
    [
        ("0/0:10,0:10:20", "PASS", 0),
        ("0/0:9,0:9:99", "NoEvidence", -1),
        ("0/0:30,0:30:19", "NoEvidence", -1),
        ("0/0:30,0:.:99", "NoEvidence", -1),
        ("0/0:30,0:30:.", "NoEvidence", -1),
        ("0/1:5,4:9:15", "PASS", 1),
    ],
)
def test_a_joint_reference_needs_what_makes_a_base_callable(tmp_path, told, verdict, dosage):
    row = (20, "G", "A", ".", "GT:AD:DP:GQ:VQ", f"{told}:50", "0/1:9,9:18:99:50")
    source = vcf(tmp_path / "joint.vcf", ["S1", "S2"], row)
    out = str(tmp_path / "judged.bcf")
    tally = filter_genotypes(source, out, **LIMITS, evidence=EVIDENCE, sites=NO_LIMIT)
    site = next(iter(VCF(out)))
    assert (site.format("FT")[0], site.FILTER) == (verdict, None)
    assert tensor_dosages(site).tolist() == kinship_dosages(site).tolist() == [dosage, 1]
    assert tally.references == ({verdict: 1} if told.startswith("0/0") else {})


def test_company_changes_no_verdict():
    own = (np.array([[0, 1]]), np.array([[12.0]]), np.array([[8, 2]]), np.array([False]))
    others = (np.array([[1, 1], [-1, -1]]), np.array([[9], [np.nan]]), np.array([[0, 1]] * 2))
    others = (*others, np.array([True, False]))
    together = [np.concatenate(pair) for pair in zip(own, others, strict=True)]
    assert verdicts(*together, **LIMITS)[0] == verdicts(*own, **LIMITS)[0] == b"PASS"


def test_filtering_comes_before_splitting_and_a_site_passes_where_a_genotype_does(tmp_path, genome):
    rows = [
        (10, "C", "A,T", ".", "GT:AD:VQ", "1/2:0,8,2:90", "./.:0,0,0:."),
        (20, "G", "A", ".", "GT:AD:DP:GQ:VQ", "0/1:9,1:10:30:50", "0/0:10,0:10:30:."),
        (30, "A", "*", ".", "GT:AD:VQ", "0/1:9,9:50", "0/0:9,0:."),
    ]
    source = vcf(tmp_path / "joint.vcf", ["S1", "S2"], *rows)
    out, split = str(tmp_path / "judged.bcf"), str(tmp_path / "split.bcf")
    tally = filter_genotypes(source, out, **LIMITS, evidence=EVIDENCE, sites=NO_LIMIT)
    split_alleles(out, genome, tmp_path, split)
    assert tally == ({"PASS": 2, "AlleleBalance": 1}, {".": 1, "PASS": 1, "NoEvidence": 1}, {})
    assert [(site.POS, site.FILTER) for site in VCF(split)] == [
        (10, None), (10, None), (20, "NoPassingGenotype")]  # fmt: skip
    assert calls_of(split) == {
        (10, "C", "A"): [("1/0", "PASS"), ("./.", ".")],
        (10, "C", "T"): [("0/1", "PASS"), ("./.", ".")],
        (20, "G", "A"): [("0/1", "AlleleBalance"), ("0/0", "PASS")],
    }


def test_a_given_file_brings_its_filters_and_the_form_of_the_genome(tmp_path, adopted):
    rows = [
        (14, "TT", "T", "PASS", "GT:AD:YY", "0/1:5,5:1", "0/0:9,0:1", "0/0:9,0:1"),
        (20, "G", "A,C", "q10", "GT:AD:YY", "0/1:5,5,0:1", "0/2:5,0,5:1", "./.:.:."),
        (25, "G", "<DEL>", ".", "GT:AD:YY", "0/1:5,5:1", "0/0:9,0:1", "0/0:9,0:1"),
    ]
    path = vcf(tmp_path / "given.vcf", ["X", "Y", "Z"], *rows, number=".")
    out = adopted(path, ["Y", "Z"])
    assert VCF(out).samples == ["Y", "Z"]
    assert calls_of(out) == {
        (11, "AT", "A"): [("0/0", "PASS"), ("0/0", "PASS")],
        (20, "G", "A"): [("0/0", "q10"), ("./.", ".")],
        (20, "G", "C"): [("0/1", "q10"), ("./.", ".")],
    }
    depths = [site.format("AD")[0].tolist() for site in VCF(out)]
    assert depths == [[9, 0], [10, 0], [5, 5]]
    assert "ID=YY" not in VCF(out).raw_header
    assert "ID=XX" not in VCF(out).raw_header


def test_an_allele_that_glnexus_writes_apart_is_as_good_as_others(tmp_path, adopted):
    rows = [(20, "G", "A", "MONOALLELIC", "GT:AD", "./1:9,9"),
            (22, "A", "C", "MONOALLELIC;q10", "GT:AD", "0/1:9,9")]  # fmt: skip
    path = tmp_path / "given.vcf"
    vcf(path, ["X"], *rows)
    named = '##FILTER=<ID=MONOALLELIC,Description="Apart">\n##FILTER=<ID=q10'
    path.write_text(path.read_text().replace("##FILTER=<ID=q10", named))
    found = [(site.FILTER, *tensor_dosages(site).tolist()) for site in VCF(adopted(path, ["X"]))]
    assert found == [("MONOALLELIC", 1), ("MONOALLELIC;q10", -1)]


def test_an_allele_keeps_its_share_of_all_reads_when_its_site_is_split(tmp_path, genome, adopted):
    rows = [(10, "C", "A,*,T", ".", "GT:AD:VQ", "1/3:0,20,0,20:90"),
            (20, "G", "*,A", ".", "GT:AD:VQ", "1/2:0,15,5:90")]  # fmt: skip
    path = vcf(tmp_path / "given.vcf", ["X"], *rows)
    judged_file, split = str(tmp_path / "judged.bcf"), str(tmp_path / "split.bcf")
    filter_genotypes(path, judged_file, **LIMITS, evidence=EVIDENCE, sites=NO_LIMIT)
    split_alleles(judged_file, genome, tmp_path, split)
    for out in (adopted(path, ["X"]), split):
        depths = {(site.POS, *site.ALT): site.format("AD")[0].tolist() for site in VCF(out)}
        assert depths == {(10, "A"): [20, 20], (10, "T"): [20, 20], (20, "A"): [15, 5]}


def test_a_file_without_depths_is_split_too(tmp_path, adopted):
    path = tmp_path / "given.vcf"
    vcf(path, ["X"], (10, "C", "A,T", ".", "GT", "1/2"))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "ID=AD" not in line))
    genotypes = calls_of(adopted(path, ["X"]))
    assert genotypes == {(10, "C", "A"): [("1/0", "PASS")], (10, "C", "T"): [("0/1", "PASS")]}


@pytest.mark.parametrize(("number", "told"), [("A", "7"), ("R", "7,8"), ("G", "7,8,9")])
def test_a_field_of_the_site_that_is_not_as_its_header_says_does_not_matter(
    tmp_path, adopted, number, told
):
    path = tmp_path / "given.vcf"
    text = (vcf(path, ["X"], (10, "C", "A,T", ".", "GT", "1/2")), path.read_text())[1]
    path.write_text(
        text.replace("ID=XX,Number=1", f"ID=XX,Number={number}").replace("XX=1", f"XX={told}")
    )
    assert set(calls_of(adopted(path, ["X"]))) == {(10, "C", "A"), (10, "C", "T")}


@pytest.mark.parametrize(("number", "kept"), [("A", [0.5, 0.25]), ("1", None)])
def test_a_share_of_reads_is_kept_where_there_is_one_for_each_allele(
    tmp_path, adopted, number, kept
):
    path = tmp_path / "given.vcf"
    vcf(path, ["X"], (10, "C", "A,T", ".", "GT:YY", f"1/2:0.5{',0.25' * (number == 'A')}"))
    text = path.read_text().replace(
        "ID=YY,Number=1,Type=Integer", f"ID=AF,Number={number},Type=Float"
    )
    path.write_text(text.replace("GT:YY", "GT:AF"))
    found = [site.format("AF") for site in VCF(adopted(path, ["X"])) if "AF" in site.FORMAT]
    assert [float(share[0, 0]) for share in found] == (kept or [])


def test_reads_that_are_not_as_their_header_says_are_refused_with_the_remedy(tmp_path, adopted):
    path = vcf(tmp_path / "given.vcf", ["X"], (10, "C", "A,T", ".", "GT:AD", "1/2:7,8"))
    with pytest.raises(ValueError, match=r"(?s)given.vcf.*FMT/AD at chr1:10.*leave the field out"):
        adopted(path, ["X"])


def test_an_allele_in_two_records_loses_no_carrier(tmp_path, adopted):
    rows = [
        (11, "AT", "A", ".", "GT:AD", "./.:.", "0|1:6,4", "0/0:9,0", "0/1:5,5"),
        (14, "TT", "T", ".", "GT:AD:PL", "1/1:0,9:90,9,0", "0/1:5,5:9,0,9", "./.:.:.", "1:0,9:9,0"),
        (20, "G", "A,C", ".", "GT:AD", "0/0:9,0,0", "0/2:5,0,5", "./.:.", "0/1:4,4,0"),
        (20, "G", "A", "q10", "GT:AD", "0/1:5,5", "0/0:9,0", "0/0:9,0", "1/1:0,9"),
    ]
    out = adopted(vcf(tmp_path / "given.vcf", ["W", "X", "Y", "Z"], *rows), ["W", "X", "Y", "Z"])
    assert calls_of(out) == {
        (11, "AT", "A"): [("1/1", "PASS"), ("0/1", "PASS"), ("0/0", "PASS"), ("0/1", "PASS")],
        (20, "G", "A"): [("0/1", "q10"), ("0/0", "PASS"), ("0/0", "q10"), ("0/1", "PASS")],
        (20, "G", "C"): [("0/0", "PASS"), ("0/1", "PASS"), ("./.", "."), ("0/0", "PASS")],
    }
    first = next(VCF(out))
    assert first.format("AD").tolist() == [[0, 9], [6, 4], [9, 0], [5, 5]]
    assert first.format("PL")[0].tolist() == [90, 9, 0]
    assert (first.format("PL")[1:] < 0).all()
    assert [genotype[-1] for genotype in first.genotypes] == [False, True, False, False]


def test_joint_calls_of_one_allele_become_one_record(tmp_path, genome):
    rows = [
        (11, "AT", "A", ".", "GT:AD:VQ", "0/1:9,1:50", "0/0:9,0:."),
        (14, "TT", "T", ".", "GT:AD:VQ", "0/0:9,0:.", "0/1:5,5:50"),
    ]
    source = vcf(tmp_path / "joint.vcf", ["S1", "S2"], *rows)
    out, split = str(tmp_path / "judged.bcf"), str(tmp_path / "split.bcf")
    filter_genotypes(source, out, **LIMITS, evidence=EVIDENCE, sites=NO_LIMIT)
    split_alleles(out, genome, tmp_path, split)
    assert [site.POS for site in VCF(split)] == [11]
    assert calls_of(split) == {(11, "AT", "A"): [("0/1", "AlleleBalance"), ("0/1", "PASS")]}


@pytest.mark.parametrize(
    ("fields", "call", "verdict"),
    [
        ("GT:DP", "0/0:0", "NoEvidence"),
        ("GT:DP:GQ", "0/0:9:0", "NoEvidence"),
        ("GT:GQ", "0:0", "NoEvidence"),
        ("GT:DP:GQ", "0/0:9:1", "PASS"),
        ("GT:DP:GQ", "0/0:.:.", "PASS"),
        ("GT:DP:GQ", "0/1:0:0", "PASS"),
        ("GT:DP:GQ", "./.:0:0", "."),
    ],
)
def test_a_reference_genotype_without_evidence_is_no_reference(
    tmp_path, adopted, fields, call, verdict
):
    other = "0/1" + ":9" * fields.count(":")
    path = vcf(tmp_path / "given.vcf", ["X", "Y"], (20, "G", "A", ".", fields, call, other))
    assert calls_of(adopted(path, ["X", "Y"]))[20, "G", "A"][0][1] == verdict


def test_alleles_in_small_letters_are_the_same_alleles(tmp_path, adopted):
    rows = [(20, "g", "a", ".", "GT", "0/1", "0/0"), (20, "G", "A", ".", "GT", "./.", "0/1")]
    found = calls_of(adopted(vcf(tmp_path / "given.vcf", ["X", "Y"], *rows), ["X", "Y"]))
    assert found == {(20, "G", "A"): [("0/1", "PASS"), ("0/1", "PASS")]}


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        ("0/0:9:99", "NoEvidence"),
        ("0/0:30:19", "NoEvidence"),
        ("0/0:10:20", "PASS"),
        ("0/0:.:20", "PASS"),
        ("0/0:.:19", "NoEvidence"),
        ("0:9:99", "NoEvidence"),
        ("0/1:3:5", "PASS"),
        ("./.:3:5", "."),
    ],
)
def test_an_absent_allele_needs_as_much_evidence_as_in_a_genomic_vcf(
    tmp_path, adopted, call, verdict
):
    row = (20, "G", "A", ".", "GT:DP:GQ", call, "0/1:9:9")
    out = adopted(
        vcf(tmp_path / "g.vcf", ["X", "Y"], row), ["X", "Y"], min_depth=10, min_genotype_quality=20
    )
    assert calls_of(out)[20, "G", "A"][0][1] == verdict


@pytest.mark.parametrize(
    ("fields", "call", "verdict"),
    [
        ("GT:AD", "0/0:3,0", "NoEvidence"),
        ("GT:AD", "0/0:9,1", "PASS"),
        ("GT:AD", "0/0:.,.", "PASS"),
        ("GT:AD:DP", "0/0:3,0:.", "NoEvidence"),
        ("GT:AD:DP", "0/0:3,0:30", "PASS"),
        ("GT:AD", "0/1:1,2", "PASS"),
    ],
)
def test_reads_are_counted_where_no_depth_is_told(tmp_path, adopted, fields, call, verdict):
    row = (20, "G", "A", ".", fields, call, "0/1:9,9" + ":9" * (fields[-1] == "P"))
    out = adopted(vcf(tmp_path / "g.vcf", ["X", "Y"], row), ["X", "Y"], min_depth=10)
    assert calls_of(out)[20, "G", "A"][0][1] == verdict


def test_reads_of_a_split_site_are_those_of_all_alleles(tmp_path, adopted):
    row = (20, "G", "A,C", ".", "GT:AD", "0/0:4,3,3", "1/2:0,9,9")
    out = adopted(vcf(tmp_path / "g.vcf", ["X", "Y"], row), ["X", "Y"], min_depth=10)
    assert [calls[0] for calls in calls_of(out).values()] == [("0/0", "PASS")] * 2


@pytest.mark.parametrize("name", ["DP", "GQ"])
def test_evidence_that_a_header_calls_text_is_unknown(tmp_path, adopted, name):
    path, declared = tmp_path / "g.vcf", f"ID={name},Number=1,Type="
    vcf(path, ["X", "Y"], (20, "G", "A", ".", f"GT:{name}", "0/0:1", "0/1:1"))
    path.write_text(path.read_text().replace(f"{declared}Integer", f"{declared}String"))
    out = adopted(path, ["X", "Y"], min_depth=10, min_genotype_quality=20)
    assert calls_of(out) == {(20, "G", "A"): [("0/0", "PASS"), ("0/1", "PASS")]}


def test_gzipped_and_plain_files_without_index_are_the_same(tmp_path, adopted):
    row = (20, "G", "A", "PASS", "GT", "0/1", "1/1")
    plain = vcf(tmp_path / "plain.vcf", ["X", "Y"], row)
    packed = str(tmp_path / "packed.vcf.gz")
    tabix_compress(plain, packed)
    assert calls_of(adopted(plain, ["X"])) == {(20, "G", "A"): [("0/1", "PASS")]}
    assert calls_of(adopted(packed, ["Y"])) == {(20, "G", "A"): [("1/1", "PASS")]}


@pytest.mark.parametrize(
    ("options", "row", "told"),
    [
        ({"contig": "1"}, (20, "G", "A"), "genome does not have: 1"),
        ({}, (20, "C", "A"), "cannot be brought to the genome's form"),
        ({"samples": ["W"]}, (20, "G", "A"), "has no sample X"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(tmp_path, adopted, options, row, told):
    samples = options.pop("samples", ["X"])
    path = vcf(tmp_path / "given.vcf", samples, (*row, "PASS", "GT", "0/1"), **options)
    with pytest.raises(ValueError, match=rf"given\.vcf .*{told}"):
        adopted(path, ["X"])


def test_words_that_a_header_does_not_declare_are_told_with_the_remedy(tmp_path, adopted):
    path = vcf(tmp_path / "given.vcf", ["X"], (20, "G", "A", "LOWQ", "GT", "0/1"))
    with pytest.raises(ValueError, match=r"given\.vcf .*bcftools annotate --header-lines"):
        adopted(path, ["X"])


def test_a_cut_file_is_refused_by_name(tmp_path, adopted):
    rows = [(20, "G", "A", "PASS", "GT", "0/1")] * 9000
    packed = tmp_path / "given.vcf.gz"
    tabix_compress(vcf(tmp_path / "x.vcf", ["X"], *rows), str(packed))
    packed.write_bytes(packed.read_bytes()[:-500])
    with pytest.raises(ValueError, match=r"given\.vcf\.gz"):
        adopted(packed, ["X"])


@pytest.fixture
def sources(tmp_path, adopted):
    """Two files of other samples: one site in common, and one of each."""
    first = [(10, "C", "T", "PASS", "GT", "0/1"), (20, "G", "A", "q10", "GT", "1/1")]
    second = [(20, "G", "A", "PASS", "GT", "0/1"), (25, "G", "C", "PASS", "GT", "0/0")]
    one = adopted(vcf(tmp_path / "one.vcf", ["B"], *first), ["B"])
    return [one, adopted(vcf(tmp_path / "two.vcf", ["A"], *second), ["A"])]


def test_a_sample_without_a_site_is_not_called_there_and_samples_are_in_order(tmp_path, sources):
    out = str(tmp_path / "united.bcf")
    unite(sources[:1], sources[1:], ["A", "B"], tmp_path, out)
    assert VCF(out).samples == ["A", "B"]
    assert calls_of(out) == {
        (10, "C", "T"): [("./.", "."), ("0/1", "PASS")],
        (20, "G", "A"): [("0/1", "PASS"), ("1/1", "q10")],
    }
    assert [site.FILTER for site in VCF(out)] == [None, None]


def test_given_files_alone_or_shards_alone_are_enough(tmp_path, sources):
    alone = [str(tmp_path / name) for name in ("given.bcf", "joint.bcf")]
    unite([], sources[:1], ["B"], tmp_path, alone[0])
    unite(sources[:1], [], ["B"], tmp_path, alone[1])
    assert calls_of(alone[0]) == calls_of(alone[1])
    assert set(calls_of(alone[0])) == {(10, "C", "T"), (20, "G", "A")}


@pytest.fixture
def unpeopled(tmp_path, genome):
    """What a shard becomes of which every sample is left out."""
    path, judged_file, split = (tmp_path / name for name in ("n.vcf", "j.bcf", "s.bcf"))
    listed = subprocess.run(["awk", NOBODY, f"{genome}.fai"], capture_output=True, check=True)
    path.write_bytes(listed.stdout)
    filter_genotypes(path, judged_file, **LIMITS, evidence=EVIDENCE, sites=NO_LIMIT)
    split_alleles(str(judged_file), genome, tmp_path, str(split))
    return str(split)


def test_what_was_given_goes_on_where_nobody_is_left_to_call_jointly(tmp_path, sources, unpeopled):
    both = [str(tmp_path / name) for name in ("alone.bcf", "beside.bcf")]
    unite([], sources, ["A", "B"], tmp_path, both[0])
    unite([unpeopled], sources, ["A", "B"], tmp_path, both[1])
    assert calls_of(both[0]) == calls_of(both[1]) != {}
    assert VCF(both[1]).samples == ["A", "B"]


@pytest.mark.parametrize("is_called", [False, True])
def test_a_cohort_without_anybody_who_has_records_has_none(tmp_path, unpeopled, is_called):
    out = str(tmp_path / "united.bcf")
    unite([unpeopled] * is_called, [], [], tmp_path, out)
    assert (VCF(out).samples, list(VCF(out))) == ([], [])
    assert "ID=FT" in VCF(out).raw_header
    assert read_markers(out, 50_000, 0.05).samples == []


def test_the_same_sources_make_the_same_bytes(tmp_path, sources):
    contents = []
    for name in ("first", "second"):
        scratch = tmp_path / name
        scratch.mkdir()
        unite(sources[:1], sources[1:], ["A", "B"], scratch, str(scratch / "out.bcf"))
        contents.append((scratch / "out.bcf").read_bytes())
    assert contents[0] == contents[1]
    assert b"Command" not in bcftools.view("-h", "--no-version", str(scratch / "out.bcf")).encode()


@pytest.mark.parametrize("samples", [["A"], ["A", "B", "C"]])
def test_other_samples_than_the_manifest_s_are_refused(tmp_path, sources, samples):
    with pytest.raises(ValueError, match="does not hold the samples of its manifest"):
        unite([], sources, samples, tmp_path, str(tmp_path / "out.bcf"))


def test_a_sample_that_comes_twice_is_refused(tmp_path, sources):
    with pytest.raises(ValueError, match=r"sample\(s\) A come from more than one file"):
        unite([], [sources[1], sources[1]], ["A"], tmp_path, str(tmp_path / "out.bcf"))
