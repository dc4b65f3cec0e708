"""Genes of the mitochondrion are read by its own code."""

import pandas as pd
import pytest

from gcin.annotation.codons import RESIDUES_OF
from gcin.annotation.consequences import terms_of
from gcin.annotation.csq import as_vep, read_changes
from gcin.annotation.mitochondria import reread

#          ATA CCC TGA GCC TTA CTC AGA, from base 11 on; the last gene ends within a codon
CODING = "ATACCCTGAGCCTTACTCAGA"
GENOME = "C" * 10 + CODING + "C" * 9
MODEL = {
    "transcript": "T1",
    "gene": "MT-A",
    "chromosome": "chrM",
    "strand": "+",
    "biotype": "protein_coding",
    "phase": 0,
    "coding_starts": [11],
    "coding_ends": [31],
}
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def fetch(contig, first, last):
    return GENOME[first - 1 : last]


def predictions(*sites, models=(MODEL,), read=fetch, chromosome="chrM", csq=None):
    columns = ["position", "reference", "alternate"]
    table = pd.DataFrame(sites, columns=columns).assign(chromosome=chromosome, prediction=csq)
    return reread(table, pd.DataFrame(models), read)


def change(*site, **more):
    row = read_changes(predictions(site, **more)).iloc[0]
    kind, first = ("SNV" if len(site[1]) == 1 else "substitution"), row["place"] == 1
    bits = as_vep(row["bits"], row["old"], row["new"], kind, in_start_codon=first)
    return terms_of(bits), row["place"], row["old"], row["new"]


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ((19, "A", "G"), (["synonymous_variant"], 3, "W", "W")),
        ((19, "A", "C"), (["missense_variant"], 3, "W", "C")),
        ((24, "T", "G"), (["missense_variant"], 5, "L", "W")),
        ((13, "A", "G"), (["synonymous_variant"], 1, "M", "M")),
        ((13, "A", "C"), (["start_lost"], 1, "M", "I")),
        ((18, "GA", "AG"), (["stop_gained"], 3, "W", "*")),
        ((19, "AG", "GT"), (["missense_variant"], 3, "WA", "WS")),
        ((30, "G", "C"), (["stop_lost"], 7, "*", "T")),
        ((31, "A", "G"), (["stop_retained_variant"], 7, "*", "*")),
    ],
)
def test_codons_are_read_as_the_mitochondrion_does(site, told):
    assert change(*site) == told


def test_a_gene_on_the_other_strand_is_read_from_its_end():
    turned = GENOME.translate(COMPLEMENT)[::-1]
    length = len(GENOME)
    model = MODEL | {"strand": "-", "coding_starts": [length - 30], "coding_ends": [length - 10]}
    site = (length + 1 - 19, "T", "C")
    read = lambda contig, first, last: turned[first - 1 : last]  # noqa: E731
    assert change(*site, models=[model], read=read) == (["synonymous_variant"], 3, "W", "W")


def test_entries_of_other_transcripts_stay():
    csq = "stop_lost|MT-A|T1|protein_coding|+|3*>3W|19A>G,missense|MT-B|T2|protein_coding|+|1A>1T|x"
    found = predictions((19, "A", "G"), csq=csq)[0].split(",")
    assert [entry.split("|")[:3] for entry in found] == [
        ["missense", "MT-B", "T2"],
        ["synonymous", "MT-A", "T1"],
    ]


@pytest.mark.parametrize(
    ("site", "more"),
    [
        ((19, "A", "G"), {"chromosome": "chr1"}),
        ((19, "AG", "A"), {}),
        ((10, "CA", "TT"), {}),
        ((35, "C", "A"), {}),
        ((31, "A", "G"), {"models": [MODEL | {"coding_ends": [30]}]}),
        ((29, "A", "G"), {"models": [MODEL | {"coding_ends": [30]}]}),
        ((19, "A", "G"), {"read": lambda contig, first, last: "N" * (last - first + 1)}),
    ],
    ids=["nucleus", "other length", "border", "outside", "beyond", "part of a codon", "unknown"],
)
def test_what_csq_says_of_all_else_stays(site, more):
    assert predictions(site, csq="as it was", **more).tolist() == ["as it was"]


def test_the_table_differs_from_the_standard_one_in_four_codons():
    table = RESIDUES_OF["mitochondrion"]
    own = {codon: table[codon] for codon in ("AGA", "AGG", "ATA", "TGA")}
    assert own == {"AGA": "*", "AGG": "*", "ATA": "M", "TGA": "W"}
    assert {codon for codon in table if table[codon] != RESIDUES_OF["nucleus"][codon]} == {*own}
