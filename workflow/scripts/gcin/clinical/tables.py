"""Clinical tables as they come: only the columns that the card maps, all text, rows counted."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from gcin.clinical.reading import read_rows
from gcin.intake.references import columns_of, split_reference

logger = logging.getLogger(__name__)

# What hospitals write where nothing is known; a card's codes can give any of them a meaning.
MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "."})
SHOWN = 20
LONGEST_VALUE = 30
NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"  # as in the sheet: patients name the files of their pages


@dataclass
class Faults:
    """What is wrong with the rows of clinical tables, collected to be told at once."""

    lines: list[str] = field(default_factory=list)

    def add(self, table: "Table", row: int, column: str, problem: str, remedy: str) -> None:
        """Note one fault by file, line (the header is 1) and column."""
        self.lines.append(f"{table.file}, row {row}, column {column}: {problem}. {remedy}.")

    def stop(self) -> None:
        """End the step where there are faults.

        Raises:
            ValueError: Lists the first 20 and counts the others.
        """
        # A column that several mappings read, such as that of the day, is at fault once.
        told = list(dict.fromkeys(self.lines))
        if told:
            hidden = len(told) - SHOWN
            more = [f"and {hidden} more"] if hidden > 0 else []
            listed = "\n".join(f"- {line}" for line in told[:SHOWN] + more)
            raise ValueError(f"{len(told)} problem(s) in the clinical tables:\n{listed}")


@dataclass(frozen=True)
class Table:
    """One clinical table.

    Attributes:
        file: Where it came from, for messages.
        patient: Column that names the patient.
        rows: All text, indexed by the line in the file; `patient` is the patient, other columns
            have their own names behind a `.`, so that none can clash with it.
        index_date: Column with the date of day 0, or None.
    """

    file: str
    patient: str
    rows: pd.DataFrame
    index_date: str | None

    def column(self, name: str) -> pd.Series:
        """Read a column by its own name."""
        return self.rows[f".{name}"]


def read_tables(card: Mapping, faults: Faults) -> dict[str, Table]:
    """Read the tables of a card; columns that it does not map stay unread.

    Args:
        card: A card with every key filled in.
        faults: Where rows without a patient are noted.

    Raises:
        ValueError: A table cannot be read, or lacks a column.
    """
    wanted = columns_of(card)
    return {
        name: _read_table(table, wanted[name], faults) for name, table in card["tables"].items()
    }


def _read_table(table: Mapping, columns: list[str], faults: Faults) -> Table:
    """Read one table."""
    rows = read_rows(table["file"], columns)
    patients = rows[table["patient"]]
    named = rows.add_prefix(".").assign(patient=patients)
    read = Table(table["file"], table["patient"], named, table["index_date"])
    for row in patients.index[patients.isin(MISSING)]:
        faults.add(read, row, table["patient"], "the patient is missing", "Fill it in")
    for row in patients.index[~patients.str.fullmatch(NAME) & ~patients.isin(MISSING)]:
        problem = (
            "the patient's name holds more than letters, digits, . _ and -, or begins with . or -"
        )
        faults.add(read, row, table["patient"], problem, "Rename the patient in every table")
    logger.info("%s: %d rows, %d columns read", table["file"], len(rows), len(columns))
    return read


def source_of(mapping: Mapping, tables: Mapping[str, Table], key: str) -> tuple[Table, str]:
    """Find the table and the column that a mapping names under `key` (column or day)."""
    table, column = split_reference(mapping[key])
    return tables[table], column


def shown(value: str) -> str:
    """Quote a value in a message, long ones cut."""
    return repr(value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "...")
