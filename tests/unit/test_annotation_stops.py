"""What becomes of a stop codon whose end an allele reaches over is told by its bases."""

import pandas as pd
import pytest
from test_annotation_csq import MODEL, blocks_of

from gcin.annotation.stops import reread_stops

#         11 ATG 14 CAG 17 TAA, behind: 20 TGACCATC, intron 28 to 40, 41 GGG
GENOME = "C" * 10 + "ATGCAGTAA" + "TGACCATC" + "GTAAGTCCCTTAG" + "GGG" + "C" * 6
LENGTH = len(GENOME)
CODED = {
    "transcript": "T1",
    "gene": "A",
    "chromosome": "chr1",
    "strand": "+",
    "biotype": "protein_coding",
    "exon_starts": [8, 41],
    "exon_ends": [27, 43],
    "coding_starts": [11],
    "coding_ends": [19],
}
TURNED = {
    name: [LENGTH + 1 - place for place in CODED[other]][::-1]
    for name, other in (
        ("exon_starts", "exon_ends"),
        ("exon_ends", "exon_starts"),
        ("coding_starts", "coding_ends"),
        ("coding_ends", "coding_starts"),
    )
}
COMPLEMENT = str.maketrans("ACGT", "TGCA")
CSQ = "missense|B|T2|protein_coding|+|1A>1C|x,stop_lost&3_prime_utr|A|T1|protein_coding|+"


def reread(position, reference, alternate, model=CODED, genome=GENOME, csq=CSQ):
    row = ["chr1", position, reference, alternate, csq]
    columns = ["chromosome", "position", "reference", "alternate", "prediction"]
    fetch = lambda contig, first, last: genome[first - 1 : last]  # noqa: E731
    return reread_stops(pd.DataFrame([row], columns=columns), pd.DataFrame([model]), fetch).item()


FATES = [
    ((18, "AATGA", "A"), "stop_lost"),
    ((18, "AAT", "A"), "stop_retained"),
    ((18, "AATG", "A"), "stop_retained"),
    ((16, "GTAATGACC", "G"), "stop_lost"),
    ((16, "GTAA", "G"), None),
    ((18, "AAT", "AGCC"), "stop_retained"),
    ((18, "AATGACCATC", "A"), "stop_retained"),
    ((17, "TAATGACCATC", "T"), "stop_lost"),
    ((18, "AATG", "CGTG"), None),
    ((19, "A", "ATG"), None),
]


@pytest.mark.parametrize(("site", "fate"), FATES)
def test_a_stop_is_retained_where_the_altered_sequence_has_one_there(site, fate):
    kept = CSQ.split(",")[0]
    assert reread(*site) == (f"{kept},{fate}|A|T1|protein_coding|+" if fate else CSQ)


@pytest.mark.parametrize(("site", "fate"), FATES)
def test_the_other_strand_is_read_from_its_end(site, fate):
    position, reference, alternate = site
    anchor = len(reference) != len(alternate) and reference[0] == alternate[0]
    before = GENOME[position + len(reference) - 1].translate(COMPLEMENT) if anchor else ""
    first = LENGTH + 2 - position - len(reference) - anchor
    turned = [before + text[anchor:].translate(COMPLEMENT)[::-1] for text in (reference, alternate)]
    genome = GENOME.translate(COMPLEMENT)[::-1]
    told = reread(first, *turned, CODED | TURNED | {"strand": "-"}, genome)
    assert told.split("|")[6] == f"x,{fate or 'stop_lost&3_prime_utr'}"


def test_what_leaves_the_exon_and_what_csq_says_nothing_of():
    assert reread(18, "AATGACCATCG", "A") == CSQ
    assert reread(18, "AATG", "A", csq=None) == "stop_retained|A|T1|protein_coding|+"


def test_a_transcript_that_ends_before_has_lost_its_stop():
    short = CODED | {"exon_starts": [8], "exon_ends": [21]}
    assert reread(18, "AATG", "A", short, csq=None) == "stop_lost|A|T1|protein_coding|+"


@pytest.mark.parametrize(
    ("said", "term"), [("stop_retained", "stop_retained_variant"), ("stop_lost", "stop_lost")]
)
def test_a_block_says_it_and_names_the_untranslated_bases(said, term):
    block = blocks_of(1448, "ACGTA", "A", f"{said}|AAA|T1|protein_coding|+", [MODEL])[0]
    assert block["Consequence"] == f"{term}&3_prime_UTR_variant"
