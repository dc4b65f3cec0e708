"""Agreement of alleles: by spelling, by replay, by genotype."""

import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcin.quality.concordance import compared, counted, rated
from gcin.quality.replay import Allele, haplotype

REFERENCE = "GATTACAGCCTTTTTTGACGTACGGATCCAGCGCGCGCTA"


def alleles(*fields):
    return sorted(Allele.of(*field) for field in fields)


def verdict(truth, calls):
    found, agrees, right = compared(alleles(*truth), alleles(*calls), REFERENCE)
    return found.tolist(), agrees.tolist(), right.tolist()


SNV = (4, "A", "G", 1)


@pytest.mark.parametrize(
    ("truth", "calls", "found", "agrees", "right"),
    [
        ([SNV], [SNV], [True], [True], [True]),
        ([SNV], [(4, "A", "G", 2)], [True], [False], [True]),
        ([SNV], [(4, "A", "T", 1)], [False], [False], [False]),
        ([SNV], [], [False], [False], []),
        ([], [SNV], [], [], [False]),
        # the same deletion at either end of a run of T
        ([(9, "CT", "C", 1)], [(14, "TT", "T", 1)], [True], [True], [True]),
        ([(9, "CT", "C", 1)], [(14, "TT", "T", 2)], [True], [False], [True]),
        # a block and its parts
        ([(4, "AC", "GT", 1)], [(4, "A", "G", 1), (5, "C", "T", 1)], [True], [True], [True] * 2),
        ([(4, "A", "G", 1), (5, "C", "T", 1)], [(4, "AC", "GT", 1)],
         [True] * 2, [True] * 2, [True]),
        # a change of one base told as a deletion and an insertion
        ([(16, "G", "C", 2)], [(15, "TG", "T", 2), (16, "G", "GC", 2)], [True], [True], [True] * 2),
        # two haplotypes that cannot be had from one
        ([(4, "A", "G", 1), (5, "C", "T", 1)], [(4, "AC", "GT", 2)],
         [True] * 2, [False] * 2, [True]),
        # the one that replays is found, its neighbour is not
        ([(9, "CT", "C", 1), (18, "C", "A", 1)], [(14, "TT", "T", 1), (18, "C", "T", 1)],
         [True, False], [True, False], [True, False]),
    ],
)  # fmt: skip
def test_alleles_that_spell_the_same_agree(truth, calls, found, agrees, right):
    assert verdict(truth, calls) == (found, agrees, right)


def test_two_alleles_cannot_claim_one_place():
    assert haplotype(alleles((4, "AC", "A", 1), (5, "C", "T", 1)), REFERENCE, 0) is None
    assert haplotype(alleles((4, "A", "AG", 1), (4, "A", "AT", 1)), REFERENCE, 0) is None


def test_an_insertion_and_a_substitution_may_share_their_anchor():
    spelt = haplotype(alleles((4, "A", "AGG", 1), (4, "A", "T", 1)), REFERENCE, 0)
    assert spelt == "GATTTGGCAGC" + REFERENCE[9:]


def test_only_what_lies_in_the_regions_counts_but_the_rest_may_explain_it():
    truth = alleles((9, "CT", "C", 1), (30, "G", "A", 1))
    calls = alleles((14, "TT", "T", 1), (2, "T", "A", 1))
    regions = pd.DataFrame({"start": [12], "end": [25]})
    counts = counted(truth, calls, REFERENCE, regions)
    assert counts.loc["ALL"].to_dict() == {
        "truth": 0, "found": 0, "missed": 0, "called": 1, "extra": 0, "agreeing": 0}  # fmt: skip


def test_types_add_up_to_all():
    truth = alleles(SNV, (9, "CT", "C", 1), (30, "G", "A", 1))
    calls = alleles(SNV, (20, "T", "TA", 1))
    counts = counted(truth, calls, REFERENCE, pd.DataFrame({"start": [0], "end": [40]}))
    assert (counts.loc["SNV"] + counts.loc["INDEL"]).equals(counts.loc["ALL"])
    assert counts.loc["ALL", ["found", "missed", "extra"]].tolist() == [1, 2, 1]


def test_rates_follow_from_counts_and_are_missing_without_any():
    counts = pd.DataFrame(
        {"truth": [4, 0], "found": [3, 0], "missed": [1, 0], "called": [5, 0], "extra": [2, 0],
         "agreeing": [2, 0]}, index=["ALL", "SNV"])  # fmt: skip
    rates = rated(counts)[["precision", "recall", "f1", "genotype_agreement"]]
    assert rates.loc["ALL"].tolist() == pytest.approx([3 / 5, 3 / 4, 2 / 3, 2 / 3])
    assert rates.loc["SNV"].isna().all()


@given(st.integers(0, 10**6))
def test_what_was_called_rightly_is_found_wherever_its_indels_are_put(seed):
    """Shift each indel along its repeat; genotypes are told otherwise but the same."""
    chance = random.Random(seed)
    reference = "".join(chance.choices("AC", k=60))
    starts = chance.sample(range(5, 50, 9), 3)
    truth = [(s, reference[s : s + 2], reference[s], chance.choice((1, 2))) for s in starts]
    moved = [_moved(fields, reference, chance) for fields in truth]
    found, agrees, right = compared(alleles(*truth), alleles(*moved), reference)
    assert found.all()
    assert agrees.all()
    assert right.all()


def _moved(fields, reference, chance):
    """Write a deletion of one base at another base of the same run."""
    start, _, _, copies = fields
    base, places = reference[start + 1], [start + 1]
    while reference[places[-1] + 1] == base and places[-1] < 58:
        places.append(places[-1] + 1)
    place = chance.choice(places)
    return place - 1, reference[place - 1 : place + 1], reference[place - 1], copies
