"""Clinical tables as they come: only the columns that the card maps, all text, rows counted."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from gcin.clinical.reading import read_rows
from gcin.intake.recorded import MISSING
from gcin.intake.references import columns_of, split_reference

logger = logging.getLogger(__name__)

SHOWN = 20
ALIKE = 3  # told of those that one remedy ends, so that a column of dates hides no other column
LONGEST_VALUE = 30
NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"  # as in the sheet: patients name the files of their pages


class Fault(NamedTuple):
    """What is wrong in one place of a table: line (the header is 1), problem, and what to do."""

    file: str
    column: str
    row: int
    problem: str
    remedy: str

    @property
    def kind(self) -> tuple[str, str, str]:
        """What faults have in common that one remedy ends."""
        return self.file, self.column, self.remedy

    @property
    def line(self) -> str:
        """The fault in words."""
        return f"{self.file}, row {self.row}, column {self.column}: {self.problem}. {self.remedy}."


@dataclass
class Faults:
    """What is wrong with the rows of clinical tables, collected to be told at once."""

    noted: dict[Fault, None] = field(default_factory=dict)

    def add(self, table: "Table", row: int, column: str, problem: str, remedy: str) -> None:
        """Note one fault by file, line (the header is 1) and column.

        A column that several mappings read, such as that of the day, is at fault once.
        """
        self.noted[Fault(table.file, column, row, problem, remedy)] = None

    def stop(self) -> None:
        """End the step where there are faults.

        Raises:
            ValueError: Lists them, of those alike in a column the first few, and counts the others.
        """
        if not self.noted:
            return
        told, alike = [], Counter()
        for fault in self.noted:
            alike[fault.kind] += 1
            if alike[fault.kind] <= ALIKE:
                told.append(fault.line)
        told = told[:SHOWN]
        told += [
            f"{file}, column {column}: {count - ALIKE} more row(s). {remedy}."
            for (file, column, remedy), count in alike.items()
            if count > ALIKE
        ]
        shown = sum(min(count, ALIKE) for count in alike.values())
        told += [f"and {shown - SHOWN} more"] if shown > SHOWN else []
        listed = "\n".join(f"- {line}" for line in told)
        raise ValueError(f"{len(self.noted)} problem(s) in the clinical tables:\n{listed}")


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
    # Spreadsheets end with rows of nothing but tabs; what is not read of a row is nothing, too.
    rows = rows[rows.ne("").any(axis=1)]
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
