"""A sample sheet made from folders of files, and every doubt about it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gcin.intake.found import Doubt, Unit, files_below, kind_of_name, left_out
from gcin.intake.found_calls import units_of_calls
from gcin.intake.found_reads import units_of_reads
from gcin.intake.kinds import ALIGNMENTS, DESCRIBING
from gcin.intake.problems import Problems
from gcin.intake.schema import schema_of
from gcin.intake.sheet import COLUMNS, check_sheet

# A sample has one kind: of several, that from which most can be made is taken.
RAWEST_FIRST = ("fastq", "cram", "bam", "gvcf", "vcf", "maf")
NAMED = 3
CONTROL = re.compile(r"[\x00-\x1f\x7f\udc80-\udcff]")


def sheet_of(folders: Iterable[str], cohort: str, whole: bool) -> tuple[pd.DataFrame, list[Doubt]]:
    """Make a sample sheet from the files below some folders.

    Args:
        folders: Where the files lie; paths in the sheet begin as these do.
        cohort: The cohort of every row.
        whole: Whether large files, too, are read to their ends.

    Returns:
        The rows, all text, which the check of a run's sheet passes; and the doubts, by file. A
        patient is named as the sample.

    Raises:
        ValueError: A folder is none, or the cohort's name is not allowed.
    """
    _require_name(cohort)
    paths, doubts = _nameable(path for path in files_below(folders) if kind_of_name(path))
    paths, doubtful = _without_links(paths)
    doubts += doubtful
    reads = [path for path in paths if kind_of_name(path) == "fastq"]
    others = [path for path in paths if kind_of_name(path) != "fastq"]
    units = []
    for found, doubtful in (units_of_reads(reads, whole), units_of_calls(others, whole)):
        units += found
        doubts += doubtful
    for sift in (_with_allowed_names, _of_one_kind, _given_once):
        units, doubtful = sift(units)
        doubts += doubtful
    rows = pd.DataFrame([_row(unit, cohort) for unit in units], columns=COLUMNS, dtype=str)
    rows, refused = _accepted(rows.assign(**dict.fromkeys(DESCRIBING, "")))
    doubts += refused + _in_several_folders(rows)
    ordered = rows[list(COLUMNS)].sort_values(["sample", "unit", "file"]).reset_index(drop=True)
    return ordered, sorted(set(doubts), key=lambda doubt: (doubt.file, doubt.doubt))


def _require_name(cohort: str) -> None:
    described = schema_of("samples")["properties"]["cohort"]
    if not re.search(described["pattern"], cohort):
        raise ValueError(f"{cohort!r} cannot name a cohort: give --cohort {described['form']}.")


def _nameable(paths: Iterable[str]) -> tuple[list[str], list[Doubt]]:
    """Leave out paths that a line of a sheet cannot hold."""
    named, doubts = [], []
    for path in paths:
        if CONTROL.search(path) or path != path.strip():
            why = "its path holds a tab, a line end, an outer space or bytes that are not UTF-8"
            doubts.append(left_out(ascii(path), why, "Rename it"))
        else:
            named.append(path)
    return named, doubts


def _without_links(paths: list[str]) -> tuple[list[str], list[Doubt]]:
    """Leave out other names of a file that is found, too."""
    found, doubts = {}, []
    for path in sorted(paths, key=lambda path: (Path(path).is_symlink(), path)):
        first = found.setdefault(Path(path).resolve(), path)
        if first != path:
            remedy = "Nothing to do, or choose by hand"
            doubts.append(left_out(path, f"it is the same file as {first}", remedy))
    return sorted(found.values()), doubts


def _with_allowed_names(units: list[Unit]) -> tuple[list[Unit], list[Doubt]]:
    described = schema_of("samples")["properties"]["sample"]
    kept, refused = [], []
    for unit in units:
        if re.search(described["pattern"], unit.sample):
            kept.append(unit)
            continue
        rename = "Rename the files" if unit.kind == "fastq" else "Rename the sample in the file"
        refused.append((unit, f"the name is not of {described['form']}", rename))
    return kept, _by_file(refused)


def _of_one_kind(units: list[Unit]) -> tuple[list[Unit], list[Doubt]]:
    kinds = defaultdict(set)
    for unit in units:
        kinds[unit.sample].add(unit.kind)
    chosen = {sample: min(found, key=RAWEST_FIRST.index) for sample, found in kinds.items()}
    kept = [unit for unit in units if unit.kind == chosen[unit.sample]]
    refused = [
        (unit, f"given as {chosen[unit.sample]} already", "Nothing to do, or choose by hand")
        for unit in units
        if unit.kind != chosen[unit.sample]
    ]
    return kept, _by_file(refused)


def _given_once(units: list[Unit]) -> tuple[list[Unit], list[Doubt]]:
    """Keep the first file of a sample, but all FASTQ: other files may hold the same data twice."""
    first, kept, refused = {}, [], []
    for unit in units:
        if unit.kind == "fastq" or first.setdefault(unit.sample, unit) is unit:
            kept.append(unit)
        else:
            remedy = (
                "Write a row for each, with units of their own, where they hold other reads"
                if unit.kind in ALIGNMENTS
                else "Join parts of a genome (bcftools concat), or choose the right file"
            )
            refused.append((unit, f"given in {first[unit.sample].file} already", remedy))
    return kept, _by_file(refused)


def _by_file(refused: Iterable[tuple[Unit, str, str]]) -> list[Doubt]:
    """Make one doubt of all samples that are left out of a file for the same reason."""
    samples = defaultdict(dict)
    for unit, why, remedy in refused:
        samples[unit.file, why, remedy][unit.sample] = None
    return [
        left_out(file, f"{_some(list(names))}: {why}", remedy)
        for (file, why, remedy), names in samples.items()
    ]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"sample{'s' * (len(names) > 1)} {', '.join(names[:NAMED])}{more}"


def _row(unit: Unit, cohort: str) -> dict[str, str]:
    return {"cohort": cohort, "patient": unit.sample} | vars(unit)


def _accepted(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Doubt]]:
    """Leave out what the check of a run's sheet refuses: a sample's reads, or a file of calls.

    They are halved until the refused ones stand alone, so that a good sheet is checked once.
    """
    problems = Problems()
    check_sheet(rows, "sheet", problems)
    if not problems.lines:
        return rows, []
    blocks = rows["sample"].where(rows["kind"] == "fastq", rows["file"])
    names = list(dict.fromkeys(blocks))
    if len(names) == 1:
        problem, _, remedy = problems.lines[0].partition(": ")[2].rstrip(".").rpartition(". ")
        return rows[:0], [left_out(rows["file"].iloc[0], problem, remedy)]
    early = blocks.isin(names[: len(names) // 2])
    halves = [_accepted(half) for half in (rows[early], rows[~early])]
    return pd.concat([kept for kept, _ in halves]), [
        doubt for _, found in halves for doubt in found
    ]


def _in_several_folders(rows: pd.DataFrame) -> list[Doubt]:
    """Doubt samples of one name in several folders: lanes of a sample, or two people."""
    doubts = []
    folders = rows.assign(folder=[str(Path(name).parent) for name in rows["file"]])
    for sample, group in folders.groupby("sample"):
        places = list(dict.fromkeys(group["folder"]))
        if len(places) > 1:
            seen = f"sample {sample} stands in several folders: {', '.join(places)}"
            remedy = "Make sure that it is one specimen; else give each its own name"
            doubts.append(Doubt(group["file"].iloc[0], seen, remedy))
    return doubts
