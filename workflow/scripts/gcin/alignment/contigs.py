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


def decoding_fasta(
    found: Iterable[Contig], fastas: Mapping[str, list[Contig]], sample: str, path: str
) -> str:
    """Choose the FASTA that a CRAM was compressed with.

    Args:
        found: Contigs whose sequences are wanted.
        fastas: Contigs of each FASTA at hand, the genome first.
        sample: The sample, for the message.
        path: The CRAM, for the message.

    Raises:
        ValueError: None has every sequence; names sample, file, a contig and remedies.
    """
    lacking = []
    for fasta, contigs in fastas.items():
        known = {contig.name: contig for contig in contigs}
        unknown = [c for c in found if c.name not in known or not c.is_same(known[c.name])]
        if not unknown:
            return fasta
        lacking += unknown[:1]
    name, length, md5 = lacking[-1]
    raise ValueError(
        f"sample {sample}: {path} was compressed with another genome: contig {name} ({length} "
        f"bases, MD5 {md5 or 'not told'}) is not as in {' or '.join(fastas)}. Name the FASTA that "
        "it was made with as reference.cram_fasta in the config, or turn it into BAM where that "
        "FASTA is: samtools view --bam --reference FASTA."
    )
