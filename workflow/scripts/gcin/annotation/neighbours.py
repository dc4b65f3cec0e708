"""Neighbouring bases replaced at once, which some callers write as one allele.

Databases of frequencies have them base by base, so that two common ones would be rare together.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pysam
from pysam import bcftools

from gcin.annotation.custom import FREQUENCY_FIELDS
from gcin.reference.alleles import replaced_bases

Told = float | str | tuple | None


def bound_frequencies(
    sites: str, known: str, fields: Mapping[str, str], scratch: str | Path
) -> int:
    """Give such alleles the frequency of their rarest base: no haplotype is more frequent.

    Only where each base has one, and the allele none of its own.

    Args:
        sites: Bgzipped VCF of sites, one alternate a record, with the fields; rewritten where a
            value is added, its index too.
        known: Alleles of another VCF, split and normalised, indexed.
        fields: Fields of `known`: their names in `sites`.
        scratch: A folder for files that are not kept.

    Returns:
        How many alleles were given one.
    """
    wanted = {new: old for old, new in fields.items() if new in FREQUENCY_FIELDS}
    if not wanted:
        return 0
    several, bounded, told = (str(Path(scratch) / n) for n in ("several.bcf", "own.vcf.gz", "told"))
    options = ("--no-version", "-i", 'TYPE="mnp"', "-Ob", "-o", several)
    bcftools.view(*options, sites, catch_stdout=False)
    count = 0
    with (
        pysam.VariantFile(several) as records,
        pysam.VariantFile(known) as others,
        pysam.VariantFile(bounded, "wz", header=records.header) as out,
    ):
        for record in records:
            least = _least_of_bases(record, others, wanted)
            if least:
                record.info.update(least)
                out.write(record)
                count += 1
    if count:
        pysam.tabix_index(bounded, preset="vcf", force=True)
        columns = ",".join(f"+INFO/{name}" for name in wanted)
        options = ("--no-version", "-a", bounded, "-c", columns, "--pair-logic", "exact")
        bcftools.annotate(*options, "-Oz", "-o", told, sites, catch_stdout=False)
        shutil.move(told, sites)
        pysam.tabix_index(sites, preset="vcf", force=True)
    return count


def _least_of_bases(
    record: pysam.VariantRecord, others: pysam.VariantFile, wanted: Mapping[str, str]
) -> dict[str, Told]:
    """Values of the rarest base of an allele, by field."""
    lacking = {new: old for new, old in wanted.items() if record.info.get(new) is None}
    if not lacking:
        return {}
    bases = {*replaced_bases(record.pos, record.ref, record.alts[0])}
    near = {
        (other.pos, other.ref, other.alts[0]): other.info
        for other in others.fetch(record.chrom, record.start, record.stop)
    }
    if not bases <= near.keys():
        return {}
    told = {new: [near[base].get(old) for base in bases] for new, old in lacking.items()}
    return {name: min(own, key=_number) for name, own in told.items() if all(map(_is_told, own))}


def _is_told(value: Told) -> bool:
    return value is not None and _first(value) is not None


def _first(value: Told) -> float | str | None:
    return value[0] if isinstance(value, tuple) else value


def _number(value: Told) -> float:
    return float(_first(value))
