"""Called genotypes beside a truth set: what was found, missed and called in excess."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from gcin.quality.replay import Allele, same_genotypes, shared_alleles, shared_genotypes

REACH_BASES = 50
TYPES = ("SNV", "INDEL", "ALL")
COUNTS = ["truth", "found", "missed", "called", "extra", "agreeing"]

Matches = tuple[np.ndarray, np.ndarray, np.ndarray]


def compared(truth: Sequence[Allele], calls: Sequence[Allele], reference: str) -> Matches:
    """Match the alleles of one contig, by their own spelling and then by replay.

    Args:
        truth: True alleles, in order.
        calls: Called alleles, in order.
        reference: Sequence of the contig.

    Returns:
        Three boolean arrays: true alleles that were found, true alleles whose number of copies
        was called too, and calls that are true.
    """
    found, agrees, right = _exact(truth, calls)
    for in_truth, in_calls in _clusters(truth, calls):
        if found[in_truth].all() or right[in_calls].all():
            continue
        cluster = _Cluster(truth, calls, in_truth, in_calls, reference)
        cluster.settle(found, agrees, right)
    return found, agrees, right


def _exact(truth: Sequence[Allele], calls: Sequence[Allele]) -> Matches:
    """Match alleles that are spelt alike."""
    index = {(a.start, a.end, a.sequence): number for number, a in enumerate(calls)}
    found, agrees = np.zeros(len(truth), bool), np.zeros(len(truth), bool)
    right = np.zeros(len(calls), bool)
    for number, allele in enumerate(truth):
        other = index.get((allele.start, allele.end, allele.sequence))
        if other is not None:
            found[number] = right[other] = True
            agrees[number] = allele.copies == calls[other].copies
    return found, agrees, right


def _clusters(truth: Sequence[Allele], calls: Sequence[Allele]) -> Iterator[tuple]:
    """Group alleles that lie within reach of each other, as two lists of positions."""
    events = sorted(
        [(a.start, a.end, 0, i) for i, a in enumerate(truth)]
        + [(a.start, a.end, 1, i) for i, a in enumerate(calls)]
    )
    members, last = ([], []), None
    for start, end, side, number in events:
        if last is not None and start > last + REACH_BASES:
            yield members
            members, last = ([], []), None
        members[side].append(number)
        last = end if last is None else max(last, end)
    if events:
        yield members


class _Cluster:
    """Alleles of both sides within reach of each other, and the sequence around them."""

    def __init__(
        self,
        truth: Sequence[Allele],
        calls: Sequence[Allele],
        in_truth: list[int],
        in_calls: list[int],
        reference: str,
    ) -> None:
        self.truth, self.calls = truth, calls
        self.in_truth, self.in_calls = np.array(in_truth, int), np.array(in_calls, int)
        alleles = [truth[i] for i in in_truth] + [calls[i] for i in in_calls]
        self.offset = max(min(allele.start for allele in alleles) - 1, 0)
        self.sequence = reference[self.offset : max(allele.end for allele in alleles) + 1].upper()

    def settle(self, found: np.ndarray, agrees: np.ndarray, right: np.ndarray) -> None:
        """Mark in place what replay finds: the whole cluster, else parts of what is left."""
        if same_genotypes(*self._sides(self.in_truth, self.in_calls), self.sequence, self.offset):
            found[self.in_truth] = agrees[self.in_truth] = right[self.in_calls] = True
            return
        for replay, is_agreement in ((shared_genotypes, True), (shared_alleles, False)):
            left = self.in_truth[~found[self.in_truth]]
            over = self.in_calls[~right[self.in_calls]]
            masks = replay(*self._sides(left, over), self.sequence, self.offset)
            if masks is not None:
                matched = left[np.array(masks[0])]
                found[matched], agrees[matched] = True, is_agreement
                right[over[np.array(masks[1])]] = True

    def _sides(self, in_truth: np.ndarray, in_calls: np.ndarray) -> tuple[list, list]:
        return [self.truth[i] for i in in_truth], [self.calls[i] for i in in_calls]


def within(alleles: Sequence[Allele], regions: pd.DataFrame) -> np.ndarray:
    """Which alleles lie wholly in the regions (`start end`, disjoint, sorted, of one contig)."""
    starts, ends = regions["start"].to_numpy(), regions["end"].to_numpy()
    begin = np.array([allele.start for allele in alleles], int)
    stop = np.array([max(allele.end, allele.start + 1) for allele in alleles], int)
    region = np.searchsorted(starts, begin, side="right") - 1
    return (region >= 0) & (stop <= ends[np.maximum(region, 0)])


def counted(
    truth: Sequence[Allele], calls: Sequence[Allele], reference: str, regions: pd.DataFrame
) -> pd.DataFrame:
    """Count one contig's alleles by type; only those in the regions count.

    Alleles outside may still explain one inside, where the two sides disagree on the place.

    Returns:
        Types by `truth found missed called extra agreeing`.
    """
    found, agrees, right = compared(truth, calls, reference)
    in_truth, in_calls = within(truth, regions), within(calls, regions)
    rows = {}
    for kind in TYPES:
        true = in_truth & _is_of(truth, kind)
        called = in_calls & _is_of(calls, kind)
        rows[kind] = {
            "truth": true.sum(),
            "found": (true & found).sum(),
            "missed": (true & ~found).sum(),
            "called": called.sum(),
            "extra": (called & ~right).sum(),
            "agreeing": (true & agrees).sum(),
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=COUNTS).astype(int)


def _is_of(alleles: Sequence[Allele], kind: str) -> np.ndarray:
    is_snv = np.array([allele.is_snv for allele in alleles], bool)
    return {"SNV": is_snv, "INDEL": ~is_snv, "ALL": np.ones(len(alleles), bool)}[kind]


def rated(counts: pd.DataFrame) -> pd.DataFrame:
    """Add precision, recall, F1 and genotype agreement (0 to 1; missing where nothing counts).

    Precision counts calls, recall counts true alleles: replay may match one with several.
    """
    called, true, found = (counts[name].astype(float) for name in ("called", "truth", "found"))
    precision = (called - counts["extra"]) / called.where(called > 0)
    recall = found / true.where(true > 0)
    total = precision + recall
    return counts.assign(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / total.where(total > 0),
        genotype_agreement=counts["agreeing"] / found.where(found > 0),
    )
