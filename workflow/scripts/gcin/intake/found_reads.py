"""FASTQ files found in folders: pairs by name or in one file, flow cell and lane by read name."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path

from gcin.intake.found import (
    Doubt,
    Unit,
    is_small,
    left_out,
    lines_to_the_end,
    require_end_of_bgzf,
    stem_of,
    tissue_of,
)
from gcin.intake.heads import (
    READS_LOOKED_AT,
    UnreadableError,
    lines,
    read_in_header,
    require_read,
)
from gcin.intake.kinds import INTERLEAVED
from gcin.intake.sheet import require_file

# bcl2fastq and BCL Convert: SAMPLE_S1_L001_R1_001; then what others write: SAMPLE_L1_R1, SAMPLE_1.
NAMES = (
    re.compile(r"(?P<sample>.+?)_S\d+(?:_(?P<lane>L\d{3}))?_R(?P<read>[12])_(?P<chunk>\d{3})"),
    re.compile(
        r"(?P<sample>.+?)(?:_(?P<lane>L\d{1,3}))?[_.]R?(?P<read>[12])(?:_(?P<chunk>\d{3}))?"
    ),
)
# A file of both mates: its name says nothing of reads, or that it holds them in turn.
LONE_NAME = re.compile(
    r"(?P<sample>.+?)(?:_S\d+)?(?:_(?P<lane>L\d{1,3}))?(?:[_.](?:interleaved|R?1))?(?:_(?P<chunk>\d{3}))?"
)
INDEX_READ = re.compile(r".+_I[12](_\d{3})?")
# Reads whose index is of no sample, as bcl2fastq and BCL Convert name them.
UNDETERMINED = re.compile(r"Undetermined_S0_.+")
# Read names: Illumina from CASAVA 1.8 on, MGI, Illumina before that (which names no flow cell).
ORIGINS = {
    "ILLUMINA": (
        re.compile(r"[\w-]+:\d+:(?P<flowcell>[\w-]+):(?P<lane>\d+):\d+:\d+:\d+"),
        re.compile(r"[\w.-]+:(?P<lane>\d+):\d+:\d+:\d+"),
    ),
    "DNBSEQ": (re.compile(r"(?P<flowcell>[A-Z]{1,2}\d{6,})L(?P<lane>\d)C\d{3}R\d{3}"),),
}
READ_NUMBER = re.compile(r"/[12]$")
RECORD_LINES = 4


@dataclass(frozen=True)
class ReadFile:
    """A FASTQ file, as its name describes it; read 0 where it does not say which it holds."""

    path: str
    sample: str
    lane: str
    chunk: str
    read: int


@dataclass(frozen=True)
class Origin:
    """Where reads come from, as the name of the first one tells; empty where it does not."""

    platform: str = ""
    unit: str = ""


def describe_name(path: str) -> ReadFile | None:
    """Read a FASTQ file's name; None where it does not say which read of a pair it holds."""
    for pattern in NAMES:
        if match := pattern.fullmatch(stem_of(path)):
            part = match.groupdict(default="")
            return ReadFile(path, part["sample"], part["lane"], part["chunk"], int(part["read"]))
    return None


def describe_lone(path: str) -> ReadFile:
    """Read the name of a FASTQ file that says of no read of a pair."""
    part = LONE_NAME.fullmatch(stem_of(path)).groupdict(default="")
    return ReadFile(path, part["sample"], part["lane"], part["chunk"], 0)


def holds_mates(path: str) -> bool:
    """Tell whether the first records of a FASTQ are mates, read 1 and read 2 of each in turn.

    Mates have one name, each pair another, and marks of the reads (`/1`, ` 1:N:`) go in turn.
    """
    try:
        headers = list(islice(lines(path), READS_LOOKED_AT * RECORD_LINES))[::RECORD_LINES]
    except UnreadableError:
        return False
    whole = headers[: len(headers) // 2 * 2]
    names = [READ_NUMBER.sub("", header.partition(" ")[0]) for header in whole]
    numbers = "".join(map(read_in_header, whole))
    same = bool(names) and names[::2] == names[1::2] and len(set(names)) == len(names) // 2
    return same and numbers in ("", "12" * (len(names) // 2))


def origin_of(header: str) -> Origin:
    """Read platform, flow cell and lane from the first line of a FASTQ record.

    Archives put a name of their own first, and the sequencer's second.
    """
    for word in header.removeprefix("@").split():
        for platform, patterns in ORIGINS.items():
            for match in filter(None, (pattern.match(word) for pattern in patterns)):
                flowcell = match.groupdict().get("flowcell")
                lane = match["lane"]
                return Origin(platform, f"{flowcell}.{lane}" if flowcell else f"L{lane}")
    return Origin()


def first_header(path: str) -> str:
    """Read the first line of a FASTQ file's first record, which must be whole.

    Raises:
        UnreadableError: The file is empty, cut off, or no FASTQ.
    """
    require_file(path)
    record = list(islice(lines(path), RECORD_LINES))
    if not record:
        raise UnreadableError("it is empty")
    if not record[0].startswith("@"):
        raise UnreadableError("it is no FASTQ: it does not begin with @")
    if len(record) < RECORD_LINES or len(record[1]) != len(record[3]):
        raise UnreadableError("its first record is cut off")
    return record[0]


def units_of_reads(paths: Iterable[str], whole: bool) -> tuple[list[Unit], list[Doubt]]:
    """Make units of FASTQ files.

    Args:
        paths: The files.
        whole: Whether large files, too, are read to their ends.

    Returns:
        The units, and the doubts.
    """
    pairs, lone, doubts = _pairs(paths)
    found = [(pair[1], pair[2].path) for pair in pairs]
    for named in lone:
        if holds_mates(named.path):
            found.append((named, INTERLEAVED))
        else:
            doubts.append(_doubt_of_lone(named))
    units, seen, taken = [], {}, set()
    for named, mate in sorted(found, key=lambda pair: pair[0].path):
        first = named.path
        header = _header_of_pair(first, mate, whole)
        if isinstance(header, Doubt):
            doubts.append(header)
            continue
        same = (named.sample, header, Path(first).stat().st_size)
        if (copy := seen.setdefault(same, first)) != first:
            why = f"it begins with the same read as {copy}, which is as large"
            doubts.append(left_out(first, why, "Delete the copy, or name another sample"))
            continue
        unit, doubtful = _unit(named, mate, origin_of(header), taken)
        taken.add((unit.sample, unit.unit))
        units.append(unit)
        doubts += doubtful
    return units, doubts


def _pairs(
    paths: Iterable[str],
) -> tuple[list[dict[int, ReadFile]], list[ReadFile], list[Doubt]]:
    """Bring read 1 and read 2 together, and list what stays alone."""
    grouped, lone, doubts = defaultdict(dict), [], []
    for path in paths:
        if INDEX_READ.fullmatch(stem_of(path)):
            doubts.append(left_out(path, "it holds index reads", "Nothing to do"))
        elif UNDETERMINED.fullmatch(stem_of(path)):
            doubts.append(left_out(path, "its reads are of no known sample", "Nothing to do"))
        elif (named := describe_name(path)) is None:
            lone.append(describe_lone(path))
        else:
            key = (str(Path(path).parent), named.sample, named.lane, named.chunk)
            other = grouped[key].setdefault(named.read, named)
            if other is not named:
                why = f"{other.path} has the same sample, lane and read"
                doubts.append(left_out(path, why, "Delete the copy, or rename one of them"))
    lone += [named for pair in grouped.values() if len(pair) == 1 for named in pair.values()]
    return [pair for pair in grouped.values() if len(pair) == 2], lone, doubts


def _doubt_of_lone(named: ReadFile) -> Doubt:
    """Say why a file without a mate, that does not hold both, is left out."""
    if named.read:
        why = f"its mate is missing: there is no read {3 - named.read} of it in the folder"
        return left_out(named.path, why, "Fetch the mate, or join both reads in turn in one file")
    why = "its name does not say which read of a pair it holds, and it does not hold both in turn"
    return left_out(named.path, why, "Name pairs SAMPLE_R1.fastq.gz, SAMPLE_R2.fastq.gz")


def _header_of_pair(first: str, second: str, whole: bool) -> str | Doubt:
    """Read the first header of a pair, or say why its files, or file, cannot be one."""
    headers, counts = [], []
    paths = [first] if second == INTERLEAVED else [first, second]
    for wanted, path in zip("12", paths, strict=False):
        try:
            header = first_header(path)
            require_read(read_in_header(header), wanted)
            require_end_of_bgzf(path)
            number = lines_to_the_end(path) if whole or is_small(path) else None
            if (number or 0) % RECORD_LINES:
                raise UnreadableError(f"its last record is cut off ({number} lines)")
        except UnreadableError as fault:
            return left_out(path, str(fault), "Fetch or write the file again")
        headers.append(header)
        counts.append(number)
    if second == INTERLEAVED:
        if (counts[0] or 0) % (2 * RECORD_LINES):
            why = f"it holds {counts[0] // RECORD_LINES} reads, and mates come in twos"
            return left_out(first, why, "Write it again from both reads of each pair")
        return headers[0]
    remedy = "Write both files again from the same reads, in the same order"
    names = [READ_NUMBER.sub("", header.split()[0]) for header in headers]
    if names[0] != names[1]:
        why = f"no pair: its first read is {names[0]}, that of {second} is {names[1]}"
        return left_out(first, why, remedy)
    if None not in counts and counts[0] != counts[1]:
        reads = [count // RECORD_LINES for count in counts]
        why = f"no pair: it holds {reads[0]} reads, {second} holds {reads[1]}"
        return left_out(first, why, remedy)
    return headers[0]


def _unit(
    named: ReadFile, mate: str, origin: Origin, taken: set[tuple[str, str]]
) -> tuple[Unit, list[Doubt]]:
    """Make the unit of a pair, under a name that its sample has not given yet."""
    base = origin.unit or named.lane or "L1"
    names = chain([base], (f"{base}-{number}" for number in count(2)))
    name = next(unit for unit in names if (named.sample, unit) not in taken)
    doubts = []
    if not origin.platform:
        seen = "its read names tell no sequencer; ILLUMINA is assumed"
        doubts.append(Doubt(named.path, seen, "Correct platform and unit in the sheet"))
    platform = origin.platform or "ILLUMINA"
    library = f"{named.sample}-lib1"
    row = (named.sample, name, tissue_of(named.sample), "fastq", "GRCh38", named.path, mate)
    return Unit(*row, platform, library), doubts
