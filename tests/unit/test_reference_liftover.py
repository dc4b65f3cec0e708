"""Lift-over by chain file."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from gcin.reference.liftover import lift_alleles, read_chains

ROOT = Path(__file__).parents[2]
CHAIN = ROOT / "resources" / "liftover" / "GRCh37_to_GRCh38.ensembl.chain.gz"
KNOWN = ROOT.parent / "shared" / "data" / "knowledge" / "civic_variants.grch38.tsv"
# Block 101-150 -> 201-250, ten old bases lost, block 161-200 -> 256-295; another turned round.
SMALL = """\
chain 1 chr1 1000 + 100 200 chr1 1000 + 200 295 1
50 10 5
40

chain 1 chr2 1000 + 0 100 chr3 500 - 100 200 2
100
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.chain"
    path.write_text(SMALL)
    return read_chains(path)


@pytest.fixture(scope="module")
def chains():
    return read_chains(CHAIN)


def place(chains, contig, position):
    lifted = chains.lift(pd.Series([contig]), pd.Series([position])).iloc[0]
    return (lifted["contig"], lifted["position"], bool(lifted["forward"]))


@pytest.mark.parametrize(
    ("contig", "position", "there"),
    [
        ("chr1", 101, ("chr1", 201, True)),
        ("1", 150, ("chr1", 250, True)),
        ("chr1", 161, ("chr1", 256, True)),
        ("chr2", 1, ("chr3", 400, False)),
        ("chr2", 100, ("chr3", 301, False)),
    ],
)
def test_positions_lift_by_their_block(small, contig, position, there):
    assert place(small, contig, position) == there


@pytest.mark.parametrize(("contig", "position"), [("chr1", 100), ("chr1", 155), ("chr9", 5)])
def test_positions_between_blocks_do_not_lift(small, contig, position):
    assert place(small, contig, position)[:2] == ("", 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"chr1\t100\t200\n",
        b"chain 1 chr1 1000 + 100\n50 10 5\n",
        gzip.compress(SMALL.encode())[:-20],
    ],
    ids=["empty", "no chain", "another total", "cut short"],
)
def test_what_is_no_whole_chain_file_is_refused_with_the_remedy(tmp_path, content):
    path = tmp_path / ("bad.chain.gz" if content[:2] == b"\x1f\x8b" else "bad.chain")
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.chain.*chain.*annotation: maf: chain"):
        read_chains(path)


def call(contig, position, end, reference, alternate):
    row = [contig, position, end, reference, alternate]
    return pd.DataFrame([row], columns=["chromosome", "position", "end", "reference", "alternate"])


def test_alleles_are_turned_with_the_strand(small):
    lifted, reason = lift_alleles(call("chr2", 10, 12, "ACC", "-"), small)
    row = lifted.iloc[0]
    assert (row["chromosome"], row["position"], row["end"]) == ("chr3", 389, 391)
    assert (row["reference"], row["alternate"]) == ("GGT", "-")
    assert reason.iloc[0] == ""


def test_an_allele_over_a_gap_is_not_lifted(small):
    assert lift_alleles(call("chr1", 149, 162, "A" * 14, "-"), small)[1].iloc[0] == (
        "torn apart in GRCh38"
    )
    assert lift_alleles(call("chr1", 149, 155, "A" * 7, "-"), small)[1].iloc[0] == "not in GRCh38"


@pytest.mark.parametrize(
    ("contig", "old", "new"),
    [
        ("20", 10_000_000, 10_019_352),
        ("chr17", 7_579_472, 7_676_154),
        ("chr7", 140_453_136, 140_753_336),
    ],
)
def test_known_positions_lift(chains, contig, old, new):
    assert place(chains, contig, old)[1] == new


@pytest.mark.skipif(not KNOWN.exists(), reason="the shared data is not here")
def test_published_variants_lift_to_their_places(chains):
    known = pd.read_csv(KNOWN, sep="\t", dtype={"chrom": str, "chrom_grch37": str})
    for side in ("start", "end"):
        old = known[f"{side}_grch37"]
        lifted = chains.lift(known["chrom"], old)
        assert (lifted["position"] == known[side]).all()
        assert (lifted["contig"] == known["chrom"]).all()
    assert len(known) > 800


@pytest.mark.parametrize("text", ["", "chain 1 chr1 9 + x 9 chr1 9 + 0 9 1\n9\n", "hello\n"])
def test_what_is_no_chain_file_is_refused(tmp_path, text):
    path = tmp_path / "not.chain"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"not\.chain"):
        read_chains(path)
