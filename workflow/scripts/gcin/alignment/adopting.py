"""From a given alignment to that of a unit, by samtools and bwa."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from gcin.intake.heads import begins_as_fastq

# Secondary and supplementary records are of reads that come anyway; reads that failed the
# sequencer's own filter are passed over by callers, too.
LEFT_OUT = "0xB00"


def adopt(given: str, plan: Mapping, genome: str, threads: int, scratch: str, adopted: str) -> None:
    """Write the alignment of a unit, all records of a read together, with read groups of its own.

    Args:
        given: BAM or CRAM.
        plan: What is to become of it, by `gcin.alignment.given.plan_of`, and the `fasta` that a
            CRAM was compressed with.
        genome: The genome, with the index of bwa.
        threads: For each program.
        scratch: A folder for files that are not kept.
        adopted: The file to write.

    Raises:
        RuntimeError: A program failed; names it.
    """
    header = Path(scratch, "header.sam")
    header.write_text(plan["header"])
    regroup = _regroup(plan["prefix"])
    output = ["--no-PG", "--output-fmt", "bam,level=1", "-o", adopted, "-"]
    if plan["realigned"]:
        streams = _realigned(given, plan["fasta"], genome, threads, header, regroup)
        write = ["samtools", "view", *output]
    else:
        view = ["samtools", "view", "--no-PG", f"--threads={threads}"]
        view += ["--reference", plan["fasta"], given]
        streams = [[view, regroup, ["cat", str(header), "-"]]]
        write = ["samtools", "collate", *output, str(Path(scratch, "together"))]
    # Sequences of a CRAM come from that FASTA alone: nothing is looked for in the network.
    environment = os.environ | {"LC_ALL": "C", "REF_PATH": scratch}
    with _started(write, subprocess.PIPE, None, environment) as writer:
        for commands in streams:
            _run_piped(commands, writer.stdin, environment)
        writer.stdin.close()
    _require_success([writer])


def _regroup(prefix: str) -> list[str]:
    """Put a prefix to the read group of each record; give those without one the unit's."""
    known, unknown = f"s/\tRG:Z:/\tRG:Z:{prefix}:/", f"s/$/\tRG:Z:{prefix}/"
    return ["sed", "-e", "/^@/b", "-e", known, "-e", "t", "-e", unknown]


def _realigned(
    given: str, fasta: str, genome: str, threads: int, header: Path, regroup: list[str]
) -> Iterable[list[list[str]]]:
    """Align whole pairs, then the reads without a mate, and those that never had one.

    Among the pairs, a read alone would move the border of a batch of bwa into the middle of one.
    """
    collated, *lone = (
        str(header.with_name(name)) for name in ("collated", "orphans.fq.gz", "unpaired.fq.gz")
    )
    collate = ["samtools", "collate", "--no-PG", "-u", "-O", f"-@{threads}", "--reference", fasta]
    fastq = ["samtools", "fastq", "-n", "-O", "-T", "RG", "-F", LEFT_OUT]
    align = ["bwa", "mem", "-K", "100000000", "-Y", "-C", f"-t{threads}", "-H", str(header)]
    yield [
        [*collate, given, collated],
        [*fastq, "-s", lone[0], "-0", lone[1], "-"],
        [*align, "-p", genome, "-"],
        regroup,
    ]
    for reads in filter(begins_as_fastq, lone):
        yield [[*align, genome, reads], ["sed", "/^@/d"], regroup]


def _run_piped(commands: list[list[str]], into: IO, environment: Mapping[str, str]) -> None:
    """Run programs, each reading what the one before it writes, the last writing to a stream."""
    running, source = [], None
    for command in commands:
        target = into if command is commands[-1] else subprocess.PIPE
        running.append(_started(command, source or subprocess.DEVNULL, target, environment))
        # Held open here, a pipe would never end for its reader or break for its writer.
        if source is not None:
            source.close()
        source = running[-1].stdout
    for program in running:
        program.wait()
    _require_success(running)


def _started(
    command: list[str], source: IO | int, target: IO | int | None, environment: Mapping[str, str]
) -> subprocess.Popen:
    return subprocess.Popen(command, stdin=source, stdout=target, env=environment)


def _require_success(programs: list[subprocess.Popen]) -> None:
    """Refuse to go on where a program failed, naming the last that did: the others broke off."""
    failed = [program for program in programs if program.returncode != 0]
    if failed:
        command = " ".join(map(str, failed[-1].args[:2]))
        codes = ", ".join(f"{program.args[0]} {program.returncode}" for program in failed)
        raise RuntimeError(f"{command} failed (exit codes: {codes}); it says why above")
