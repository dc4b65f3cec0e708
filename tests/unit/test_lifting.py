"""Given VCFs of GRCh37 on the genome, by GATK itself: its hard cases, and real ones."""

import gzip
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from cyvcf2 import VCF

from gcin.genotypes.given import adopt, judge_sites
from gcin.genotypes.lifting import lift
from gcin.reference.genome import contig_sizes

ROOT = Path(__file__).parents[2]
CHAIN = ROOT / "resources" / "liftover" / "GRCh37_to_GRCh38.ensembl.chain.gz"
REAL = ROOT.parent / "shared" / "data" / "seq"
PANEL = REAL / "cohort" / "1000G_phase3.chr20_2.0-2.1M.vcf.gz"
OPTIONS = "-Xmx1g -XX:TieredStopAtLevel=1"

# Old 1-40 is new 11-50; old 41-50 is lost; old 51-80 is new 51-80, turned round.
FIRST, SECOND = "ACGTTGCACCATTTTTGACGTACGGATCCAACGTTGCACC", "TTGACCATGCAAGTCCTAGGATTACAGCTA"
NEW = "GGCGGCGGCG" + FIRST + SECOND
SMALL = """\
chain 1 chr1 100 + 0 40 chr1 80 + 10 50 1
40

chain 1 chr1 100 + 50 80 chr1 80 - 0 30 2
30

chain 1 chr1 100 + 80 90 chr9 80 + 0 10 3
10
"""
HEADER = """\
##fileformat=VCFv4.2
##INFO=<ID=XX,Number=1,Type=Integer,Description="Not kept">
##contig=<ID=1,length=100>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2
"""

pytestmark = pytest.mark.skipif(not shutil.which("gatk"), reason="GATK is not on PATH")


def indexed(folder, text):
    """Write a genome with its index and dictionary."""
    genome = folder / "genome.fa"
    genome.write_text(text)
    subprocess.run(["samtools", "faidx", genome], check=True)
    subprocess.run(["samtools", "dict", "-o", folder / "genome.dict", genome], check=True)
    return str(genome)


def lifted(folder, given, samples, chain, genome):
    made = str(folder / "lifted.vcf.gz")
    sizes = contig_sizes(f"{genome}.fai")
    scratch = folder / "scratch"
    scratch.mkdir()
    unplaced = lift(str(given), samples, str(chain), genome, sizes, OPTIONS, str(scratch), made)
    return made, unplaced


def complement(bases):
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def test_records_lift_with_their_alleles_or_are_listed_with_the_reason(tmp_path):
    genome = indexed(tmp_path, f">chr1\n{NEW}\n")
    turned = complement(SECOND)
    (tmp_path / "small.chain").write_text(SMALL)
    rows = [
        (5, FIRST[4], "A", "0/1"),
        (8, "T", FIRST[7], "0/1"),
        (10, "G", "T", "0/1"),
        (45, "A", "C", "0/1"),
        (52, turned[1], "C", "0/1"),
        (85, "A", "C", "0/1"),
    ]
    records = [
        f"1\t{pos}\t.\t{ref}\t{alt}\t50\tPASS\tXX=1\tGT:AD\t0/0:9,0\t{call}:7,3\n"
        for pos, ref, alt, call in rows
    ]
    given = tmp_path / "given.vcf"
    given.write_text(HEADER + "".join(records))
    made, unplaced = lifted(tmp_path, given, ["S2"], tmp_path / "small.chain", genome)

    calls = {
        (site.POS, site.REF, *site.ALT): (
            sorted(site.genotypes[0][:2]),
            site.format("AD")[0].tolist(),
        )
        for site in VCF(made)
    }
    assert VCF(made).samples == ["S2"]
    assert calls == {
        (15, FIRST[4], "A"): ([0, 1], [7, 3]),
        (18, FIRST[7], "T"): ([0, 1], [3, 7]),
        (79, complement(turned[1]), "G"): ([0, 1], [7, 3]),
    }
    assert unplaced.to_numpy().tolist() == [
        ["1", 10, "G", "T", "reference allele differs from the genome"],
        ["1", 45, "A", "C", "not in the genome"],
        ["1", 85, "A", "C", "not in the genome"],
    ]


@pytest.mark.parametrize(
    ("given", "lifted_to"),
    [
        ("0/0:0,0:0", ("1/1", "NoEvidence")),
        ("0/0:9,0:9", ("1/1", "NoEvidence")),
        ("0/0:30,0:30", ("1/1", "PASS")),
        ("0/1:2,2:4", ("0/1", "PASS")),
        ("1/1:0,30:30", ("0/0", "PASS")),
    ],
)
def test_a_reference_without_evidence_is_no_carrier_where_the_alleles_are_exchanged(
    tmp_path, given, lifted_to
):
    genome = indexed(tmp_path, f">chr1\n{NEW}\n")
    (tmp_path / "small.chain").write_text(SMALL)
    depth = '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">\n#CHROM'
    record = f"1\t8\t.\tT\t{FIRST[7]}\t50\tPASS\tXX=1\tGT:AD:DP\t{given}\t0/1:9,9:18\n"
    (tmp_path / "given.vcf").write_text(HEADER.replace("#CHROM", depth) + record)
    chain = tmp_path / "small.chain"
    made, _ = lifted(tmp_path, tmp_path / "given.vcf", ["S1", "S2"], chain, genome)
    judge = partial(judge_sites, min_depth=10, min_genotype_quality=20)
    adopted = str(tmp_path / "adopted.bcf")
    sizes = contig_sizes(f"{genome}.fai")
    adopt(made, ["S1", "S2"], genome, sizes, tmp_path / "scratch", adopted, judge)
    (site,) = VCF(adopted)
    alleles = "/".join(map(str, sorted(site.genotypes[0][:2])))
    assert (alleles, site.format("FT")[0]) == lifted_to
    assert dict(site.INFO) == {}


def test_filters_of_single_alleles_are_lifted_with_them(tmp_path):
    genome = indexed(tmp_path, f">chr1\n{NEW}\n")
    chain, given = tmp_path / "small.chain", tmp_path / "given.vcf"
    chain.write_text(SMALL)
    status = '##INFO=<ID=AS_FilterStatus,Number=A,Type=String,Description="Filters">\n#CHROM'
    told = "AS_FilterStatus=SITE|weak,few\tGT:AD\t0/1/2:9,8,3\t0/1:9,9,0\n"
    records = [
        f"1\t{place}\t.\t{old}\t{new}\t50\tPASS\t{told}"
        for place, old, new in ((5, FIRST[4], "A,C"), (52, complement(SECOND)[1], "C,T"))
    ]
    given.write_text(HEADER.replace("#CHROM", status) + "".join(records))
    made, unplaced = lifted(tmp_path, given, ["S1", "S2"], chain, genome)
    adopted = str(tmp_path / "adopted.bcf")
    adopt(made, ["S1", "S2"], genome, contig_sizes(f"{genome}.fai"), tmp_path / "scratch", adopted)
    assert unplaced.empty
    found = [(site.POS, site.ALT[0], site.FILTER) for site in VCF(adopted)]
    expected = [(15, "A", None), (15, "C", "AlleleFilter")]
    assert found == [*expected, (79, "G", None), (79, "A", "AlleleFilter")]


def test_the_mitochondrion_of_hg19_is_not_that_of_grch37(tmp_path):
    genome = indexed(tmp_path, f">chr1\n{NEW}\n>chrM\n{FIRST}\n")
    chain = tmp_path / "small.chain"
    chain.write_text(SMALL + "\nchain 1 chrM 16569 + 0 40 chrM 40 + 0 40 4\n40\n")
    contig = "##contig=<ID=1,length=100>\n"
    record = f"\t5\t.\t{FIRST[4]}\tA\t50\tPASS\t.\tGT\t0/1\t0/1\n"
    for name, length, found in [("MT", 16569, ["chr1", "chrM"]), ("chrM", 16571, ["chr1"])]:
        folder = tmp_path / name
        folder.mkdir()
        given = folder / "given.vcf"
        head = HEADER.replace(contig, f"{contig}##contig=<ID={name},length={length}>\n")
        given.write_text(f"{head}1{record}{name}{record}")
        made, unplaced = lifted(folder, given, ["S1"], chain, genome)
        assert [site.CHROM for site in VCF(made)] == found
        reason = "not the mitochondrion of GRCh37"
        expected = [[name, 5, FIRST[4], "A", reason]] * (2 - len(found))
        assert unplaced.to_numpy().tolist() == expected


@pytest.mark.skipif(not PANEL.exists(), reason="the shared data is not here")
def test_a_real_panel_lifts_to_where_its_authors_lifted_it(tmp_path):
    fasta = gzip.decompress((REAL / "main" / "ref" / "GRCh38.slices.fa.gz").read_bytes())
    genome = indexed(tmp_path, fasta.decode())
    sample = VCF(str(PANEL)).samples[0]
    there, given = [], tmp_path / "given.vcf"
    with given.open("w") as stream:
        stream.write(HEADER.replace("ID=1,length=100", "ID=20,length=63025520"))
        for site in VCF(str(PANEL), samples=[sample]):
            old = [str(site.INFO["GRCH37_POS"]), ".", site.INFO["GRCH37_REF"], ",".join(site.ALT)]
            call = "/".join("." if allele < 0 else str(allele) for allele in site.genotypes[0][:2])
            stream.write("\t".join(["20", *old, "50", "PASS", ".", "GT", call, call]) + "\n")
            there.append((site.CHROM, site.POS, site.REF, tuple(site.ALT), call))
    made, unplaced = lifted(tmp_path, given, ["S1"], CHAIN, genome)

    found = [
        (site.CHROM, site.POS, site.REF, tuple(site.ALT), "/".join(map(str, site.genotypes[0][:2])))
        for site in VCF(made)
    ]
    assert unplaced.empty
    assert len(found) > 3000
    assert sorted(found) == sorted(there)
    sizes = contig_sizes(f"{genome}.fai")
    adopt(made, ["S1"], genome, sizes, tmp_path / "scratch", str(tmp_path / "adopted.bcf"))
    assert len({site.POS for site in VCF(str(tmp_path / "adopted.bcf"))}) > 3000
