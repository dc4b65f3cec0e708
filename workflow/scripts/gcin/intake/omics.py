"""Tables of omics and segments on a card: their columns are there, and none holds an outcome."""

from collections.abc import Mapping
from pathlib import Path

from gcin.intake.heads import UnreadableError, is_file, table_header
from gcin.intake.problems import Problems, nearest
from gcin.intake.references import split_reference

SEGMENT_COLUMNS = 5  # sample, chromosome, start, end, and the ratio last
TABULATE = "Correct the file: tab-separated, UTF-8, with a header that names each column once"


def check_omics(card: Mapping, path: str, problems: Problems) -> None:
    """Note what is wrong with the tables of omics of a card.

    Args:
        card: With every key filled in and paths resolved.
        path: Of the card, for messages.
        problems: Where problems are noted.
    """
    outcomes = _outcome_columns(card)
    for name, table in card["omics"].items():
        place = f"{path}, omics.{name}"
        if (table["feature"] is None) != (table["value"] is None):
            problem = "feature and value belong together"
            problems.add(
                place, problem, "Write both, or neither for a table of one row per patient"
            )
        if table["absent"] is not None and table["feature"] is None:
            problem = "a table of one row per patient has a value or none for each feature"
            problems.add(f"{place}.absent", problem, "Remove absent:, or name feature: and value:")
        _check_columns(table, outcomes.get(table["file"], {}), place, problems)


def check_segments(file: str | None, of_men: str | None, path: str, problems: Problems) -> None:
    """Note where a table of copy-number segments has too few columns, or none is described.

    Args:
        file: The table; None where the card names none.
        of_men: What the card says of those of men.
        path: Of the card, for messages.
        problems: Where problems are noted.
    """
    if of_men and not file:
        remedy = "Name the SEG file under segments:, or take the key out"
        problems.add(f"{path}, segments_of_men", "the card names no segments", remedy)
    header = header_of(file, f"{path}, segments", problems) if file else None
    if header is not None and len(header) < SEGMENT_COLUMNS:
        problem = f"{file} has {len(header)} column(s): {', '.join(header)}"
        remedy = "Write sample, chromosome, start and end first and the log2 ratio last, with tabs"
        problems.add(f"{path}, segments", problem, remedy)


def _outcome_columns(card: Mapping) -> dict[str, dict[str, str]]:
    """File to its columns that the card takes outcomes from, and the outcome of each."""
    columns = {}
    for name, mapping in card["outcome"].items():
        if mapping["column"] is not None:
            table, column = split_reference(mapping["column"])
            if table in card["tables"]:
                columns.setdefault(card["tables"][table]["file"], {})[column] = name
    return columns


def _check_columns(
    table: Mapping, outcomes: Mapping[str, str], place: str, problems: Problems
) -> None:
    header = header_of(table["file"], f"{place}.file", problems)
    if header is None:
        return
    wide = table["feature"] is None
    wanted = {key: table[key] for key in ("patient", "feature", "value") if table[key]}
    wanted |= {f"columns[{n}]": name for n, name in enumerate((table["columns"] or []) * wide)}
    known = set(header)
    for key, column in wanted.items():
        if column not in known:
            problem = f"{table['file']} has no column {column!r}"
            problems.add(f"{place}.{key}", problem, f"{nearest(column, header)}; correct the name")
    read = set(wanted.values()) if table["columns"] or not wide else set(header)
    for column in sorted(read & set(outcomes)):
        problem = f"column {column!r} is that of outcome {outcomes[column]}"
        problems.add(place, problem, "Name the features under columns: an outcome is no feature")


def header_of(file: str, place: str, problems: Problems) -> list[str] | None:
    """Header of a table; None where it is missing, which is noted elsewhere, or unreadable."""
    if not is_file(file) or not Path(file).stat().st_size:
        return None
    try:
        return table_header(file)
    except UnreadableError as fault:
        problems.add(place, f"{file}: {fault}", TABULATE)
        return None
