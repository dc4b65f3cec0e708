"""Given alignments: what their headers say, read each time a run is described."""

from pathlib import Path

import pysam

from gcin.intake.found import require_end_of_bgzf
from gcin.intake.heads import UnreadableError

# Lengths of chromosomes 1, 17, 20, 21 and 22 (Genome Reference Consortium); no two are the same.
LENGTHS = {
    "GRCh37": {249_250_621, 81_195_210, 63_025_520, 48_129_895, 51_304_566},
    "GRCh38": {248_956_422, 83_257_441, 64_444_167, 46_709_983, 50_818_468},
}
# The container that ends a file, by major version (CRAM specification 3.1, section 9).
CRAM_ENDS = {
    2: "0b000000ffffffff0fe0454f460000000001000001000606010001000100",
    3: "0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b",
}


def assembly_of(lengths: set[int]) -> str:
    """Tell an assembly by the lengths of its chromosomes; empty where they are of none."""
    return next((name for name, known in LENGTHS.items() if lengths & known), "")


def alignment_header(path: str, kind: str) -> dict:
    """Read the header of a BAM or CRAM, and see that the file has its end.

    Args:
        path: The file.
        kind: `bam` or `cram`.

    Returns:
        The header's lines by their codes, as pysam has them: `SQ`, `RG`, `PG` are lists.

    Raises:
        UnreadableError: The file is of another format, cut off, or broken.
    """
    require_end_of_bgzf(path)
    _require_end_of_cram(path)
    previous = pysam.set_verbosity(0)
    try:
        with pysam.AlignmentFile(path, check_sq=False) as stream:
            found, header = stream.format.lower(), stream.header.to_dict()
    except (OSError, ValueError) as error:
        raise UnreadableError(f"it cannot be read as {kind.upper()} ({error})") from None
    finally:
        pysam.set_verbosity(previous)
    if found != kind:
        raise UnreadableError(f"it is {found.upper()}, not {kind.upper()}; name its kind {found}")
    return header


def _require_end_of_cram(path: str) -> None:
    """Refuse a CRAM that lacks its end; other files pass."""
    with Path(path).open("rb") as stream:
        head = stream.read(5)
        end = bytes.fromhex(CRAM_ENDS.get(head[4], "")) if head[:4] == b"CRAM" else b""
        size = stream.seek(0, 2)
        stream.seek(max(size - len(end), 0))
        if stream.read() != end:
            raise UnreadableError("it is cut off: it lacks the container that ends a CRAM file")


def samples_of(header: dict) -> list[str]:
    """Name the samples of an alignment's read groups, sorted."""
    return sorted({group["SM"] for group in header.get("RG", []) if group.get("SM")})


def assembly_of_header(header: dict) -> str:
    """Tell the assembly that an alignment was made with; empty where its contigs are of none."""
    return assembly_of({line["LN"] for line in header.get("SQ", [])})


def require_fitting(header: dict, sample: str, assembly: str) -> None:
    """Refuse an alignment that is not what its row says: of this sample and this assembly.

    A sample of another name is not renamed: it is how swapped files are noticed.

    Raises:
        UnreadableError: Says what differs, and the remedy.
    """
    samples = samples_of(header)
    unnamed = [group.get("ID", "?") for group in header.get("RG", []) if not group.get("SM")]
    if not samples:
        raise UnreadableError(
            "it has no read group that names a sample (SM); add one with samtools addreplacerg "
            f"-r ID:1 -r SM:{sample} -r LB:{sample} -r PL:ILLUMINA"
        )
    if unnamed:
        raise UnreadableError(
            f"its read group {unnamed[0]} names no sample (SM); complete it with samtools reheader"
        )
    if len(samples) > 1:
        raise UnreadableError(
            f"its read groups are of {len(samples)} samples ({', '.join(samples[:5])}); divide it "
            "with samtools split, and give each sample its own file"
        )
    if samples != [sample]:
        raise UnreadableError(
            f"its read groups are of sample {samples[0]}; correct the sheet, or where it is the "
            f"same specimen rename it: samtools reheader --command 'sed s/SM:{samples[0]}/"
            f"SM:{sample}/'"
        )
    told = assembly_of_header(header)
    if told not in ("", assembly):
        raise UnreadableError(
            f"its contigs are those of {told}, the sheet says {assembly}; write {told} in column "
            "assembly, and it is realigned where the genome is another"
        )
