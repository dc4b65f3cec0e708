"""Rows of tables as hospitals write them: all text, each value where its line has it."""

import csv
from collections.abc import Collection, Sequence

import pandas as pd

from gcin.intake.heads import UnreadableError, lines, opened, table_header

TRUTH = ("true", "false")


def read_rows(file: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a tab-separated table with a header, plain or gzipped.

    Args:
        file: The table.
        columns: Columns to read; None for all.

    Returns:
        All text without blanks around it, indexed by line (the header is 1); what a short line
        lacks is empty.

    Raises:
        ValueError: The table cannot be read, a line holds more than the header names, or a
            quotation mark makes one row of several lines.
    """
    try:
        wanted = table_header(file) if columns is None else columns
        with opened(file) as stream:  # by what it is: pandas would go by the ending of its name
            rows = pd.read_csv(stream, sep="\t", usecols=wanted, dtype=str, keep_default_na=False)
        _, *numbers = _numbers_of_lines(file)
        if len(numbers) != len(rows):
            raise ValueError(
                f"{len(numbers)} lines below its header are read as {len(rows)} rows; a quotation "
                "mark before a value is not closed in its line"
            )
    except (ValueError, OSError, EOFError, UnreadableError) as error:
        raise ValueError(
            f"{file} cannot be read: {error}. Correct the table or its card."
        ) from None
    rows.index = numbers
    return rows.fillna("").apply(lambda column: column.str.strip())


def read_numbers(
    file: str, patient: str, columns: Sequence[str] | None, missing: Collection[str]
) -> pd.DataFrame | None:
    """Read a table of one row per patient and nothing but numbers, in a tenth of time and memory.

    Args:
        file: The table.
        patient: Column that names the patient.
        columns: Columns of numbers; None for all others.
        missing: What says that there is none.

    Returns:
        As `read_rows`, but the numbers float64; None where anything is in the way, of which
        `read_rows` and whoever reads its text can say more.
    """
    try:
        wanted = [name for name in columns or table_header(file) if name != patient]
        types = {patient: str} | dict.fromkeys(wanted, "float64")
        with opened(file) as stream:
            rows = pd.read_csv(stream, sep="\t", usecols=[*types], dtype=types,
                na_values=list(missing), keep_default_na=False, float_precision="high",
                low_memory=False)  # fmt: skip
        numbers = _numbers_of_lines(file)
        # pandas reads a column of True and False as 1 and 0.
        has_words = any(word in line.casefold() for line in lines(file) for word in TRUTH)
    except (ValueError, OSError, EOFError, UnreadableError):
        return None
    if has_words or len(numbers) != len(rows) + 1 or rows[patient].isna().any():
        return None
    rows.index = numbers[1:]
    return rows.assign(**{patient: rows[patient].str.strip()})


def _numbers_of_lines(file: str) -> list[int]:
    """Number the lines that are not empty; one that holds more than the first is refused."""
    numbers, most = [], None
    for number, line in enumerate(lines(file), start=1):
        if not line.strip(" "):
            continue
        most = line.count("\t") if most is None else most
        if line.rstrip().count("\t") > most and _fields_in(line.rstrip()) > most + 1:
            raise ValueError(f"line {number} holds more values than the header has names")
        numbers.append(number)
    return numbers


def _fields_in(line: str) -> int:
    """Count the fields of a line; a tab between quotation marks parts none."""
    return len(next(csv.reader([line], delimiter="\t")))
