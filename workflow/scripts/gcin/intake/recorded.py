"""One mapping of a card by itself: what it reads, and whether that has changed."""

from collections.abc import Mapping

import pandas as pd

from gcin.generations import digest
from gcin.intake.heads import UnreadableError, opened
from gcin.intake.references import SECTIONS, split_reference

# What hospitals, spreadsheets and pandas write where nothing is known; a card's codes can give any
# of them a meaning.
MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "."})
MISSING |= {"#N/A", "<NA>", "NaT"}


def matching_code(value: str, codes: Mapping) -> str | None:
    """Find the code that a written value is, as text or as the same number; None where none is."""
    if value in codes:
        return value
    number = pd.to_numeric(value, errors="coerce")
    alike = (code for code in codes if pd.to_numeric(code, errors="coerce") == number)
    return next(alike, None)


def card_of_one(card: Mapping, section: str, name: str) -> dict:
    """Take a card's one mapping, and the one table that it reads.

    A rule that reads a single column so, with the table as an old file and `recorded_digest` as a
    parameter, runs again where this column changes, and not where another does.

    Args:
        card: A card with every key filled in.
        section: Of the card, such as `person`.
        name: Of the mapping; it has no day.

    Returns:
        A card of the same form with all else left out; without tables where nothing is read.
    """
    mapping = card[section][name]
    alone = {other: {} for other in ("tables", *SECTIONS)}
    if mapping is not None:
        alone[section] = {name: mapping}
        if mapping["column"] is not None:
            table, _ = split_reference(mapping["column"])
            alone["tables"] = {table: {**card["tables"][table], "index_date": None}}
    return alone


def recorded_digest(alone: Mapping) -> str:
    """Digest what a `card_of_one` reads: its mapping, and its column by patient.

    A table that cannot be read adds nothing: the step that reads it will say more.
    """
    columns = {
        (table, split_reference(mapping["column"])[1])
        for section in SECTIONS
        for mapping in alone[section].values()
        for table in alone["tables"]
    }
    values = [written_values(alone["tables"][table], column) for table, column in columns]
    return digest([alone, values])


def written_values(table: Mapping, column: str) -> list[list[str]]:
    """List patient and value of each row of a card's table, sorted; none where it is unreadable."""
    columns = [table["patient"], column]
    try:
        with opened(table["file"]) as stream:
            rows = pd.read_csv(stream, sep="\t", usecols=columns, dtype=str, keep_default_na=False)
    except (ValueError, OSError, EOFError, UnreadableError):
        return []
    # The step that reads the table takes blanks away, too.
    stripped = rows[columns].fillna("").apply(lambda column: column.str.strip())
    return sorted(stripped.to_numpy().tolist())
