"""Days from the index date: where a date stands in a patient's course, so that no date is kept."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.clinical.tables import Faults, Table
from gcin.clinical.values import present

ISO = "%Y-%m-%d"
WRITTEN = r"\d{4}-\d{1,2}-\d{1,2}"  # pandas also reads `now` and `today`, as the moment it does so
CENTURY = 36525  # days; more are a date without dashes, a spreadsheet's number, a 1900-01-01


def index_dates(tables: Mapping[str, Table], faults: Faults) -> pd.Series:
    """Find the date of day 0 of each patient, from every table that has it.

    Args:
        tables: The tables of a card.
        faults: Where dates that are none, or contradict one another, are noted.

    Returns:
        Dates, indexed by patient: those without one are absent, and missing where what is written
        is none.
    """
    known: dict[str, pd.Timestamp] = {}
    for table in tables.values():
        if table.index_date is None:
            continue
        dates = read_dates(table, table.index_date, faults)
        dates = dates[table.column(table.index_date).pipe(present, None).notna()]
        patients = table.rows.loc[dates.index, "patient"]
        for row, patient, date in zip(dates.index, patients, dates, strict=True):
            first = known.setdefault(patient, date)
            if pd.notna(first) and pd.notna(date) and first != date:
                faults.add(
                    table,
                    row,
                    table.index_date,
                    "the patient has another index date elsewhere",
                    "Keep one",
                )
    return pd.Series(known, dtype="datetime64[ns]")


def read_dates(table: Table, column: str, faults: Faults) -> pd.Series:
    """Read dates of the form yyyy-mm-dd; a fault does not repeat the date, which identifies."""
    text = present(table.column(column), None)
    dates = _dates_in(text)
    for row in text.index[text.notna() & dates.isna()]:
        faults.add(table, row, column, "the value is no date", "Write yyyy-mm-dd")
    return dates


def _dates_in(text: pd.Series) -> pd.Series:
    """Read what is written as a date; all else is missing."""
    written = text.where(text.astype("string").str.fullmatch(WRITTEN).fillna(False).astype(bool))
    return pd.to_datetime(written, format=ISO, errors="coerce")


def days_of_dates(
    table: Table, column: str, index: pd.Series, faults: Faults, most: float = CENTURY
) -> pd.Series:
    """Turn a column of dates into days from the index date.

    Args:
        table: The table.
        column: Its column of dates.
        index: Index dates by patient.
        faults: Where values that are no dates, and patients without an index date, are noted.
        most: Days before day 0 beyond which a date stands for an unknown one, as 1900-01-01 does.

    Returns:
        Days, float64, indexed by row.
    """
    dates = read_dates(table, column, faults)
    zero = table.rows["patient"].map(index).astype("datetime64[ns]")
    # Of a patient whose index date is no date, that alone is told.
    undated = dates.notna() & ~table.rows["patient"].isin(index.index)
    today = pd.Timestamp.today()
    days = (dates - zero) / np.timedelta64(1, "D")
    found = {
        "the patient has no index date": (
            undated,
            "Fill it in, in the column that the card names under index_date",
        ),
        "the date is still to come": ((dates > today) & (zero <= today), "Correct it"),
        "the date is more than a century before day 0": (days < -most, "Correct or empty it"),
    }
    for problem, (faulty, remedy) in found.items():
        for row in dates.index[faulty]:
            faults.add(table, row, column, problem, remedy)
    return days


def days_of(table: Table, column: str, index: pd.Series, faults: Faults) -> pd.Series:
    """Read a column of days, or of dates where any value is written as one.

    Returns:
        Days from the index date, float64, indexed by row.
    """
    text = present(table.column(column), None)
    days = pd.to_numeric(text, errors="coerce").astype(float)
    other = text[text.notna() & ~np.isfinite(days)]
    if _dates_in(other).notna().any():
        days, other = days_of_dates(table, column, index, faults, np.inf), other.iloc[:0]
    problems = dict.fromkeys(other.index, "the value is neither a number of days nor a date")
    far = days.index[np.isfinite(days) & (days.abs() > CENTURY)]
    problems |= dict.fromkeys(far, "the day is more than a century from day 0")
    for row, problem in problems.items():
        faults.add(table, row, column, problem, "Write days from day 0, or yyyy-mm-dd")
    return days.drop(other.index).reindex(text.index)
