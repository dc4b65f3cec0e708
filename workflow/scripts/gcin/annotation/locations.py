"""Where in a transcript a variant lies: VEP's terms that need no sequence.

The distances are those of Ensembl Variation release 115: splice sites are the two outer bases of
an intron, the splice region three bases of the exon and bases 3 to 8 of the intron, the donor
region bases 3 to 6 (the 5th apart), the polypyrimidine tract bases 3 to 17 before the acceptor.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.annotation.consequences import BIT
from gcin.annotation.transcripts import Transcripts

FRAMESHIFT_INTRON = 13
REACH = 20


@dataclass(frozen=True)
class Pairs:
    """Variants paired with transcripts, one pair a place in each array.

    Attributes:
        variant: Row number of the variant.
        transcript: Row number of the transcript.
        start: First base of the variant; an insertion has `start = end + 1`.
        end: Last base of the variant.
        low: Lower of both.
        high: Higher of both.
    """

    variant: np.ndarray
    transcript: np.ndarray
    start: np.ndarray
    end: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> "Pairs":
        """Pick pairs by mask or number."""
        return Pairs(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def pair_up(placed: pd.DataFrame, variant: np.ndarray, transcript: np.ndarray) -> Pairs:
    """Put pairs of row numbers together with the places of their variants."""
    columns = (placed[name].to_numpy(np.int64)[variant] for name in ("start", "end", "low", "high"))
    return Pairs(variant, transcript, *columns)


def outside_terms(pairs: Pairs, transcripts: Transcripts, distance: int) -> np.ndarray:
    """Terms of pairs whose variant does not touch the transcript; 0 where it does."""
    start = transcripts.table["start"].to_numpy()[pairs.transcript]
    end = transcripts.table["end"].to_numpy()[pairs.transcript]
    before = (pairs.end < start) & (pairs.end >= start - distance)
    after = (pairs.start > end) & (pairs.start <= end + distance)
    forward = transcripts.forward[pairs.transcript]
    upstream, downstream = BIT["upstream_gene_variant"], BIT["downstream_gene_variant"]
    low_term = np.where(forward, upstream, downstream)
    high_term = np.where(forward, downstream, upstream)
    return np.where(before, low_term, 0) | np.where(after, high_term, 0)


def distances(pairs: Pairs, transcripts: Transcripts) -> np.ndarray:
    """Bases between variant and transcript, for pairs that do not touch."""
    start = transcripts.table["start"].to_numpy()[pairs.transcript]
    end = transcripts.table["end"].to_numpy()[pairs.transcript]
    ends = [start - pairs.start, start - pairs.end, end - pairs.start, end - pairs.end]
    return np.min(np.abs(ends), axis=0)


@dataclass(frozen=True)
class Touched:
    """What variants touch of transcripts, one pair a place.

    Attributes:
        bits: Terms that the location alone tells.
        in_coding: Whether coding bases are touched.
        within_coding: Whether nothing but coding bases of one exon is touched.
        joint: Whether bases are inserted between a coding exon and an intron, with coding bases on
            the other side of the intron.
        exons: First and last exon touched, counted from 0 upwards the genome; -1 where none.
        introns: The same of introns.
    """

    bits: np.ndarray
    in_coding: np.ndarray
    within_coding: np.ndarray
    joint: np.ndarray
    exons: tuple[np.ndarray, np.ndarray]
    introns: tuple[np.ndarray, np.ndarray]

    def __getitem__(self, chosen: np.ndarray) -> "Touched":
        """Pick pairs by mask or number."""
        flags = (self.bits, self.in_coding, self.within_coding, self.joint)
        ranges = (tuple(end[chosen] for end in span) for span in (self.exons, self.introns))
        return Touched(*(flag[chosen] for flag in flags), *ranges)


def inside_terms(pairs: Pairs, transcripts: Transcripts) -> Touched:
    """Find what each variant touches of a transcript that it overlaps."""
    first = transcripts.exon_at(pairs.transcript, pairs.low - REACH)
    first = np.maximum(first, transcripts.first[pairs.transcript])
    last = transcripts.exon_at(pairs.transcript, pairs.high + REACH)
    count = np.maximum(last - first + 1, 1)
    row = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    exon, own = first[row] + offset, pairs[row]
    exonic = _exon_terms(own, exon, transcripts)
    intronic, is_intron = _intron_terms(own, exon, transcripts)
    heads = np.cumsum(count) - count
    bits = np.bitwise_or.reduceat(exonic.bits | intronic, heads)
    number = exon - transcripts.first[own.transcript]
    return Touched(
        bits=_settle(bits, pairs, transcripts),
        in_coding=np.logical_or.reduceat(exonic.in_coding, heads),
        within_coding=np.logical_or.reduceat(exonic.within_coding, heads),
        joint=np.logical_or.reduceat(exonic.joint, heads),
        exons=_range(number, exonic.touched, heads),
        introns=_range(number, is_intron, heads),
    )


@dataclass(frozen=True)
class _Exonic:
    """What a variant touches of one exon."""

    bits: np.ndarray
    touched: np.ndarray
    in_coding: np.ndarray
    within_coding: np.ndarray
    joint: np.ndarray


def _exon_terms(own: Pairs, exon: np.ndarray, transcripts: Transcripts) -> _Exonic:
    """Untranslated, coding and non-coding exon terms of pairs of variant and exon."""
    start, end = transcripts.exon_start[exon], transcripts.exon_end[exon]
    first, last = transcripts.coding_start[own.transcript], transcripts.coding_end[own.transcript]
    coding = last > 0
    inserted = own.start > own.end
    touched = (own.end >= start) & (own.start <= end)
    beside = (own.high >= start) & (own.low <= end)
    low, high = np.maximum(start, first), np.minimum(end, last)
    in_coding = coding & (low <= high) & (own.end >= low) & (own.start <= high)
    within = in_coding & (own.low >= low) & (own.high <= high)
    joint = (own.start == start) & (start > first) & (start <= last)
    joint |= (own.end == end) & (end < last) & (end >= first)
    joint &= coding & inserted
    before = coding & beside & ((own.start < first) | (inserted & (own.start == first)))
    after = coding & beside & ((own.end > last) | (inserted & (own.end == last)))
    forward = transcripts.forward[own.transcript]
    five = np.where(forward, before, after)
    three = np.where(forward, after, before)
    bits = np.where(five, BIT["5_prime_UTR_variant"], 0)
    bits |= np.where(three, BIT["3_prime_UTR_variant"], 0)
    bits |= np.where(~coding & touched, BIT["non_coding_transcript_exon_variant"], 0)
    return _Exonic(bits, beside, in_coding, within, joint)


def _intron_terms(
    own: Pairs, exon: np.ndarray, transcripts: Transcripts
) -> tuple[np.ndarray, np.ndarray]:
    """Intron and splice terms of pairs of variant and the intron after an exon."""
    after = np.minimum(exon + 1, len(transcripts.exon_start) - 1)
    start, end = transcripts.exon_end[exon] + 1, transcripts.exon_start[after] - 1
    last = transcripts.first[own.transcript] + transcripts.count[own.transcript] - 1
    is_intron = (exon < last) & (end - start + 1 >= FRAMESHIFT_INTRON)
    forward = transcripts.forward[own.transcript]
    inserted = own.start > own.end

    def touches(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return (own.end >= low) & (own.start <= high)

    def beside(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return (own.high >= low) & (own.low <= high)

    edges = inserted & ((own.start == start + 2) | (own.end == end - 2))
    joints = inserted & ((own.start == start) | (own.end == end))
    near = touches(start + 2, start + 7) | touches(end - 7, end - 2) | touches(end + 1, end + 3)
    near |= touches(start - 3, start - 1) | edges | joints
    fifth = np.where(forward, touches(start + 4, start + 4), touches(end - 4, end - 4))
    region = np.where(forward, touches(start + 2, start + 5), touches(end - 5, end - 2))
    tract = np.where(forward, beside(end - 16, end - 2), beside(start + 2, start + 16))
    tract &= beside(start, end)
    low_site, high_site = touches(start, start + 1), touches(end - 1, end)
    terms = {
        "splice_donor_variant": np.where(forward, low_site, high_site),
        "splice_acceptor_variant": np.where(forward, high_site, low_site),
        "splice_donor_5th_base_variant": fifth,
        "splice_donor_region_variant": region & ~fifth,
        "splice_polypyrimidine_tract_variant": tract,
        "splice_region_variant": near,
        "intron_variant": touches(start + 2, end - 2) | edges,
    }
    bits = np.zeros(len(exon), np.int64)
    for term, holds in terms.items():
        bits |= np.where(holds & is_intron, BIT[term], 0)
    return bits, is_intron & beside(start, end)


def _settle(bits: np.ndarray, pairs: Pairs, transcripts: Transcripts) -> np.ndarray:
    """Terms that depend on others: splice region yields, whole transcripts count as lost."""
    sites = BIT["splice_donor_variant"] | BIT["splice_acceptor_variant"]
    sites |= BIT["splice_donor_region_variant"] | BIT["splice_donor_5th_base_variant"]
    bits = np.where(bits & sites, bits & ~BIT["splice_region_variant"], bits)
    coding = transcripts.coding_end[pairs.transcript] > 0
    exonic = (bits & BIT["non_coding_transcript_exon_variant"]) != 0
    bits = bits | np.where(~coding & ~exonic, BIT["non_coding_transcript_variant"], 0)
    decayed = transcripts.table["biotype"].eq("nonsense_mediated_decay").to_numpy()
    bits |= np.where(decayed[pairs.transcript], BIT["NMD_transcript_variant"], 0)
    start = transcripts.table["start"].to_numpy()[pairs.transcript]
    end = transcripts.table["end"].to_numpy()[pairs.transcript]
    whole = (pairs.start <= start) & (pairs.end >= end)
    return np.where(whole, BIT["transcript_ablation"], bits)


def _range(
    number: np.ndarray, touched: np.ndarray, heads: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and last touched number of each pair's rows; -1 where none is."""
    none = np.iinfo(np.int64).max
    first = np.minimum.reduceat(np.where(touched, number, none), heads)
    last = np.maximum.reduceat(np.where(touched, number, -1), heads)
    return np.where(first == none, -1, first), last


def added_bases(placed: pd.DataFrame, pairs: Pairs) -> np.ndarray:
    """Bases by which the allele of each pair is longer than the reference, int64."""
    own = placed.iloc[pairs.variant]
    return (own["alternate"].str.len() - own["reference"].str.len()).to_numpy(np.int64)


def terms_beside(
    placed: pd.DataFrame, pairs: Pairs, touched: Touched, told: pd.DataFrame
) -> np.ndarray:
    """Terms of what does not lie within coding bases alone, but tells what becomes of them.

    As VEP has it, bases between a coding exon and an intron are inserted into the coding sequence,
    and what reaches from untranslated bases into the first or the last codon takes it away; but not
    a substitution the last one, nor what leaves a stop there (`gcin.annotation.stops`).

    Args:
        placed: Variants, see `gcin.annotation.alleles`.
        pairs: Variants and transcripts.
        touched: What they touch.
        told: Of each pair whether the genome has an N in a codon that is touched, `unknown`, and
            `bits`, terms of its prediction, missing where it has none.

    Returns:
        Terms as bits, 0 where a variant is of neither kind.
    """
    variant = placed.iloc[pairs.variant]
    inserted = np.where(
        added_bases(placed, pairs) % 3, BIT["frameshift_variant"], BIT["inframe_insertion"]
    )
    reaches = touched.in_coding & ~touched.within_coding & (touched.introns[0] < 0)
    reaches &= ~told["unknown"].to_numpy(bool)
    from_start = reaches & (touched.bits & BIT["5_prime_UTR_variant"] != 0)
    to_stop = reaches & (touched.bits & BIT["3_prime_UTR_variant"] != 0)
    to_stop &= variant["kind"].ne("substitution").to_numpy()
    found = np.where(touched.joint, inserted, 0)
    found |= np.where(from_start, BIT["start_lost"], 0)
    kept = pd.to_numeric(told["bits"]).fillna(0).to_numpy(np.int64) & BIT["stop_retained_variant"]
    return found | np.where(to_stop, np.where(kept, kept, BIT["stop_lost"]), 0)
