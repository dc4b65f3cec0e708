"""References of a card to the columns of its tables: `table.column`."""

from collections.abc import Iterable, Iterator, Mapping

SECTIONS = ("person", "condition", "treatment", "measurement", "visits", "outcome")
REFERENCE_KEYS = ("column", "day")


def split_reference(reference: str) -> tuple[str, str]:
    """Split `table.column`; the column itself may hold dots.

    Raises:
        ValueError: The reference has no table before its first dot, or no column behind it.
    """
    table, dot, column = reference.partition(".")
    if not (table and dot and column):
        raise ValueError(f"'{reference}' is no table.column: write clinical.age, for example")
    return table, column


def mappings_of(card: Mapping) -> Iterator[tuple[str, str, Mapping]]:
    """List what a card maps: section, name and mapping, those left null not."""
    for section in SECTIONS:
        for name, mapping in card[section].items():
            if mapping is not None:
                yield section, name, mapping


def columns_of(card: Mapping) -> dict[str, list[str]]:
    """Name the columns of each table that a card reads, each once, in the order of the card.

    Every other column of the table stays unread.

    Raises:
        ValueError: A mapping names a table that the card does not list.
    """
    columns = {
        name: dict.fromkeys(
            table[key] for key in ("patient", "index_date") if table[key] is not None
        )
        for name, table in card["tables"].items()
    }
    for section, name, mapping in mappings_of(card):
        for key in REFERENCE_KEYS:
            if mapping.get(key) is not None:
                table, column = split_reference(mapping[key])
                _require_table(table, columns, f"{section}.{name}.{key}")
                columns[table][column] = None
    return {table: list(names) for table, names in columns.items()}


def _require_table(table: str, tables: Mapping, place: str) -> None:
    """Refuse a reference to a table that the card does not list."""
    if table not in tables:
        listed = ", ".join(tables) or "none"
        raise ValueError(
            f"{place} names table '{table}', which the card does not list (it lists {listed}). "
            "Add it under tables, or correct the name."
        )


def cards_of(cohorts: Iterable[str], cards: Mapping[str, dict]) -> list[tuple[str, dict]]:
    """Those of some cohorts whose card could be read, each with it; of others is told already."""
    return [(cohort, cards[cohort]) for cohort in cohorts if cohort in cards]
