"""Mix HG002's reads into NA12878's: tumours whose somatic alleles are known, and their normal.

    python config/examples/somatic/prepare.py [SEQUENCES FOLDER]

writes `{sample}_R1.fastq.gz` and `_R2` of every sample of the sheet. Each read pair goes by a hash
of its name, so that a mixture is the same whenever it is made. The pairs of NA12878 are parted:
those of the normal sample are in no tumour.
"""

import gzip
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import numpy as np

PLACES = ("../shared/data/seq/main", "demo/somatic")
# Share of HG002 among the reads of each tumour.
SHARES = {"mix10": 0.10, "mix25": 0.25, "mix50": 0.50, "worn10": 0.10}
# Share of guanines that are oxidised: first reads show T for G, second reads A for C.
OXIDISED = {"worn10": 0.001}
NORMAL_SHARE = 0.4
# Bases of all HG002 pairs (2 x 148) over those of the NA12878 pairs (2 x 101) in tumours.
RATIO = 10_507 * 148 / (25_839 * (1 - NORMAL_SHARE) * 101)


def draw_of(name: bytes) -> float:
    """Number of a read pair in [0, 1), by its name alone."""
    return crc32(name) / 2**32


def pairs_of(stem: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Read the pairs of `{stem}_R1.fastq.gz` and `_R2`: name and both records."""
    with gzip.open(f"{stem}_R1.fastq.gz") as first, gzip.open(f"{stem}_R2.fastq.gz") as second:
        while name := first.readline():
            one = name + b"".join(first.readline() for _ in range(3))
            two = b"".join(second.readline() for _ in range(4))
            yield name.split()[0].removesuffix(b"/1"), one, two


def mix(sequences: Path, folder: Path) -> None:
    """Write `{sample}_R1.fastq.gz` and `_R2` of sample `normal` and of each tumour."""
    # HG002's pairs in a tumour stand to all of NA12878's there as share to 1 - share.
    rates = {tumour: share / (1 - share) / RATIO for tumour, share in SHARES.items()}
    with ExitStack() as files:
        written = {
            name: [files.enter_context(_opened(folder, name, mate)) for mate in (1, 2)]
            for name in ("normal", *SHARES)
        }
        for name, *pair in pairs_of(sequences / "fastq" / "NA12878.PG101"):
            for sample in ["normal"] if draw_of(name) < NORMAL_SHARE else SHARES:
                _write(worn(name, pair, sample), written[sample])
        for name, *pair in pairs_of(sequences / "fastq" / "HG002.NIST150"):
            for tumour, rate in rates.items():
                if draw_of(name) < rate:
                    _write(worn(name, pair, tumour), written[tumour])


def worn(name: bytes, pair: list[bytes], sample: str) -> list[bytes]:
    """Oxidise the guanines of a read pair, where the sample's are."""
    if sample not in OXIDISED:
        return pair
    rng = np.random.default_rng(crc32(name))
    made = []
    for record, (old, new) in zip(pair, (b"GT", b"CA"), strict=True):
        head, read, *rest = record.split(b"\n")
        bases = np.frombuffer(read, np.uint8).copy()
        bases[(bases == old) & (rng.random(len(bases)) < OXIDISED[sample])] = new
        made.append(b"\n".join([head, bases.tobytes(), *rest]))
    return made


def _opened(folder: Path, sample: str, mate: int) -> gzip.GzipFile:
    return gzip.open(folder / f"{sample}_R{mate}.fastq.gz", "wb", compresslevel=1)


def _write(pair: list[bytes], streams: list[gzip.GzipFile]) -> None:
    for record, stream in zip(pair, streams, strict=True):
        stream.write(record)


def main(sequences: Path, folder: Path) -> None:
    """Write the reads into a folder, whole or not at all; a folder that is there stays."""
    if not sequences.is_dir():
        sys.exit(f"{sequences} is not here: this example needs the public reads beside the project")
    if folder.is_dir():
        return
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    mix(sequences, beside)
    beside.rename(folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:] or PLACES))
