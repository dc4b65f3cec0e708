"""Filters that a caller gives single alleles of a site, as GATK does (INFO/AS_FilterStatus).

A site passes where one of its alleles does, and splitting leaves the others its verdict.
"""

from collections.abc import Collection
from pathlib import Path

import pysam

# Not from `verdicts`, which reads by cyvcf2: files are also lifted, where there is none.
PASS = "PASS"
STATUS = "AS_FilterStatus"
# FilterMutectCalls says of an allele that nothing but the filters of its site concern it.
OF_THE_SITE = "SITE"
REFUSED = "REFUSED"
MEANING = "Whether a filter that is not accepted concerns the allele: yes or no"
ALLELE_FILTER = {
    "ID": "AlleleFilter",
    "Description": "Its caller filters this allele, and not the site",
}


def with_marks(path: str, scratch: str | Path) -> str:
    """Mark the alleles of a file whose caller filters single ones; others stay as they are.

    Args:
        path: With its sites as they were called, not split.
        scratch: A folder for files that are not kept.

    Returns:
        A file with INFO/REFUSED, or the same path.
    """
    with pysam.VariantFile(path) as calls:
        is_told = STATUS in calls.header.info and REFUSED not in calls.header.info
    if not is_told:
        return path
    marked = str(Path(scratch) / "by_allele.bcf")
    mark_alleles(path, frozenset(), marked)
    return marked


def mark_alleles(path: str, accepted: frozenset[str], marked: str) -> None:
    """Copy calls, each allele marked by whether its filters keep it out.

    Args:
        path: The calls, not split.
        accepted: Filters that keep no allele out.
        marked: The file to write.
    """
    with pysam.VariantFile(path) as calls:
        calls.header.info.add(REFUSED, "A", "String", MEANING)
        with pysam.VariantFile(marked, "wb", header=calls.header) as out:
            for record in calls:
                if record.alts:
                    record.info[REFUSED] = tuple(
                        "yes" if names - accepted else "no" for names in filters_by_allele(record)
                    )
                out.write(record)


def filters_by_allele(record: pysam.VariantRecord) -> list[frozenset[str]]:
    """Name the filters that each alternate allele fails: those of its site and its own.

    Alleles are parted by bars, their filters by commas, as FilterMutectCalls has it; ApplyVQSR,
    with one filter each, parts alleles by commas. Where there is another number of them, as at
    sites that others split, none is known to be an allele's.
    """
    of_site = frozenset(record.filter.keys()) - {PASS}
    own = record.info.get(STATUS)
    text = ",".join(word or "." for word in own) if isinstance(own, tuple) else own or "."
    by_comma = "|" not in text and text.count(",") + 1 == len(record.alts)
    words = text.split("," if by_comma else "|")
    if len(words) != len(record.alts):
        return [of_site] * len(record.alts)
    return [of_site | _own(word.split(",")) for word in words]


def _own(words: Collection[str]) -> frozenset[str]:
    return frozenset(words) - {OF_THE_SITE, PASS, "."}
