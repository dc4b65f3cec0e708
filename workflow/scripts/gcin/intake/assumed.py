"""Columns of which a card does not say what they hold: numbers, dates and names are no codes."""

import csv
import re
from collections.abc import Iterable, Mapping
from itertools import islice

from gcin.intake.heads import UnreadableError, is_file, lines
from gcin.intake.problems import Problems
from gcin.intake.recorded import MISSING
from gcin.intake.references import mappings_of, split_reference

ROWS = 200  # looked at
MOST_CODES = 9  # whole numbers of more values count or measure something
FEWEST_NAMES = 20  # values of which more than half are different tell patients apart
CODED = ("condition", "treatment", "measurement")
NUMBER = re.compile(r"[-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?")
DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{2}|\d{4})")
# What a column seems to hold, and what to write in the card.
SAID = {
    "numbers": "Write unit: or type: number, or type: category where they are codes",
    "dates": "Write type: date, or remove the mapping: a date is no feature",
    "a text of its own for most patients": (
        "Remove the mapping: it tells patients apart, not groups of them; or write type: category"
    ),
}


def check_assumed(card: Mapping, said: Mapping, place: str, problems: Problems) -> None:
    """Note columns that would be taken for codes, since no word of the card says what they are.

    Args:
        card: The card, every key filled in.
        said: The same as it was written.
        place: The card's path.
        problems: Where problems are noted.
    """
    heads = {name: _head(table["file"]) for name, table in card["tables"].items()}
    for section, name, mapping in mappings_of(card):
        told = said[section][name].keys() & {"type", "unit", "codes"}
        if section not in CODED or told or mapping["column"] is None:
            continue
        table, column = split_reference(mapping["column"])
        seems = _seeming(heads.get(table, {}).get(column, ()))
        if seems:
            problem = f"no word says what {mapping['column']} holds, and it seems to be {seems}"
            problems.add(f"{place}, {section}.{name}", problem, SAID[seems])


def _head(file: str) -> dict[str, tuple[str, ...]]:
    """Read the first values of each column; none where there is no such table."""
    if not is_file(file):
        return {}
    try:
        header, *rows = csv.reader(islice(filter(None, lines(file)), ROWS + 1), delimiter="\t")
    except (UnreadableError, ValueError, csv.Error):
        return {}  # the card's other checks say more
    columns = zip(*(row + [""] * (len(header) - len(row)) for row in rows), strict=False)
    return dict(zip(header, columns, strict=False))


def _seeming(written: Iterable[str]) -> str:
    """Say what values seem to be, where they are no codes; empty where they may be some."""
    values = [value.strip() for value in written if value.strip() not in MISSING]
    different = set(values)
    if not values:
        return ""
    if all(map(DATE.fullmatch, different)):
        return "dates"
    if all(map(NUMBER.fullmatch, different)):
        numbers = [float(value.replace(",", ".")) for value in different]
        whole = all(number.is_integer() for number in numbers)
        return "" if whole and len(numbers) <= MOST_CODES else "numbers"
    tells_apart = len(values) >= FEWEST_NAMES and 2 * len(different) > len(values)
    return "a text of its own for most patients" if tells_apart else ""
