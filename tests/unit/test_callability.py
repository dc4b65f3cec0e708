"""The callable share: which part of each gene could have shown a variant."""

import subprocess

import numpy as np
import pandas as pd
import pytest
from cyvcf2 import VCF
from hypothesis import given
from hypothesis import strategies as st

from gcin.tensors.callability import (
    assayed_share,
    callable_bases,
    callable_share,
    covered,
    reached_shares,
    read_bed,
    read_gene_list,
    read_thresholds,
    well_covered_bases,
)

HEADER = """##fileformat=VCFv4.2
##contig=<ID=chr1,length=1000>
##ALT=<ID=NON_REF,Description="Other allele">
##INFO=<ID=END,Number=1,Type=Integer,Description="End of the block">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">
##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Lowest reads">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	S
"""
CODING = pd.DataFrame(
    {
        "chromosome": ["chr1", "chr1", "chr1", "chr9"],
        "start": [100, 300, 500, 10],
        "end": [200, 400, 600, 60],
        "gene": ["AAA", "AAA", "BBB", "CCC"],
    }
)
GENES = pd.DataFrame({"gene": ["AAA", "BBB", "CCC", "RNA"], "coding_bases": [200, 100, 50, 0]})
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=8)


@given(blocks=SPANS, queries=SPANS)
def test_covered_bases_equal_those_counted_one_by_one(blocks, queries):
    intervals = np.array([(start, start + size) for start, size in blocks]).reshape(-1, 2)
    asked = pd.DataFrame([(s, s + size) for s, size in queries], columns=["start", "end"])
    seen = {base for start, end in intervals for base in range(start, end)}
    expected = [len(seen & set(range(s, e))) for s, e in asked.to_numpy()]
    assert covered(asked, intervals).tolist() == expected


@pytest.fixture
def gvcf(tmp_path):
    rows = [
        "chr1	101	.	A	<NON_REF>	.	.	END=150	GT:DP:MIN_DP:GQ	0/0:30:12:40",
        "chr1	151	.	A	<NON_REF>	.	.	END=200	GT:DP:MIN_DP:GQ	0/0:30:9:40",
        "chr1	301	.	AC	G,<NON_REF>	50	.	.	GT:DP:GQ	0/1:25:99",
        "chr1	303	.	A	<NON_REF>	.	.	END=400	GT:DP:MIN_DP:GQ	0/0:30:30:19",
        "chr1	501	.	A	<NON_REF>	.	.	END=700	GT:DP:MIN_DP:GQ	0/0:30:30:20",
    ]
    path = tmp_path / "s.g.vcf.gz"
    text = HEADER + "".join(f"{row}\n" for row in rows)
    command = ["bcftools", "view", "--output-type", "z", "--output", path]
    subprocess.run(command, input=text.encode(), check=True)
    subprocess.run(["bcftools", "index", "--tbi", path], check=True)
    return VCF(str(path))


def test_blocks_with_depth_and_quality_are_callable(gvcf):
    counts = callable_bases(gvcf, CODING, min_depth=10, min_genotype_quality=20)
    assert counts["gene"].tolist() == ["AAA", "BBB", "CCC"]
    assert counts["bases"].tolist() == [200, 100, 50]
    assert counts["callable"].tolist() == [50 + 2, 100, 0]


@pytest.mark.parametrize(
    ("targets", "listed", "share"),
    [
        (None, None, [1, 1, 1, 0]),
        (None, {"BBB", "RNA"}, [0, 1, 0, 0]),
        ([("chr1", 150, 350)], None, [0.5, 0, 0, 0]),
        ([("chr1", 150, 350), ("chr1", 160, 550)], {"BBB"}, [0, 0.5, 0, 0]),
    ],
)
def test_assay_limits_what_is_looked_at(targets, listed, share):
    bed = targets and pd.DataFrame(targets, columns=["chromosome", "start", "end"])
    assert assayed_share(GENES, CODING, bed, listed).tolist() == share


@pytest.mark.parametrize(
    ("kind", "measured", "share"),
    [
        ("fastq", [0.3, 0.9], [0.3, 0]),
        ("vcf", None, [0.5 * 0.75, 0]),
        ("maf", None, [0.5, 0]),
    ],
)
def test_each_kind_of_sample_has_its_own_evidence(kind, measured, share):
    assayed, missing = np.array([0.5, 0.0]), np.array([0.25, 0.25])
    measured = None if measured is None else np.array(measured)
    assert callable_share(kind, assayed, measured, missing) == pytest.approx(share)


@pytest.mark.parametrize("contig", ["chr1", "1"])
def test_a_gene_that_no_call_can_be_lifted_to_was_not_looked_at(tmp_path, contig):
    coding = pd.DataFrame(
        [(contig, 10, 20, "AAA"), (contig, 30, 40, "AAA"), (contig, 50, 60, "BBB")],
        columns=CODING.columns,
    )
    chain = tmp_path / "old.chain"
    # Read on the other strand, the block ends where the first exon begins its second half.
    chain.write_text("chain 9 chr1 100 + 0 25 chr1 100 - 60 85 1\n25\n")
    rows = [
        ("S1", "maf", "GRCh37"), ("S2", "vcf", "GRCh37"), ("S3", "bam", "GRCh37"),
        ("S4", "maf", "GRCh38"),
    ]  # fmt: skip
    manifest = pd.DataFrame(rows, columns=["sample", "kind", "assembly"])
    genes = pd.DataFrame({"gene": ["BBB", "AAA"]})
    shares = reached_shares(manifest, genes, coding, [str(chain)])
    assert {name: share.tolist() for name, share in shares.items()} == {
        "S1": [0.0, 0.75],
        "S2": [0.0, 0.75],
    }
    assert reached_shares(manifest, genes, coding, []) == {}


def test_bed_and_gene_list_skip_what_is_no_row_and_older_symbols_are_met(tmp_path, caplog):
    (tmp_path / "a.bed").write_text("track name=x\n# note\nchr1\t5\t9\tAAA\t0\n\nchr1\t7\t8\tB\n")
    bed = read_bed(tmp_path / "a.bed")
    assert bed.to_numpy().tolist() == [["chr1", 5, 9, "AAA"], ["chr1", 7, 8, "B"]]
    (tmp_path / "genes.txt").write_text("# panel\nAAA\n\n BBB \nOLD\nNOBODY\n")
    aliases = tmp_path / "aliases.tsv"
    aliases.write_text(
        "old_symbol\tapproved_symbol\tis_approved_symbol_itself\tuse\nOLD\tNEW\t0\t1\n"
    )
    universe = pd.Series(["AAA", "BBB", "NEW", "ZZZ"])
    assert read_gene_list(tmp_path / "genes.txt", universe, aliases) == {"AAA", "BBB", "NEW"}
    assert "1 listed genes are unknown: NOBODY" in caplog.text


def test_depth_alone_tells_what_of_a_tumour_is_callable(tmp_path):
    path = tmp_path / "depth.thresholds.bed"
    lines = ["#chrom\tstart\tend\tregion\t20X", "chr1\t100\t200\tAAA\t80"]
    lines += ["chr1\t300\t400\tAAA\t0", "chr1\t500\t600\tBBB\t100"]
    path.write_text("\n".join(lines) + "\n")
    counts = well_covered_bases(read_thresholds(path), CODING).set_index("gene")
    assert counts["bases"].to_dict() == {"AAA": 200, "BBB": 100, "CCC": 50}
    assert counts["callable"].to_dict() == {"AAA": 80, "BBB": 100, "CCC": 0}
