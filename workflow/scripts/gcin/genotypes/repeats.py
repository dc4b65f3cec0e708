"""Alleles that a file has more than once: one record of each, with the best genotype of a sample.

Two records may become the same allele where sites are split and indels moved to the left. Each
knows some of the samples: to keep the first would make carriers of the second reference.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pysam

from gcin.genotypes.verdicts import PASS


def unite_repeats(calls: str | Path, united: str | Path) -> int:
    """Copy biallelic records, those of the same allele as one.

    Of each sample the genotype stands that passes with the most copies of the alternate, with its
    own reads, depth and qualities; without one, a genotype with the alternate that fails: what
    one record doubts another's reference does not settle. A record that passes gives the site.

    Args:
        calls: Sorted by position, with verdicts (FORMAT/FT) on genotypes.
        united: The BCF to write.

    Returns:
        How many records were united with another.
    """
    count = 0
    with (
        pysam.VariantFile(str(calls)) as source,
        pysam.VariantFile(str(united), "wb", header=source.header) as out,
    ):
        for _, place in groupby(source, key=lambda record: (record.rid, record.pos)):
            alleles = {}
            for record in place:
                alleles.setdefault((record.ref, record.alts), []).append(record)
            for own in alleles.values():
                count += len(own) - 1
                out.write(own[0] if len(own) == 1 else _united(own))
    return count


def _united(records: Sequence[pysam.VariantRecord]) -> pysam.VariantRecord:
    """The first of the records that passes, else the first, with the best genotype of each."""
    chosen = next((one for one in records if set(one.filter.keys()) <= {PASS}), records[0])
    for place, call in enumerate(chosen.samples.values()):
        best = max((one.samples[place] for one in records), key=_rank)
        if _rank(best) > _rank(call):
            _copy(best, call)
    return chosen


def _rank(call: pysam.VariantRecordSample) -> tuple[int, int, int]:
    """Copies of the alternate in a genotype that passes, copies in any, and called alleles."""
    alleles = call.allele_indices or ()
    copies = alleles.count(1)
    passed = copies if call["FT"] == PASS else 0
    return passed, copies, len(alleles) - alleles.count(None)


def _copy(best: pysam.VariantRecordSample, call: pysam.VariantRecordSample) -> None:
    """Write one genotype over another with all that is told of it; what is not told is missing."""
    told, phased = dict(best.items()), best.phased
    for name in call:
        call[name] = told.pop(name, None)
    for name, value in told.items():
        call[name] = value
    call.phased = phased
