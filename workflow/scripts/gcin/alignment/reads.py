"""Sequencing reads: are both mates whole, and what are they called."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pysam

from gcin.intake.heads import UnreadableError, require_phred_33
from gcin.intake.kinds import INTERLEAVED

MATE_SUFFIXES = ("/1", "/2")
LOOKED_AT = 10_000


def read_group(sample: str, unit: str, platform: str, library: str) -> str:
    r"""Describe a unit as bwa wants it: an `@RG` line with `\t` between its fields.

    Its id is unique in the world of the sheet, not only in the sample; duplicates are looked for
    within a library, which is the whole sample where the sheet names none.
    """
    name = f"{sample}.{unit}"
    fields = {"ID": name, "SM": sample, "LB": library or sample, "PL": platform or "ILLUMINA"}
    return r"\t".join(["@RG", *(f"{key}:{value}" for key, value in fields.items()), f"PU:{name}"])


def count_pairs(files: Sequence[str | Path], sample: str) -> int:
    """Count the read pairs of a unit, reading its files to their ends.

    The aligner takes the end of a cut file for the end of the reads and says nothing of it.

    Args:
        files: FASTQ of read 1 and of read 2 in the same order, plain or gzipped; or one that holds
            read 1 and read 2 of each pair in turn.
        sample: The sample, for the message.

    Raises:
        ValueError: Names file, sample and remedy where a file is cut, broken or empty, has
            qualities in an older encoding, or where the reads are no pairs.
    """
    for path in files:
        _require_phred_33(path, sample)
    first = _names(files[0], sample)
    second = _names(files[1], sample) if len(files) == 2 else first
    pairs = 0
    for name in first:
        _require_mate(name, next(second, None), pairs + 1, files, sample)
        pairs += 1
    _require_mate(None, next(second, None), pairs + 1, files, sample)
    if not pairs:
        raise ValueError(
            f"sample {sample}: {files[0]} has no reads. Copy it again, or drop its row."
        )
    return pairs


def _require_mate(
    name: str | None, other: str | None, pair: int, files: Sequence[str | Path], sample: str
) -> None:
    if name == other:
        return
    if len(files) == 2:
        fault = f"{files[0]} and {files[1]} do not hold the two mates of the same reads"
        remedy = "Copy both again, or correct `file` and `mate` in the sheet."
    else:
        fault = f"{files[0]} does not hold the two mates of each read in turn"
        remedy = f"Copy it again, or name its mate in the sheet instead of {INTERLEAVED}."
    raise ValueError(
        f"sample {sample}: {fault}: pair {pair} is {name} and {other} (None: no more reads). "
        f"{remedy}"
    )


def _require_phred_33(path: str | Path, sample: str) -> None:
    """Refuse base qualities in the older encoding, among more reads than the sheet's check sees."""
    seen: set[str] = set()
    for record in islice(_records(path, sample), LOOKED_AT):
        seen.update(record.quality)
    try:
        require_phred_33(seen)
    except UnreadableError as error:
        raise ValueError(f"sample {sample}: {path}: {error} {path} > NEW.fastq.") from None


def _names(path: str | Path, sample: str) -> Iterator[str]:
    """Names of the reads without their mate's suffix."""
    for record in _records(path, sample):
        name = record.name
        yield name[:-2] if name.endswith(MATE_SUFFIXES) else name


def _records(path: str | Path, sample: str) -> Iterator[pysam.FastxRecord]:
    """Records of a FASTQ, or words on where it is cut or broken."""
    try:
        with pysam.FastxFile(str(path), persist=False) as stream:
            for record in stream:
                if not record.quality:
                    raise ValueError(f"read {record.name} has no base qualities")
                yield record
    except (ValueError, OSError) as error:
        raise ValueError(
            f"sample {sample}: {path} is cut short or broken, or no FASTQ ({error}). Copy it again "
            "and compare its checksum with the sequencing centre's."
        ) from None
