"""Sequencing reads: are both mates whole, and what are they called."""

from pathlib import Path

import pysam

MATE_SUFFIXES = ("/1", "/2")


def read_group(sample: str, unit: str, platform: str, library: str) -> str:
    r"""Describe a unit as bwa wants it: an `@RG` line with `\t` between its fields.

    Its id is unique in the world of the sheet, not only in the sample; duplicates are looked for
    within a library, which is the whole sample where the sheet names none.
    """
    name = f"{sample}.{unit}"
    fields = {"ID": name, "SM": sample, "LB": library or sample, "PL": platform or "ILLUMINA"}
    return r"\t".join(["@RG", *(f"{key}:{value}" for key, value in fields.items()), f"PU:{name}"])


def count_pairs(reads: str | Path, mates: str | Path, sample: str) -> int:
    """Count the read pairs of a unit, reading both files to their ends.

    The aligner takes the end of a cut file for the end of the reads and says nothing of it.

    Args:
        reads: FASTQ of read 1, plain or gzipped.
        mates: FASTQ of read 2, in the same order.
        sample: The sample, for the message.

    Raises:
        ValueError: Names file, sample and remedy where a file is cut or broken, or where the two
            do not hold the same reads.
    """
    pairs = 0
    with _fastq(reads) as first, _fastq(mates) as second:
        name, other = _next_name(first, reads, sample), _next_name(second, mates, sample)
        while name is not None and name == other:
            pairs += 1
            name, other = _next_name(first, reads, sample), _next_name(second, mates, sample)
    if name != other:
        raise ValueError(
            f"sample {sample}: {reads} and {mates} do not hold the two mates of the same reads: "
            f"pair {pairs + 1} is {name} and {other} (None: no more reads). Copy both again, or "
            "correct `file` and `mate` in the sheet."
        )
    if not pairs:
        raise ValueError(f"sample {sample}: {reads} has no reads. Copy it again, or drop its row.")
    return pairs


def _fastq(path: str | Path) -> pysam.FastxFile:
    return pysam.FastxFile(str(path), persist=False)


def _next_name(stream: pysam.FastxFile, path: str | Path, sample: str) -> str | None:
    """Name of the next read without its mate's suffix; None at the end of the file."""
    try:
        record = next(stream, None)
    except (ValueError, OSError) as error:
        raise ValueError(
            f"sample {sample}: {path} is cut short or broken ({error}). Copy it again and compare "
            "its checksum with the sequencing centre's."
        ) from None
    if record is None:
        return None
    if not record.quality:
        raise ValueError(
            f"sample {sample}: {path} is cut short, or no FASTQ: read {record.name} has no base "
            "qualities. Copy it again."
        )
    name = record.name
    return name[:-2] if name.endswith(MATE_SUFFIXES) else name
