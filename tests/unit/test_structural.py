"""Structural variants: what each type does to a gene, who carries it, and whose file it must be."""

import subprocess

import pandas as pd
import pytest
from cyvcf2 import VCF

from gcin.structural.effects import (
    COLUMNS,
    Breakpoints,
    CodingGenes,
    breakpoints_of,
    effects_of,
    structural_table,
)
from gcin.structural.joint import unite_structural

# Gene A: exons of 100 bases at 1,000, 2,000 and 3,000; gene B at 5,000; gene C on chr2.
CODING = pd.DataFrame(
    [
        *(("chr1", start, start + 100, "A") for start in (1_000, 2_000, 3_000)),
        ("chr1", 5_000, 5_100, "B"),
        ("chr2", 400, 500, "C"),
    ],
    columns=["chromosome", "start", "end", "gene"],
)


@pytest.mark.parametrize(
    ("kind", "start", "end", "expected"),
    [
        ("DEL", 1_900, 2_050, [("A", "loss")]),
        ("DEL", 2_099, 2_100, [("A", "loss")]),
        ("DEL", 2_100, 2_900, []),
        ("DEL", 2_900, 5_050, [("A", "loss"), ("B", "loss")]),
        ("DUP", 1_500, 2_500, [("A", "loss")]),
        ("DUP", 1_500, 1_900, []),
        ("DUP", 900, 2_500, []),
        ("DUP", 900, 3_200, [("A", "gain")]),
        ("DUP", 900, 6_000, [("A", "gain"), ("B", "gain")]),
        ("DUP", 2_500, 6_000, [("B", "gain")]),
        ("INV", 1_500, 4_000, [("A", "loss")]),
        ("INV", 1_500, 2_500, [("A", "loss")]),
        ("INV", 1_200, 1_900, []),
        ("INV", 900, 3_200, []),
        ("INV", 1_500, 5_050, [("A", "loss"), ("B", "loss")]),
        ("INS", 2_050, 2_051, [("A", "loss")]),
        ("INS", 1_500, 1_501, []),
    ],
)
def test_a_variant_takes_a_gene_or_doubles_it(kind, start, end, expected):
    found = Breakpoints(kind, "chr1", start, "chr1", end)
    assert effects_of(found, CodingGenes(CODING)) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1_500, 450, [("A", "loss"), ("C", "loss")]),
        (4_000, 450, [("C", "loss")]),
        (4_000, 600, []),
    ],
)
def test_a_translocation_parts_the_genes_at_either_end(start, end, expected):
    found = Breakpoints("BND", "chr1", start, "chr2", end)
    assert effects_of(found, CodingGenes(CODING)) == expected


def test_a_variant_on_a_contig_without_genes_alters_none():
    found = Breakpoints("DEL", "chrUn", 1, "chrUn", 9_000)
    assert effects_of(found, CodingGenes(CODING)) == []


HEADER = """##fileformat=VCFv4.2
##fileDate=20260101
##contig=<ID=chr1,length=10000>
##contig=<ID=chr2,length=10000>
##FILTER=<ID=LowQual,Description="Poor">
##ALT=<ID=DEL,Description="Deletion">
##INFO=<ID=PRECISE,Number=0,Type=Flag,Description="Precise">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type">
##INFO=<ID=END,Number=1,Type=Integer,Description="End">
##INFO=<ID=CHR2,Number=1,Type=String,Description="Chromosome of POS2">
##INFO=<ID=POS2,Number=1,Type=Integer,Description="Other place">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter">
"""


def deletion(place, end, *genotypes, passing="PASS", precise="PRECISE;"):
    fields = ["chr1", place, f"DEL{place}", "A", "<DEL>", 100, passing]
    return [*fields, f"{precise}SVTYPE=DEL;END={end}", "GT:FT", *genotypes]


def write(path, samples, *records):
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    text = HEADER + "".join("\t".join(map(str, row)) + "\n" for row in [columns, *records])
    command = ["bcftools", "view", "--output-type", "b", "--output", path]
    subprocess.run(command, input=text.encode(), check=True)
    subprocess.run(["bcftools", "index", path], check=True)
    return str(path)


def test_a_deletion_holds_the_bases_between_its_ends(tmp_path):
    path = write(tmp_path / "s.bcf", ["S"], deletion(1_999, 2_101, "0/1:PASS"))
    record = next(VCF(path))
    assert breakpoints_of(record) == ("DEL", "chr1", 1_999, "chr1", 2_100)


def test_a_translocation_ends_on_the_other_chromosome(tmp_path):
    info = "PRECISE;SVTYPE=BND;END=1501;CHR2=chr2;POS2=450"
    row = ["chr1", 1_500, "BND1", "A", "A[chr2:450[", 100, "PASS", info, "GT:FT", "0/1:PASS"]
    path = write(tmp_path / "s.bcf", ["S"], row)
    table = structural_table(VCF(path), CODING)
    assert table[["gene", "end"]].to_numpy().tolist() == [["A", 450], ["C", 450]]


def test_only_precise_passing_variants_and_genotypes_count(tmp_path):
    path = write(
        tmp_path / "s.bcf",
        ["S0", "S1", "S2", "S3"],
        deletion(900, 1_200, "0/1:PASS", "1/1:LowQual", "0/0:PASS", "./.:PASS"),
        deletion(1_900, 2_200, "0/1:PASS", "0/1:PASS", "0/1:PASS", "1/1:PASS", passing="LowQual"),
        deletion(2_900, 3_200, "0/1:PASS", "0/1:PASS", "0/1:PASS", "1/1:PASS", precise=""),
        deletion(4_900, 5_200, "0/0:PASS", "0/0:PASS", "1/1:PASS", "0/0:PASS"),
    )
    table = structural_table(VCF(path), CODING)
    columns = ["sample", "gene", "effect", "dosage", "type", "start", "end", "id"]
    assert table[columns].to_numpy().tolist() == [
        ["S0", "A", "loss", 1, "DEL", 900, 1_200, "DEL900"],
        ["S2", "B", "loss", 2, "DEL", 4_900, 5_200, "DEL4900"],
    ]


def test_genotyped_samples_are_united_in_order_and_what_nobody_carries_is_left_out(tmp_path):
    genotypes = {"S1": ("0/1:PASS", "0/0:PASS"), "S0": ("0/0:PASS", "0/0:LowQual")}
    paths = [
        write(tmp_path / f"{name}.bcf", [name], deletion(900, 1_200, a), deletion(4_900, 5_200, b))
        for name, (a, b) in genotypes.items()
    ]
    united = str(tmp_path / "structural.vcf.gz")
    unite_structural(paths, ["S0", "S1"], str(tmp_path), united)
    vcf = VCF(united)
    assert vcf.samples == ["S0", "S1"]
    assert "fileDate" not in vcf.raw_header
    assert [(r.ID, r.genotypes) for r in vcf] == [("DEL900", [[0, 0, False], [0, 1, False]])]
    assert (tmp_path / "structural.vcf.gz.tbi").is_file()


def test_a_cohort_of_which_nobody_searched_enters_has_no_structural_variant(tmp_path):
    united = str(tmp_path / "structural.vcf.gz")
    unite_structural([], [], str(tmp_path), united)
    assert (VCF(united).samples, list(VCF(united))) == ([], [])
    assert structural_table(VCF(united), CODING).columns.tolist() == COLUMNS


def test_files_without_a_sample_that_enters_are_refused(tmp_path):
    path = write(tmp_path / "S0.bcf", ["S0"], deletion(900, 1_200, "0/1:PASS"))
    with pytest.raises(ValueError, match=r"missing S1; not expected none"):
        unite_structural([path], ["S0", "S1"], str(tmp_path), str(tmp_path / "united.vcf.gz"))
