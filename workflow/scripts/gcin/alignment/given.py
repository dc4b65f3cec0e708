"""Given alignments, read to their ends: whether they are used as they are or aligned anew."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pysam

from gcin.alignment.contigs import Contig, contigs_of, difference

LOOKED_AT = 10_000
SECONDARY_OR_SUPPLEMENTARY = 0x900


@dataclass
class Scan:
    """What an alignment holds.

    Attributes:
        reads: Records, secondary and supplementary ones counted.
        groups: Records by the read group they name, None where they name none.
        mates: Primary records by their place in a pair: 0x40, 0x80, or 0 for unpaired reads.
    """

    reads: int = 0
    groups: Counter = field(default_factory=Counter)
    mates: Counter = field(default_factory=Counter)


def scan_alignment(path: str, sample: str, fasta: str) -> Scan:
    """Read an alignment to its end.

    Args:
        path: BAM or CRAM.
        sample: The sample, for messages.
        fasta: What a CRAM was compressed with; not read for BAM.

    Raises:
        ValueError: Names sample, file and remedy where the file is broken, has no reads, or has
            reads without bases or qualities.
    """
    scan = Scan()
    stream = pysam.AlignmentFile(path, check_sq=False, reference_filename=fasta)
    is_cram = stream.is_cram
    try:
        _scan(stream, scan)
        stream.close()
    except OSError as error:
        with suppress(OSError):
            stream.close()
        other = f", or was compressed with another genome than {fasta}" * is_cram
        name = " Name the FASTA that it was made with as reference.cram_fasta." * is_cram
        raise ValueError(
            f"sample {sample}: {path} is cut short or broken after {scan.reads} reads{other} "
            f"({error}). Copy it again and compare its checksum with its owner's.{name}"
        ) from None
    except _BareReadError as error:
        raise ValueError(
            f"sample {sample}: {path} has reads without bases or base qualities (first: {error}). "
            "Give a file that still has them."
        ) from None
    if not scan.reads:
        raise ValueError(f"sample {sample}: {path} has no reads. Copy it again, or drop its row.")
    return scan


class _BareReadError(Exception):
    """A read has nothing to align or to call from; the message is its name."""


def _scan(stream: pysam.AlignmentFile, scan: Scan) -> None:
    for read in stream.fetch(until_eof=True):
        flag = read.flag
        scan.reads += 1
        scan.groups[read.get_tag("RG") if read.has_tag("RG") else None] += 1
        if flag & SECONDARY_OR_SUPPLEMENTARY:
            continue
        scan.mates[flag & 0xC0 if flag & 1 else 0] += 1
        # Which reads lack them is a matter of the program that wrote the file, so the first tell.
        if scan.reads <= LOOKED_AT and read.query_qualities is None:
            raise _BareReadError(read.query_name)


def plan_of(header: Mapping, scan: Scan, genome: list[Contig], unit: Mapping[str, str]) -> dict:
    """Decide what becomes of a given alignment.

    Args:
        header: Its header.
        scan: What it holds.
        genome: Contigs of the genome.
        unit: `sample`, `unit`, `platform` and `library` as in the sheet.

    Returns:
        A mapping to be written as JSON: `realigned` and `because` (empty where it is used as it
        is), `prefix` of its read groups' new ids, `header` for what is made of it,
        and the counts of `reads`.
    """
    prefix = f"{unit['sample']}.{unit['unit']}"
    because = difference(contigs_of(header), genome) or _fault_of_groups(header, scan)
    groups = [_group(group, prefix, unit) for group in _groups(header, scan)]
    lines = _tagged("RG", groups)
    if not because:
        lines = [
            "@HD\tVN:1.6",
            *(f"@SQ\tSN:{contig.name}\tLN:{contig.length}" for contig in genome),
            *lines,
            *_tagged("PG", _programs(header)),
        ]
    return {
        "realigned": bool(because),
        "because": because,
        "prefix": prefix,
        "header": "".join(f"{line}\n" for line in lines),
        "reads": {
            "all": scan.reads,
            "first": scan.mates[0x40],
            "second": scan.mates[0x80],
            "unpaired": scan.mates[0] + scan.mates[0xC0],
        },
    }


def _fault_of_groups(header: Mapping, scan: Scan) -> str:
    """Say which reads are of no read group of the header; empty where there are none."""
    known = {group["ID"] for group in header["RG"]}
    strange = sum(count for group, count in scan.groups.items() if group not in known)
    return f"{strange} of {scan.reads} reads are of no read group that its header names" * (
        strange > 0
    )


def _groups(header: Mapping, scan: Scan) -> list[dict[str, str]]:
    """List the read groups of the header, and those that only reads name."""
    known = [group["ID"] for group in header["RG"]]
    strange = sorted(group for group in scan.groups if group is not None and group not in known)
    unnamed = [{"ID": ""}] * (None in scan.groups)
    return [*header["RG"], *({"ID": name} for name in strange), *unnamed]


def _group(group: Mapping[str, str], prefix: str, unit: Mapping[str, str]) -> dict[str, str]:
    """Complete a read group and make its id unique; that of reads without one is the unit's.

    No unit's name has a colon, so ids of two units are never the same.
    """
    name = f"{prefix}:{group['ID']}" if group["ID"] else prefix
    default = {
        "LB": unit["library"] or unit["sample"],
        "PL": unit["platform"] or "ILLUMINA",
        "PU": name,
    }
    told = {key: value for key, value in group.items() if value}
    return {"ID": name} | default | told | {"ID": name, "SM": unit["sample"]}


def _programs(header: Mapping) -> list[dict[str, str]]:
    """List the programs that made an alignment; one that is not there is nobody's predecessor.

    MarkDuplicates refuses a chain with a missing link.
    """
    programs = header.get("PG", [])
    known = {program["ID"] for program in programs}
    return [
        {key: value for key, value in program.items() if key != "PP" or value in known}
        for program in programs
    ]


def _tagged(code: str, lines: list[dict[str, str]]) -> list[str]:
    """Write lines of a header; bwa takes a backslash for the beginning of an escape."""
    return [
        "\t".join([f"@{code}", *(f"{key}:{value}" for key, value in line.items())]).replace(
            "\\", "/"
        )
        for line in lines
    ]
