"""No-calls of a given VCF, gene by gene: what no allele of another sample may hide."""

import numpy as np
import pandas as pd
import pytest
from pysam import bcftools

from gcin.tensors.assembly import read_untold
from gcin.tensors.untold import WHOLE, untold_shares

CODING = pd.DataFrame(
    [
        ("chr1", 99, 200, "LONG"),
        ("chr1", 119, 130, "IN"),
        ("chr1", 299, 400, "LONG"),
        ("chr2", 99, 200, "OTHER"),
    ],
    columns=["chromosome", "start", "end", "gene"],
)
HEADER = """\
##fileformat=VCFv4.2
##FILTER=<ID=q10,Description="Weak">
##contig=<ID=chr1,length=1000>
##contig=<ID=chr2,length=1000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Verdict">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}
"""


def shares(folder, samples, *rows, unplaced=(), coding=CODING, targets=None):
    """Shares by gene and sample, of rows `chromosome position reference filter calls`."""
    text = HEADER.format(samples="\t".join(samples))
    for chromosome, position, reference, fails, *calls in rows:
        fields = [chromosome, str(position), ".", reference, reference[0] * 9, ".", fails, "."]
        text += "\t".join([*fields, "GT:FT", *calls]) + "\n"
    (folder / "given.vcf").write_text(text)
    given = str(folder / "given.bcf")
    bcftools.view("-Ob", "-o", given, str(folder / "given.vcf"), catch_stdout=False)
    return untold_shares(given, coding, unplaced, targets)


@pytest.mark.parametrize(
    ("call", "share"),
    [
        ("./.:.", 1),
        ("0/0:NoEvidence", 1),
        ("0/1:LowVQ", 1),
        ("./0:.", 1),
        ("0/0:PASS", 0),
        ("0/1:PASS", 0),
        ("1:.", 0),
    ],
)
def test_a_file_of_one_sample_tells_what_it_does_not_know(tmp_path, call, share):
    found = shares(tmp_path, ["S"], ("chr1", 110, "A", "PASS", call))
    assert found.loc[["LONG", WHOLE], "S"].tolist() == [share, share]


def test_of_the_whole_file_only_the_targets_count(tmp_path):
    rows = [
        ("chr1", place, "A", "PASS", call) for place, call in ((110, "0/1:PASS"), (900, "./.:."))
    ]
    assert shares(tmp_path, ["S"], *rows).loc[WHOLE, "S"] == 0.5
    targets = pd.DataFrame({"chromosome": ["chr1"], "start": [99], "end": [200]})
    assert shares(tmp_path, ["S"], *rows, targets=targets).loc[WHOLE, "S"] == 0


def test_alleles_count_in_every_gene_whose_coding_bases_they_touch(tmp_path):
    none, reference = "./.:.", "0/0:PASS"
    rows = [
        ("chr1", 98, "A", ".", none, none),
        ("chr1", 100, "A", ".", reference, none),
        ("chr1", 116, "ACGT", ".", reference, none),
        ("chr1", 117, "ACGT", ".", reference, none),
        ("chr1", 131, "A", ".", none, reference),
        ("chr1", 201, "A", ".", none, none),
        ("chr1", 400, "A", ".", reference, reference),
        ("chr1", 401, "A", ".", none, none),
        ("chr1", 150, "A", "q10", "0/1:q10", "0/0:q10"),
    ]
    found = shares(tmp_path, ["S", "T"], *rows)
    assert found["S"].to_dict() == pytest.approx({"LONG": 1 / 5, "IN": 0, "OTHER": 0, WHOLE: 4 / 8})
    assert found["T"].to_dict() == pytest.approx({"LONG": 3 / 5, "IN": 1, "OTHER": 0, WHOLE: 6 / 8})


def test_a_file_without_an_allele_says_nothing(tmp_path):
    found = shares(tmp_path, ["S"])
    assert np.isnan(found.loc[WHOLE, "S"])
    assert found["S"].drop(WHOLE).tolist() == [0, 0, 0]


def test_shares_are_read_by_sample_in_the_order_of_the_genes(tmp_path):
    shares(tmp_path, ["NA"], ("chr2", 110, "A", ".", "./.:.")).to_parquet(tmp_path / "a")
    genes = pd.DataFrame({"gene": ["OTHER", "RNA", "IN"]})
    found = read_untold([str(tmp_path / "a")], genes)
    assert found["NA"].genes.tolist() == [1, 0, 0]
    assert found["NA"].whole == 1


@pytest.mark.parametrize(
    ("contigs", "share"), [(["chrM"], 1), (["1", "MT"], 1), (["chr1"], 0), ([], 0)]
)
def test_genes_of_a_mitochondrion_that_was_left_out_are_not_known(tmp_path, contigs, share):
    coding = pd.concat([CODING, CODING.tail(1).assign(chromosome="chrM", gene="MT-ND1")])
    row = ("chr1", 110, "A", ".", "0/1:PASS", "0/0:PASS")
    unplaced = [pd.DataFrame({"chromosome": contigs}, dtype=object)]
    found = shares(tmp_path, ["S", "T"], row, unplaced=unplaced, coding=coding)
    assert found.loc["MT-ND1"].tolist() == [share, share]
    assert found.loc["LONG"].tolist() == [0, 0]
