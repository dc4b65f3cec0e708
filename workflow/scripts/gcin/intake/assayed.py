"""Over which bases a sample's reads are measured: those that the cards of its cohorts target."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from gcin.intake.kinds import SEQUENCED


class Assayed(NamedTuple):
    """What the cohorts that a sample stands in look at.

    Attributes:
        targets: BEDs of their cards, sorted, each once.
        everything: Whether one of them has no targets, so that all that is called counts.
    """

    targets: tuple[str, ...]
    everything: bool


def assayed_by_sample(
    rows: pd.DataFrame, cards: Mapping[str, Mapping], kinds: Iterable[str]
) -> dict[str, Assayed]:
    """Name what is looked at in each sample of some kinds, in any of its cohorts.

    A sample is processed once, however many cohorts it stands in; each of these counts its own.

    Args:
        rows: The sheet, with `cohort sample kind`.
        cards: Each cohort's card, with `targets`.
        kinds: Those whose reads are at hand.
    """
    named = {}
    for row in rows[rows["kind"].isin(kinds)].itertuples():
        named.setdefault(row.sample, set()).add(cards[row.cohort]["targets"])
    return {
        sample: Assayed(tuple(sorted(own - {None})), None in own) for sample, own in named.items()
    }


def doubts_about_assays(
    reference: Mapping, rows: pd.DataFrame, cards: Mapping[str, Mapping]
) -> list[str]:
    """Say which exomes and panels are measured over the whole genome, as nothing tells their bases.

    Args:
        reference: Settings of the stage.
        rows: The sheet.
        cards: Each cohort's card.
    """
    if reference["calling_intervals"] is not None:
        return []
    reads = sorted(set(rows["cohort"][rows["kind"].isin(SEQUENCED)]))
    whole = [
        cohort
        for cohort in reads
        if cards[cohort]["assay"] != "wgs" and cards[cohort]["targets"] is None
    ]
    if not whole:
        return []
    return [
        f"cohort(s) {', '.join(whole[:5])} are exomes or panels without targets, and the whole "
        "genome is called: depth, the shares covered and missingness are those of all its bases. "
        "Name targets in the card."
    ]
