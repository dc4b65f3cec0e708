"""Coding bases replaced by another number of them are translated, whatever csq says of them."""

import pandas as pd
import pytest

from gcin.annotation.complexes import reread_complexes
from gcin.annotation.consequences import terms_of
from gcin.annotation.csq import as_vep, read_changes

#         11 ATG 14 CAG 17 GAC 20 TG, intron, 30 T 31 TAC 34 CCA 37 AAA 40 TAA
GENOME = "C" * 10 + "ATGCAGGACTG" + "GTAAGTAG" + "TTACCCAAAATAA" + "C" * 8
LENGTH = len(GENOME)
MODEL = {
    "transcript": "T1",
    "gene": "A",
    "chromosome": "chr1",
    "strand": "+",
    "biotype": "protein_coding",
    "phase": 0,
    "coding_starts": [11, 30],
    "coding_ends": [21, 42],
}
CSQ = "stop_lost|A|T1|protein_coding|+|1A>1*|x"
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def reread(site, model=MODEL, genome=GENOME, csq=CSQ):
    columns = ["position", "reference", "alternate"]
    table = pd.DataFrame([site], columns=columns).assign(chromosome="chr1", prediction=csq)
    fetch = lambda contig, first, last: genome[first - 1 : last]  # noqa: E731
    return reread_complexes(table, pd.DataFrame([model]), fetch).item()


def change(told):
    row = read_changes(pd.Series([told])).iloc[0]
    bits = as_vep(row["bits"], row["old"], row["new"], "indel", in_start_codon=False)
    return terms_of(bits), row["place"], row["old"], row["new"]


CHANGES = [
    ((14, "CAGGA", "TT"), (["protein_altering_variant"], 2, "QD", "F")),
    ((31, "TACC", "A"), (["protein_altering_variant"], 5, "YP", "T")),
    ((14, "CAGGAC", "TAG"), (["stop_gained"], 2, "QD", "*")),
    ((33, "CC", "GATGA"), (["stop_gained"], 5, "YP", "*MT")),
    ((14, "CA", "TTTTG"), (["protein_altering_variant"], 2, "Q", "FW")),
    ((17, "GACT", "C"), (["protein_altering_variant"], 3, "DC", "R")),
    ((38, "AATA", "C"), (["stop_lost", "protein_altering_variant"], 7, "K*", "T")),
    ((40, "TA", "CCCCC"), (["stop_lost"], 8, "*", "PP")),
    (
        (38, "AATAA", "CTTAAGGG"),
        (["protein_altering_variant", "stop_retained_variant"], 7, "K*", "T*G"),
    ),
    ((38, "AATAA", "CGGGTTAG"), (["protein_altering_variant"], 7, "K*", "TG*")),
]


@pytest.mark.parametrize(("site", "told"), CHANGES)
def test_codons_that_are_touched_are_translated(site, told):
    assert change(reread(site)) == told


@pytest.mark.parametrize(("site", "told"), CHANGES)
def test_those_of_the_other_strand_are_read_from_its_end(site, told):
    position, reference, alternate = site
    turned = (
        LENGTH + 2 - position - len(reference),
        *(text.translate(COMPLEMENT)[::-1] for text in (reference, alternate)),
    )
    places = {
        "coding_starts": [LENGTH - 41, LENGTH - 20],
        "coding_ends": [LENGTH - 29, LENGTH - 10],
    }
    genome = GENOME.translate(COMPLEMENT)[::-1]
    assert change(reread(turned, MODEL | {"strand": "-"} | places, genome)) == told


@pytest.mark.parametrize(
    ("site", "model"),
    [
        ((14, "CAGGA", "T"), {}),
        ((14, "CAGG", "C"), {}),
        ((14, "C", "CAAA"), {}),
        ((14, "CA", "TT"), {}),
        ((12, "TGCA", "C"), {}),
        ((20, "TGGT", "C"), {}),
        ((14, "CAGGA", "TT"), {"phase": 1}),
        ((14, "CAGGA", "TT"), {"transcript": "T2"}),
    ],
    ids=[
        *("out of frame", "deletion", "insertion", "one length", "first codon"),
        *("border", "part of a codon first", "another transcript"),
    ],
)
def test_what_csq_says_of_all_else_stays(site, model):
    assert reread(site, MODEL | model) == CSQ


def test_entries_of_other_transcripts_and_of_nothing_stay():
    entries = "3_prime_utr|B|T9|protein_coding,inframe_altering|A|T1|protein_coding|+|1A>1C,@3"
    told = reread((14, "CAGGA", "TT"), csq=entries).split(",")
    assert told[::2] == entries.split(",")[::2]
    assert told[1].endswith("2QD>2F")
    assert pd.isna(reread((14, "CAGGA", "TT"), csq=None))
