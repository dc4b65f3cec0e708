"""Alleles of a panel in one sample: carried, absent, or not seen well enough to say.

A genomic VCF tells all three: the allele stands in a record, or reference blocks and records of
other alleles cover its bases, or nothing does.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import pysam

from gcin.calling import NON_REF
from gcin.reference.alleles import change_of

logger = logging.getLogger(__name__)

BASES = frozenset("ACGT")


class Trust(NamedTuple):
    """What a call must reach to be believed, see `gcin.genotypes.verdicts`.

    Attributes:
        min_variant_quality: Lowest QUAL in the sample's own genomic VCF (VQ), phred.
        min_allele_balance: Lowest share of the reads of each alternate of a heterozygote.
    """

    min_variant_quality: float
    min_allele_balance: float

    def doubts(self, call: pysam.VariantRecordSample) -> bool:
        """Tell whether a call fails; what it does not say it is not doubted for."""
        quality, reads = call.get("VQ"), call.get("AD") or (None,)
        alleles = set(call.allele_indices or ())
        weak = quality is not None and quality < self.min_variant_quality
        if None in reads or None in alleles or len(alleles) < 2:
            return weak
        least = min(reads[number] for number in alleles - {0})
        return weak or least < self.min_allele_balance * sum(reads)


@dataclass(frozen=True)
class Seen:
    """What a sample shows of an allele.

    Attributes:
        copies: Copies of the allele, None where it cannot be told.
        ploidy: Copies of the place, 0 where nothing covers it.
        depth: Fewest reads over its bases.
        quality: Least genotype quality over its bases, phred.
    """

    copies: int | None
    ploidy: int
    depth: int
    quality: int

    @property
    def genotype(self) -> tuple[int | None, ...]:
        """Genotype of the allele beside all others: 0 is any other one."""
        if self.copies is None:
            return (None,) * max(self.ploidy, 1)
        return (0,) * (self.ploidy - self.copies) + (1,) * self.copies


def genotype_panel(gvcf: str, panel: str, sample: str, trust: Trust, written: str) -> None:
    """Write a panel's alleles with the genotype, depth and quality that a sample has of them.

    Args:
        gvcf: The sample's genomic VCF, indexed.
        panel: The alleles, one a record, normalised.
        sample: Its name.
        trust: What a call with an allele must reach.
        written: The VCF to write, bgzipped; its index goes beside it.
    """
    counts = Counter()
    with pysam.VariantFile(panel) as alleles, pysam.VariantFile(gvcf) as calls:
        header = _header(alleles.header, sample)
        with pysam.VariantFile(written, "wz", header=header) as out:
            for allele in alleles:
                seen = look_up(allele, _over(calls, allele), trust)
                counts["not told" if seen.copies is None else f"{seen.copies} copies"] += 1
                out.write(_record(out, allele, seen))
    pysam.tabix_index(written, preset="vcf", force=True)
    logger.info("%s: %s", sample, ", ".join(f"{what}: {n}" for what, n in sorted(counts.items())))


def _header(panel: pysam.VariantHeader, sample: str) -> pysam.VariantHeader:
    header = pysam.VariantHeader()
    for contig in panel.contigs.values():
        header.contigs.add(contig.name, length=contig.length)
    header.formats.add("GT", 1, "String", "Copies of the allele; 0 is any other allele")
    header.formats.add("DP", 1, "Integer", "Fewest reads over the bases of the allele")
    header.formats.add("GQ", 1, "Integer", "Least genotype quality over the bases of the allele")
    header.add_sample(sample)
    return header


def _over(calls: pysam.VariantFile, allele: pysam.VariantRecord) -> Iterator[pysam.VariantRecord]:
    """Records of a sample that reach into the reference bases of an allele."""
    known = allele.chrom in calls.header.contigs
    return calls.fetch(allele.chrom, allele.start, allele.stop) if known else iter(())


def _record(out: pysam.VariantFile, allele: pysam.VariantRecord, seen: Seen) -> pysam.VariantRecord:
    record = out.new_record(
        contig=allele.chrom, start=allele.start, alleles=allele.alleles, id=allele.id
    )
    call = record.samples[0]
    call["GT"], call["DP"], call["GQ"] = seen.genotype, seen.depth, seen.quality
    return record


def look_up(
    allele: pysam.VariantRecord, records: Iterable[pysam.VariantRecord], trust: Trust
) -> Seen:
    """Tell what a sample shows of an allele.

    Args:
        allele: With one alternate.
        records: Those of the sample's genomic VCF that reach into its reference bases.
        trust: What a call with the allele must reach.

    Returns:
        The record that has the allele, alone or among neighbouring bases; without one, what all
        records together say of its absence: the least depth and quality. Nothing is told where a
        base is covered by no record, where the quality is 0, where a called allele is unknown,
        where a call with the allele is not to be trusted, or where other calls on its bases may
        come to it.
    """
    records = list(records)
    seen = _as_written(allele, records, trust)
    parts = substitutions(allele.start, allele.ref, allele.alts[0])
    if seen.copies != 0 or len(parts) == 1:
        return seen
    if parts:
        return _of_parts(seen, [_holding({part}, records) for part in sorted(parts)], trust)
    start, end, bases = change_of(allele.start, allele.ref, allele.alts[0])
    is_complex = end > start and bases
    other = any(set(record.samples[0].allele_indices) - {0} for record in records)
    return replace(seen, copies=None) if is_complex and other else seen


def substitutions(start: int, reference: str, alternate: str) -> set[tuple[int, str]]:
    """Single bases (place, base) that an allele replaces; none where its length is another."""
    same = len(reference) == len(alternate) and BASES.issuperset(alternate.upper())
    pairs = enumerate(zip(reference.upper(), alternate.upper(), strict=True), start) if same else ()
    return {(place, new) for place, (old, new) in pairs if old != new}


def _as_written(
    allele: pysam.VariantRecord, records: list[pysam.VariantRecord], trust: Trust
) -> Seen:
    """Tell of an allele by the record that has it, else by what covers its bases."""
    wanted, covered, seen = change_of(allele.start, allele.ref, allele.alts[0]), set(), []
    parts = substitutions(allele.start, allele.ref, allele.alts[0])
    for record in records:
        changes = [change_of(record.start, record.ref, name) for name in record.alts or ()]
        numbers = {n for n, change in enumerate(changes, start=1) if change == wanted}
        numbers |= _numbers(parts, record) if parts else set()
        seen.append(_of_record(record, numbers))
        if numbers:
            doubtful = seen[-1].copies and trust.doubts(record.samples[0])
            return replace(seen[-1], copies=None) if doubtful else seen[-1]
        covered |= set(range(max(record.start, allele.start), min(record.stop, allele.stop)))
    if not seen:
        return Seen(None, 0, 0, 0)
    whole = len(covered) == allele.stop - allele.start
    told = whole and all(one.copies is not None for one in seen)
    return Seen(
        0 if told else None,
        max(one.ploidy for one in seen),
        min(one.depth for one in seen) if whole else 0,
        min(one.quality for one in seen) if whole else 0,
    )


def _numbers(parts: set[tuple[int, str]], record: pysam.VariantRecord) -> set[int]:
    """Numbers of a record's alleles that make these substitutions, among others perhaps."""
    return {
        number
        for number, name in enumerate(record.alts or (), start=1)
        if parts <= substitutions(record.start, record.ref, name)
    }


def _holding(
    parts: set[tuple[int, str]], records: list[pysam.VariantRecord]
) -> tuple[pysam.VariantRecord, list[bool]] | None:
    """The record that has these substitutions, and which copies of the place carry them."""
    for record in records:
        numbers = _numbers(parts, record)
        if numbers:
            return record, [number in numbers for number in record.samples[0].allele_indices]
    return None


def _of_parts(
    seen: Seen, found: list[tuple[pysam.VariantRecord, list[bool]] | None], trust: Trust
) -> Seen:
    """Tell of neighbouring substitutions that a caller writes base by base.

    They are one allele where they stand on one copy: by phase, or where no more than one of them
    is on some copies only.
    """
    if not all(part and any(part[1]) for part in found):
        return seen
    calls = [record.samples[0] for record, _ in found]
    carried = [copies for _, copies in found]
    phases = {call.get("PS") or call.get("PID") for call in calls}
    if all(call.phased for call in calls) and len(phases) == 1 and None not in phases:
        copies = sum(map(all, zip(*carried, strict=True)))
    else:
        doubtful = sum(not all(copies) for copies in carried) > 1
        copies = None if doubtful else min(map(sum, carried))
    copies = None if copies and any(map(trust.doubts, calls)) else copies
    return replace(seen, copies=copies)


def _of_record(record: pysam.VariantRecord, numbers: Collection[int]) -> Seen:
    """Read a record's only sample as to the alleles of these numbers."""
    call = record.samples[0]
    alleles = call.allele_indices or ()
    quality = call.get("GQ") or 0
    depth = next((call[name] for name in ("MIN_DP", "DP") if call.get(name) is not None), 0)
    unknown = [None, *(n for n, name in enumerate(record.alleles) if name == NON_REF)]
    told = quality > 0 and alleles and not set(alleles) & set(unknown)
    copies = sum(number in numbers for number in alleles) if told else None
    return Seen(copies, len(alleles), depth, quality)
