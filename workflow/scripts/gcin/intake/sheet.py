"""The sample sheet: read as text, checked row by row and as a whole."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from gcin.intake.alignments import alignment_header, require_fitting
from gcin.intake.calls import CallsHeader, calls_header, require_fitting_calls
from gcin.intake.heads import UnreadableError, maf_header, require_fastq, require_read
from gcin.intake.kinds import ALIGNMENTS, DESCRIBING, INTERLEAVED, SEQUENCED
from gcin.intake.once import check_reads_apart
from gcin.intake.problems import Problems, nearest
from gcin.intake.schema import check, schema_of
from gcin.intake.tumours import check_tumours

COLUMNS = tuple(schema_of("samples")["required"])
LISTING = ("vcf", "gvcf")
# Python's own `splitlines` also parts a line at characters that a value may hold.
LINE_END = re.compile(r"\r\n|\n|\r")


def read_sheet(path: str, problems: Problems) -> pd.DataFrame:
    """Read the sample sheet.

    A byte-order mark, Windows line ends and rows without values are accepted; comments, quotes and
    spaces around values are not.

    Returns:
        All text, in the order of the schema, indexed by line number in the file; columns that the
        sheet may lack are there, and empty. No rows where the sheet cannot be read, which is then
        among the problems.
    """
    empty = pd.DataFrame(columns=[*COLUMNS, *DESCRIBING], dtype=str)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError:
        problems.add(path, "there is no such file", "Write it, or correct `samples` in the config")
        return empty
    except UnicodeDecodeError as error:
        problems.add(path, f"byte {error.start} is not UTF-8", "Save the sheet as UTF-8")
        return empty
    lines = enumerate(LINE_END.split(text), 1)
    numbered = [(number, line.split("\t")) for number, line in lines if line.strip()]
    if not numbered or not _header_is_right(path, numbered[0][1], problems):
        if not numbered:
            problems.add(path, "the sheet is empty", f"Write a header: {' '.join(COLUMNS)}")
        return empty
    return _rows(path, numbered, problems)


def _header_is_right(path: str, header: list[str], problems: Problems) -> bool:
    place, before = f"{path}, line 1", len(problems.lines)
    if len(header) == 1:
        problems.add(place, "there is no tab in it", "Separate columns by tabs, and nothing else")
        return False
    if any('"' in name for name in header):
        problems.add(place, "its names are in quotes", "Save the sheet as text without quotes")
        return False
    for name in dict.fromkeys(header):
        if name == "":
            problem = f"column {header.index(name) + 1} has no name"
            problems.add(place, problem, "Remove the tabs that end lines, or name the column")
        elif name not in COLUMNS + DESCRIBING:
            meant = nearest(name, COLUMNS + DESCRIBING)
            problems.add(place, f"unknown column {name!r}", meant)
        elif header.count(name) > 1:
            problems.add(place, f"column {name!r} stands in it twice", "Remove one")
    for name in COLUMNS:
        if name not in header:
            meaning = schema_of("samples")["properties"][name]["description"]
            problems.add(place, f"column {name!r} is missing", f"Add it: {meaning}".rstrip("."))
    return len(problems.lines) == before


def _rows(path: str, numbered: list[tuple[int, list[str]]], problems: Problems) -> pd.DataFrame:
    (_, header), *body = numbered
    if not body:
        problems.add(path, "the sheet has no rows", "Add one row per sequenced unit")
    for number, fields in body:
        if len(fields) != len(header):
            problems.add(
                f"{path}, line {number}",
                f"it has {len(fields)} fields, the header {len(header)}",
                "Separate fields by single tabs, with none at the end; write no comments",
            )
    right = {n: fields for n, fields in body if len(fields) == len(header)}
    rows = pd.DataFrame.from_dict(right, orient="index", columns=header, dtype=str)
    whole = rows.reindex(columns=[*COLUMNS, *DESCRIBING], fill_value="")
    return whole.replace({"assembly": {"": "GRCh38"}})


def check_sheet(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """Note every problem of the sheet that its own text shows.

    Args:
        rows: The sheet, indexed by line number.
        path: The sheet's path, for messages.
        problems: Where problems are noted.
    """
    _check_values(rows, path, problems)
    _check_days(rows, path, problems)
    _check_assembly(rows, path, problems)
    _check_reads(rows, path, problems)
    _check_identity(rows, path, problems)
    _check_cohorts_agree(rows, path, problems)
    check_tumours(rows, path, problems)


def _check_values(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """Check each distinct value of a column once, naming the first row that has it."""
    properties = schema_of("samples")["properties"]
    for column in rows:
        for line, value in rows[column].drop_duplicates().items():
            place = f"{path}, line {line}, column {column}"
            if value != value.strip():
                problems.add(place, f"{value!r} has spaces around it", "Remove them")
            else:
                check(value, properties[column], place, problems)


def _check_days(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """A day is one of the calendar, and not to come."""
    written = rows["sequenced"][rows["sequenced"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")]
    for line, text in written.drop_duplicates().items():
        place = f"{path}, line {line}, column sequenced"
        try:
            if date.fromisoformat(text) > date.today():
                problems.add(place, f"{text} is still to come", "Correct it, or empty it")
        except ValueError:
            problems.add(place, f"{text} is no day", "Correct it, or empty it")


def _check_assembly(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    for line, row in rows[(rows["assembly"] == "GRCh37") & (rows["kind"] == "gvcf")].iterrows():
        problem = "is GRCh37: reference blocks of GRCh37 cannot be lifted over"
        remedy = "Give its reads or its alignment, which are aligned anew, or its VCF"
        place = f"{path}, line {line}, column assembly"
        problems.add(place, f"sample {row['sample']} {problem}", remedy)


def _check_reads(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """Only FASTQ has, and must have, a mate and a read group; no file holds two units."""
    reads = rows["kind"] == "fastq"
    for column, what in {
        "mate": "read 2",
        "platform": "its platform",
        "library": "its library",
    }.items():
        for line, row in rows[reads & (rows[column] == "")].iterrows():
            place = f"{path}, line {line}, column {column}"
            problem = f"the FASTQ of sample {row['sample']}, unit {row['unit']}, lacks {what}"
            single = (
                f" ({INTERLEAVED} where the file holds both); single-end reads are not supported"
            )
            problems.add(place, problem, f"Name {what}{single * (column == 'mate')}")
    for line, row in rows[~reads & (rows["mate"] != "")].iterrows():
        place = f"{path}, line {line}, column mate"
        problems.add(place, f"a {row['kind']} has no mate", "Leave the field empty")
    _check_reads_once(rows[rows["kind"].isin(SEQUENCED)], path, problems)


def _check_reads_once(reads: pd.DataFrame, path: str, problems: Problems) -> None:
    units = reads.drop(columns="cohort").drop_duplicates()
    named = pd.concat([units["file"], units["mate"]])
    for line, name in named[named.duplicated() & ~named.isin(["", INTERLEAVED])].items():
        first = named.index[named == name][0]
        problem = f"{name} already stands in line {first}"
        place = f"{path}, line {line}, columns file and mate"
        problems.add(place, problem, "Name each file of reads once, read 1 and read 2 apart")


def _check_identity(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """A unit has one row; a sample one patient, tissue, kind and assembly."""
    for line, row in rows[rows.duplicated(["cohort", "sample", "unit"])].iterrows():
        place = f"{path}, line {line}, column unit"
        problem = f"unit {row['unit']} of sample {row['sample']} already has a row"
        problems.add(place, problem, "Rename the unit, or remove one of the rows")
    for column in ("patient", "tissue", "kind", "assembly"):
        first = rows.groupby("sample")[column].transform("first")
        for line, row in rows[rows[column] != first].iterrows():
            place = f"{path}, line {line}, column {column}"
            problem = (
                f"sample {row['sample']} has {column} {first[line]} above and {row[column]} here"
            )
            problems.add(place, problem, f"Give a sample one {column}, or two names to two samples")
    listing = rows[rows["kind"] == "vcf"]
    first = listing.groupby(["cohort", "file"])["assembly"].transform("first")
    for line, row in listing[listing["assembly"] != first].iterrows():
        place = f"{path}, line {line}, column assembly"
        problem = f"{row['file']} is of {first[line]} above and of {row['assembly']} here"
        problems.add(place, problem, "Give a file one assembly: that of its positions")
    given = rows[~rows["kind"].isin(SEQUENCED) & rows.duplicated(["cohort", "sample"])]
    for line, row in given.drop_duplicates(["cohort", "sample"]).iterrows():
        place = f"{path}, line {line}, column sample"
        problem = f"sample {row['sample']} has a second {row['kind']} row"
        problems.add(place, problem, "Only reads have several units: give one file per sample")


def _check_cohorts_agree(rows: pd.DataFrame, path: str, problems: Problems) -> None:
    """A sample that stands in several cohorts is processed once, so its rows must be the same."""
    own = [name for name in rows if name != "cohort"]
    several = rows.groupby("sample")["cohort"].transform("nunique") > 1
    for sample, group in rows[several].groupby("sample"):
        described = group.groupby("cohort")[own].agg(lambda column: tuple(sorted(column)))
        if len(described.drop_duplicates()) > 1:
            cohorts = " and ".join(described.index[:2])
            place = f"{path}, lines {', '.join(map(str, group.index[:6]))}"
            problem = f"sample {sample} has other rows in cohort {cohorts}"
            problems.add(place, problem, "Repeat the same rows, or name another sample")


def check_files(
    rows: pd.DataFrame, named: pd.DataFrame, path: str, problems: Problems
) -> dict[str, CallsHeader]:
    """Note files that are absent, empty, or at first sight not what the sheet says.

    Args:
        rows: The sheet with paths resolved, indexed by line number.
        named: The same with the paths as the user wrote them, for messages.
        path: The sheet's path, for messages.
        problems: Where problems are noted.

    Returns:
        The header of each readable VCF and genomic VCF, by path.
    """
    seen: dict[tuple[str, str], CallsHeader | dict | str | None] = {}
    faults: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for column in ("file", "mate"):
        filled = rows[~rows[column].isin(["", INTERLEAVED])]
        for line, row in filled.to_dict("index").items():
            try:
                _check_file(row, row[column], seen)
            except UnreadableError as fault:
                faults[column, row[column], str(fault)].append(line)
    for (column, name, fault), (line, *others) in faults.items():
        place = f"{path}, line {line}, column {column}"
        problem = f"{named.loc[line, column]} of sample {rows.loc[line, 'sample']}: {fault}"
        more = f" (and {len(others)} more row(s) that name it)" if others else ""
        problems.add(place, problem + more, f"Correct the path (here {name}) or the file")
    check_reads_apart(rows, named, path, problems)
    return {name: head for (_, name), head in seen.items() if isinstance(head, CallsHeader)}


def _check_file(
    row: Mapping[str, str], name: str, seen: dict[tuple[str, str], CallsHeader | dict | str | None]
) -> None:
    key = row["kind"], name
    if key not in seen:
        seen[key] = _head_of(*key)
    if row["kind"] in LISTING:
        require_fitting_calls(seen[key], row["kind"], row["sample"], row["assembly"])
    if row["kind"] in ALIGNMENTS:
        require_fitting(seen[key], row["sample"], row["assembly"])
    if row["kind"] == "fastq":
        require_read(seen[key], "2" if name == row["mate"] else "1")


def _head_of(kind: str, name: str) -> CallsHeader | dict | str | None:
    """Read as much of a file as shows what it is: a header, or which read of its pair it holds."""
    require_file(name)
    if kind in LISTING:
        return calls_header(name)
    if kind in ALIGNMENTS:
        return alignment_header(name, kind)
    if kind == "maf":
        maf_header(name)
    return require_fastq(name) if kind == "fastq" else None


def require_file(name: str) -> None:
    """Refuse a path that is no file, an empty one, or none that a rule can name.

    Raises:
        UnreadableError: Says which of these it is.
    """
    path = Path(name)
    try:
        is_there, is_file = path.exists(), path.is_file()
    except OSError as error:  # a folder above it may not be entered, or a name is too long
        raise UnreadableError(f"it cannot be reached ({error.strerror})") from None
    if not is_there:
        raise UnreadableError("there is no such file")
    if not is_file:
        raise UnreadableError("it is no file")
    if path.stat().st_size == 0:
        raise UnreadableError("it is empty")
    if set(name) & set("{}"):
        raise UnreadableError(
            "its path holds { or }, which Snakemake takes for a wildcard; link to it from another"
        )
