"""The contigs that an alignment was made with, beside those of the genome."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pysam


class Contig(NamedTuple):
    """A line of a sequence dictionary; `md5` is empty where the line does not say it."""

    name: str
    length: int
    md5: str

    def is_same(self, other: "Contig") -> bool:
        """Tell whether two lines are of one sequence, as far as both say."""
        unlike = self.md5 != other.md5 and bool(self.md5) and bool(other.md5)
        return self[:2] == other[:2] and not unlike


def contigs_of(header: Mapping) -> list[Contig]:
    """List the contigs of an alignment's header, in its order."""
    return [
        Contig(line["SN"], line["LN"], line.get("M5", "").lower()) for line in header.get("SQ", [])
    ]


def contigs_of_dictionary(path: str | Path) -> list[Contig]:
    """List the contigs of a sequence dictionary as `samtools dict` writes it."""
    return contigs_of(pysam.AlignmentHeader.from_text(Path(path).read_text()).to_dict())


def difference(found: list[Contig], genome: list[Contig]) -> str:
    """Say how the contigs of an alignment differ from the genome's; empty where they are the same.

    Tools that read several alignments want one dictionary, so the order counts too.
    """
    if not found:
        return "it names no contigs"
    if len(found) != len(genome):
        return f"it has {len(found)} contigs, the genome {len(genome)}"
    for number, (given, own) in enumerate(zip(found, genome, strict=True), 1):
        if given[:2] != own[:2]:
            there, here = (f"{name} of {length} bases" for name, length, _ in (given, own))
            return f"contig {number} is {there}, that of the genome {here}"
        if not given.is_same(own):
            return f"contig {given.name} has another sequence than the genome's (MD5)"
    return ""


def require_related(
    found: list[Contig], genome: list[Contig], assembly: str, sample: str, path: str
) -> None:
    """Refuse an alignment that shares no contig's length with the genome it is said to be of.

    Names differ between providers, and files with or without decoys are realigned; but reads of
    another species would be, too.

    Raises:
        ValueError: Names sample, file and remedy.
    """
    lengths = {contig.length for contig in genome}
    if assembly == "GRCh38" and found and lengths.isdisjoint(contig.length for contig in found):
        name, length, _ = found[0]
        raise ValueError(
            f"sample {sample}: {path} is of another genome: none of its {len(found)} contigs "
            f"(first: {name} of {length} bases) is as long as one of the configured genome. Write "
            "GRCh37 in column assembly where it is of that, or give its reads as FASTQ."
        )


def require_decodable(
    found: Iterable[Contig], genome: list[Contig], sample: str, path: str
) -> None:
    """Refuse a CRAM that was compressed with other sequences than the genome's.

    Raises:
        ValueError: Names sample, file, contig and remedy.
    """
    known = {contig.name: contig for contig in genome}
    for contig in found:
        if contig.name not in known or not contig.is_same(known[contig.name]):
            raise ValueError(
                f"sample {sample}: {path} was compressed with another genome: its contig "
                f"{contig.name} ({contig.length} bases, MD5 {contig.md5 or 'not told'}) is not in "
                "the configured one. Turn it into BAM where the FASTA it was made with is "
                "(samtools view --bam --reference FASTA), and give that as kind bam."
            )
