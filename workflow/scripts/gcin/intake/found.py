"""Files found in folders: what a sample sheet could say of them, and what stands against it."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gcin.intake.heads import UnreadableError, opened

# Suffixes in the order in which they are tried; a gVCF is told from a VCF by its records.
SUFFIXES = {
    "fastq": (".fastq.gz", ".fq.gz", ".fastq", ".fq"),
    "bam": (".bam",),
    "cram": (".cram",),
    "vcf": (".vcf.gz", ".vcf", ".gvcf.gz", ".gvcf", ".vcf.bgz", ".bcf"),
    "maf": (".maf.gz", ".maf", ".maf.txt"),
}
TUMOUR = re.compile(r"(^|(?<!non)[^A-Za-z])tumou?r([^A-Za-z]|$)", re.IGNORECASE)
# Up to this size a compressed file is read to its end, which is what shows that it is cut off.
READ_WHOLE_BYTES = 16 * 1024**2
# The last, empty block of a BGZF file (SAM specification, section 4.1.2).
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


@dataclass(frozen=True)
class Doubt:
    """What makes a file, or a row made from it, doubtful.

    Attributes:
        file: The file.
        doubt: What is seen; begins with "left out" where the sheet has no row of it.
        remedy: What its owner can do.
    """

    file: str
    doubt: str
    remedy: str


@dataclass(frozen=True)
class Unit:
    """What a sheet says of one unit of a sample, its cohort and patient apart."""

    sample: str
    unit: str
    tissue: str
    kind: str
    assembly: str
    file: str
    mate: str = ""
    platform: str = ""
    library: str = ""


def tissue_of(sample: str) -> str:
    """Tell the tissue of a sample by its name, as far as that says it."""
    return "tumour" if TUMOUR.search(sample) else "germline"


def left_out(file: str, why: str, remedy: str) -> Doubt:
    """Make the doubt of a file that the sheet does not name."""
    return Doubt(file, f"left out: {why}", remedy)


def files_below(folders: Iterable[str]) -> list[str]:
    """List the files below some folders, sorted, each once; hidden ones are passed over.

    Raises:
        ValueError: A folder is none, or cannot be listed.
    """
    found = set()
    for folder in folders:
        if not Path(folder).is_dir():
            raise ValueError(f"{folder}: it is no folder. Name folders that hold the files.")
        for place, below, names in os.walk(folder, onerror=_refuse):
            below[:] = [name for name in below if not name.startswith(".")]
            whole = (os.path.normpath(Path(place) / name) for name in names)
            found |= {path for path in whole if not Path(path).name.startswith(".")}
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise ValueError(f"{error.filename}: it cannot be listed. Ask for the right to read it.")


def kind_of_name(path: str) -> str | None:
    """Tell the kind of a file from the end of its name; None where the sheet has no use for it."""
    name = Path(path).name.lower()
    return next((kind for kind, ends in SUFFIXES.items() if name.endswith(ends)), None)


def stem_of(path: str) -> str:
    """Strip a file's folder, and the suffixes that tell its kind."""
    name = Path(path).name
    ends = SUFFIXES.get(kind_of_name(path) or "", ())
    end = next((end for end in ends if name.lower().endswith(end)), "")
    return name[: len(name) - len(end)]


def lines_to_the_end(path: str) -> int:
    """Read a plain or gzipped file to its end, and count its lines.

    Raises:
        UnreadableError: Its compression is broken, or ends too early.
    """
    count, last = 0, b"\n"
    with opened(path) as stream:
        while block := stream.read(1024**2):
            count, last = count + block.count(b"\n"), block[-1:]
    return count + (last != b"\n")


def is_small(path: str) -> bool:
    """Tell whether reading a file to its end costs little."""
    return Path(path).stat().st_size <= READ_WHOLE_BYTES


def require_end_of_bgzf(path: str) -> None:
    """Refuse a BGZF file that lacks its end; other files pass.

    Raises:
        UnreadableError: The file is cut off.
    """
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(16)
            stream.seek(-min(len(BGZF_END), Path(path).stat().st_size), os.SEEK_END)
            tail = stream.read()
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({error.strerror})") from None
    is_bgzf = head[:4] == BGZF_END[:4] and head[12:14] == b"BC"
    if is_bgzf and tail != BGZF_END:
        raise UnreadableError("it is cut off: it lacks the block that ends a BGZF file")
