"""The first lines of files: cheap enough to read each time a run is described."""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from gcin.intake.kinds import COLUMNS_OF_MAF

GZIP = b"\x1f\x8b"
LONGEST_LINE = 10_000_000
READS_LOOKED_AT = 100
OTHER_SEPARATORS = (";", ",", "|")
NO_INTERVAL = ("#", "track", "browser")
# Phred+64 begins at ; (Solexa) and Illumina's ends at h; in phred+33 no instrument with mates has
# gone above P (47), and reads without one base below ; (26) are not to be had.
LOWEST_OF_OLD, HIGHEST_OF_NEW = ";", "P"
READ_MARK = re.compile(r"(?:/([12])$|\s([12]):[YN]:)")


class UnreadableError(Exception):
    """A file is not what it should be; the message says in which way."""


def is_file(path: str) -> bool:
    """Tell whether a path is a file that can be reached; pathlib raises where a folder is shut."""
    try:
        return Path(path).is_file()
    except OSError:
        return False


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a plain or gzipped file for reading.

    Raises:
        UnreadableError: The file cannot be read, or its compression is broken.
    """
    try:
        with Path(path).open("rb") as raw:
            packed = raw.read(2) == GZIP
        with gzip.open(path, "rb") if packed else Path(path).open("rb") as stream:
            yield stream
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"it cannot be read ({error})") from None


def lines(path: str) -> Iterator[str]:
    """Read the lines of a plain or gzipped text file, as far as they are asked for."""
    with opened(path) as stream:
        while line := stream.readline(LONGEST_LINE):
            try:
                yield line.decode("utf-8-sig").rstrip("\r\n")
            except UnicodeDecodeError:
                raise UnreadableError("it is not text in UTF-8") from None


def table_header(path: str, comment: str = "#version") -> list[str]:
    """Name the columns of a tab-separated table.

    Args:
        path: The table.
        comment: How the lines begin that may stand above the header.

    Raises:
        UnreadableError: The table has no header, parts its columns by something else than tabs,
            names a column twice, or its first row is longer.
    """
    below = (line for line in lines(path) if not line.startswith(comment))
    columns = next(below, "").split("\t")
    twice = {name for name, times in Counter(columns).items() if times > 1}
    if columns == [""]:
        raise UnreadableError("it has no header")
    other = [mark for mark in OTHER_SEPARATORS if mark in columns[0]]
    if len(columns) == 1 and other:
        raise UnreadableError(
            f"its header has no tab, but {other[0]!r} {columns[0].count(other[0])} times: save it "
            "as text whose columns are parted by tabs"
        )
    if twice:
        raise UnreadableError(f"its header names {sorted(twice)[0]!r} twice")
    # Readers of tables take the first field of longer rows for their name, and shift all others.
    row = next(csv.reader(filter(None, below), delimiter="\t"), [])
    if len(row) > len(columns):
        raise UnreadableError(
            f"its first row has {len(row)} fields, its header {len(columns)}; where rows end with "
            "a tab, remove it, else name every column"
        )
    return columns


def maf_header(path: str) -> list[str]:
    """Name the columns of a MAF.

    Raises:
        UnreadableError: It is no table, or lacks a column without which no call can be read.
    """
    header = table_header(path, comment="#")
    missing = [column for column in COLUMNS_OF_MAF if column not in header]
    if missing:
        raise UnreadableError(f"it is no MAF: it has no column {', '.join(missing)}")
    return header


def vcf_header(path: str) -> list[str]:
    """Read the header of a VCF or BCF; its last line names the columns.

    Raises:
        UnreadableError: The file has none.
    """
    header = []
    for line in _bcf_header(path) if is_bcf(path) else lines(path):
        header.append(line)
        if line.startswith("#CHROM"):
            return header
        if not line.startswith("##"):
            break
    raise UnreadableError("it has no VCF header with a #CHROM line")


def is_bcf(path: str) -> bool:
    """Tell whether calls are a BCF, and no text."""
    with opened(path) as stream:
        return stream.read(3) == b"BCF"


def _bcf_header(path: str) -> list[str]:
    with opened(path) as stream:
        size = int.from_bytes(stream.read(9)[5:], "little")
        return (
            stream.read(min(size, LONGEST_LINE)).decode(errors="replace").rstrip("\0").split("\n")
        )


def begins_as_fastq(path: str) -> bool:
    """Tell whether a file's first character is that of a FASTQ record."""
    with opened(path) as stream:
        return stream.read(1) == b"@"


def read_in_header(header: str) -> str:
    """Tell by the first line of a FASTQ record which read of its pair it is; empty = not told."""
    mark = READ_MARK.search(header)
    return (mark[1] or mark[2]) if mark else ""


def require_read(told: str, wanted: str) -> None:
    """Refuse read 2 in the place of read 1, and the other way round; what tells nothing passes.

    Raises:
        UnreadableError: Says which it is, and the remedy.
    """
    if told not in ("", wanted):
        raise UnreadableError(
            f"its first read says that it is read {told} of its pair; name the file of read 1 in "
            "column file and that of read 2 in column mate"
        )


def require_fastq(path: str) -> str:
    """Refuse what begins as no FASTQ, or with base qualities that the aligner would misread.

    Returns:
        Which read of its pair the first one is: 1, 2, or empty where it does not say.

    Raises:
        UnreadableError: Says which, and the remedy.
    """
    first = list(islice(lines(path), READS_LOOKED_AT * 4))
    if not first:
        raise UnreadableError("it holds no reads")
    if not first[0].startswith("@"):
        raise UnreadableError("it is no FASTQ: it does not begin with @")
    require_phred_33(set("".join(first[3::4])))
    return read_in_header(first[0])


def require_phred_33(qualities: set[str]) -> None:
    """Refuse letters of base qualities that are phred+64, as Illumina wrote until 2011.

    Read as phred+33 they would all be 31 higher, so that every error looked sure.

    Raises:
        UnreadableError: Says so, and the remedy.
    """
    if qualities and min(qualities) >= LOWEST_OF_OLD and max(qualities) > HIGHEST_OF_NEW:
        raise UnreadableError(
            f"its base qualities run from {min(qualities)} to {max(qualities)}: the encoding of "
            "Illumina before 2011 (phred+64); convert it: seqtk seq -Q64 -V"
        )


def first_contig(path: str) -> str | None:
    """Name the contig of the first record of a GTF, GFF3, BED or FASTA."""
    for line in lines(path):
        if line.startswith(">"):
            return line[1:].split()[0]
        if line.strip() and not line.startswith(NO_INTERVAL):
            return line.split()[0]
    return None


def intervals_in(path: str) -> Iterator[tuple[str, int, int]]:
    """Read the intervals of a BED as far as they are asked for: contig, start, end (0-based).

    Raises:
        UnreadableError: Tells the first line that is none.
    """
    for line in lines(path):
        if line.strip() and not line.startswith(NO_INTERVAL):
            try:
                contig, start, end = line.split()[:3]
                interval = contig, int(start), int(end)
            except ValueError:
                interval = "", 0, 0
            if not 0 <= interval[1] < interval[2]:
                raise UnreadableError(
                    f"{line[:80]!r} is no interval of a BED (contig, start and end, from 0, "
                    "without a header)"
                )
            yield interval


def contigs_of(fasta: str) -> tuple[list[str], bool]:
    """Name the contigs of a FASTA, and say whether these are all of them.

    All are known where an index lies beside it, else only the first.
    """
    index = f"{fasta}.fai"
    if is_file(index):
        return [line.split("\t")[0] for line in lines(index)], True
    first = first_contig(fasta)
    return [first] if first else [], False
