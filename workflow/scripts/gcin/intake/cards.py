"""Cohort cards: read with literal keys, checked against their schema and their tables' headers."""

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from gcin.intake.assumed import check_assumed
from gcin.intake.heads import UnreadableError
from gcin.intake.omics import check_omics, check_segments, header_of
from gcin.intake.problems import Problems, nearest
from gcin.intake.references import REFERENCE_KEYS, mappings_of, split_reference
from gcin.intake.schema import LOADER, check, dotted, filled, paths_in, resolved, schema_of
from gcin.intake.sheet import require_file
from gcin.intake.units import require_compatible, unit_of

# Facts that are codes whatever a column holds, and what codes look like.
CODES = {
    ("person", "sex"): "{1: male, 2: female}",
    ("treatment", "arm"): "{0: control, 1: drug}",
    ("condition", "cancer_type"): "{1: LUAD, 2: KIRC}",
}
FEATURES = ("person", "condition", "measurement", "visits")
# Columns that the table of a cohort's patients has beside outcomes.
TAKEN = ("patient", "cancer_type", "arm", "family", "site", "has_genome")


class CardLoader(LOADER):
    """YAML whose keys are the text that stands there, each once: `yes`, `007` and `1` stay text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Build a mapping from literal keys."""
        keys = [key.value for key, _ in node.value]
        for position, key in enumerate(keys):
            if not isinstance(key, str) or key in keys[:position]:
                fault = f"key {key!r} stands twice or is no text"
                raise yaml.constructor.ConstructorError(
                    None, None, fault, node.value[position][0].start_mark
                )
        return {
            key: self.construct_object(value, deep=deep)
            for key, (_, value) in zip(keys, node.value, strict=True)
        }


CardLoader.add_constructor(
    "tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True)
)


def read_card(path: Path, resolve: Callable[[str], str], problems: Problems) -> dict | None:
    """Read and check one card.

    Args:
        path: The card.
        resolve: Turns a path of the card into one from the working directory.
        problems: Where problems are noted.

    Returns:
        The card with every optional key filled in and paths resolved; None where its own form is
        wrong, so that nothing more can be said of it.
    """
    written = _load(path, problems)
    if written is None:
        return None
    before = len(problems.lines)
    schema = schema_of("card")
    written = _without_nulls(written)
    check(written, schema, str(path), problems)
    if len(problems.lines) > before:
        return None
    card = resolved(filled(written, schema), schema, resolve)
    for section, _, mapping in mappings_of(card):
        if mapping["type"] is None:
            counted = section in ("visits", "outcome") or mapping["unit"] is not None
            mapping["type"] = "number" if counted else "category"
    _check_paths(card, written, str(path), problems)
    _check_mappings(card, str(path), problems)
    check_assumed(card, written, str(path), problems)
    check_omics(card, str(path), problems)
    check_segments(card["segments"], card["segments_of_men"], str(path), problems)
    return card


def _load(path: Path, problems: Problems) -> dict | None:
    try:
        card = yaml.load(path.read_text(encoding="utf-8"), CardLoader)
    except OSError:
        remedy = f"Write a card for cohort {path.stem}, or correct the cohort's name in the sheet"
        problems.add(str(path), "there is no such card", remedy)
    except UnicodeDecodeError as error:
        problems.add(str(path), f"byte {error.start} is not UTF-8", "Save the card as UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        problems.add(place, f"it is no YAML ({error.problem})", "Correct the line")
    except yaml.YAMLError as error:
        problems.add(str(path), f"it is no YAML ({error})".replace("\n", " "), "Correct the card")
    else:
        if isinstance(card, dict):
            return card
        problems.add(str(path), "it holds no keys", "Write at least title, licence and assay")
    return None


def _without_nulls(value: object) -> object:
    """Drop keys whose value is null, but for codes, where null means a missing value."""
    if not isinstance(value, dict):
        return value
    return {
        key: item if key == "codes" else _without_nulls(item)
        for key, item in value.items()
        if item is not None
    }


def _check_paths(card: dict, written: dict, path: str, problems: Problems) -> None:
    schema = schema_of("card")
    as_written = {leaf.keys: leaf.path for leaf in paths_in(written, schema)}
    for leaf in paths_in(card, schema):
        try:
            require_file(leaf.path)
        except UnreadableError as fault:
            remedy = f"Correct the path (here {leaf.path}) or the file"
            problem = f"{as_written[leaf.keys]}: {fault}"
            problems.add(f"{path}, {dotted(leaf.keys)}", problem, remedy)


def _check_mappings(card: dict, path: str, problems: Problems) -> None:
    headers = _headers(card, path, problems)
    for name, columns in headers.items():
        for key in ("patient", "index_date"):
            place = f"{path}, tables.{name}.{key}"
            _require_column(card["tables"][name][key], columns, name, place, problems)
    for section, name, mapping in mappings_of(card):
        place = f"{path}, {section}.{name}"
        _check_mapping(mapping, place, problems)
        if mapping["transform"] and (section != "outcome" or mapping["type"] != "number"):
            problem = "only an outcome that is a number has a transform"
            problems.add(f"{place}.transform", problem, "Remove transform:, or write type: number")
        if mapping["missing"] is not None and (mapping["type"] != "number" or mapping["codes"]):
            problem = "only a column of numbers without codes names what is missing so"
            remedy = "Write null in codes: for what is missing, or type: number"
            problems.add(f"{place}.missing", problem, remedy)
        if (section, name) in CODES and mapping["type"] != "category":
            remedy = (
                f"Leave out type: and unit:, and map it by codes, such as {CODES[section, name]}"
            )
            problems.add(f"{place}.type", f"{name} is a code, and no {mapping['type']}", remedy)
        if section == "visits":
            _check_visit(mapping, place, problems)
        for key in REFERENCE_KEYS:
            if mapping[key] is not None:
                _check_reference(mapping[key], card, headers, f"{place}.{key}", problems)
    _check_outcomes_apart(card, path, problems)
    _check_names(card, path, problems)
    _check_dates(card, path, problems)
    _check_patients_apart(card, path, problems)


def _check_dates(card: dict, path: str, problems: Problems) -> None:
    """A date becomes days from day 0, which a table must name."""
    if any(table["index_date"] for table in card["tables"].values()):
        return
    for section, name, mapping in mappings_of(card):
        if mapping["type"] == "date":
            problem = "a date is counted from day 0, and no table names the column of its date"
            remedy = "Write index_date: and the column, beside file: and patient: of a table"
            problems.add(f"{path}, {section}.{name}", problem, remedy)


def _check_patients_apart(card: dict, path: str, problems: Problems) -> None:
    """Who a patient is tells nothing of another one."""
    naming = {f"{name}.{table['patient']}" for name, table in card["tables"].items()}
    for section, name, mapping in mappings_of(card):
        if section != "person" and mapping["column"] in naming:
            problem = f"{mapping['column']} names the patients"
            remedy = "Remove the mapping: what tells patients apart is no fact about them"
            problems.add(f"{path}, {section}.{name}.column", problem, remedy)


def _check_visit(mapping: dict, place: str, problems: Problems) -> None:
    """A visit is a number in a row that has a day, by which it counts as before treatment."""
    if mapping["column"] is None or mapping["day"] is None:
        problem = "visits are read from a column, and each has a day"
        problems.add(place, problem, "Write column: and day:, both table.column of one table")
    if mapping["type"] not in ("number", "binary"):
        problem = f"a visit tells numbers, and no {mapping['type']}"
        remedy = "Write type: number, or type: binary with codes: that give 0 and 1"
        problems.add(f"{place}.type", problem, remedy)


def _check_outcomes_apart(card: dict, path: str, problems: Problems) -> None:
    """No feature is read from the column of an outcome, unless its day says that it came before.

    When an outcome came is read no more than the outcome itself.
    """
    outcomes = {
        mapping[key]: name for key in REFERENCE_KEYS[::-1]
        for section, name, mapping in mappings_of(card) if section == "outcome"
    }  # fmt: skip
    for section, name, mapping in mappings_of(card):
        outcome = outcomes.get(mapping["column"])
        if section not in FEATURES or mapping["column"] is None or outcome is None:
            continue
        if mapping["day"] is None:
            problem = f"{mapping['column']} is a column of outcome {outcome}"
            remedy = "Remove the mapping, or name the column of its day: an outcome is no feature"
            problems.add(f"{path}, {section}.{name}.column", problem, remedy)


def _check_names(card: dict, path: str, problems: Problems) -> None:
    """No outcome takes the name of a fact, and no feature that of another: one would be lost."""
    for name in (name for name in card["outcome"] if name in TAKEN):
        problem = "the name is that of a fact of every patient"
        problems.add(f"{path}, outcome.{name}", problem, "Give the outcome another name")
    known = {name: "person" for name in ("age", "sex") if card["person"][name] is not None}
    for section in ("condition", "measurement"):
        for name in card[section]:
            if name in known:
                problem = f"{known[name]}.{name} is a feature of the same name"
                problems.add(f"{path}, {section}.{name}", problem, "Give one another name")
            known[name] = section


def _headers(card: dict, path: str, problems: Problems) -> dict[str, list[str]]:
    """Read the header of each table that exists and has one."""
    found = {
        name: header_of(table["file"], f"{path}, tables.{name}.file", problems)
        for name, table in card["tables"].items()
    }
    return {name: header for name, header in found.items() if header is not None}


def _check_reference(
    reference: str, card: dict, headers: dict[str, list[str]], place: str, problems: Problems
) -> None:
    table, column = split_reference(reference)
    if table not in card["tables"]:
        meant = nearest(table, card["tables"])
        problems.add(
            place, f"unknown table {table!r}", f"{meant}; add it under tables or correct it"
        )
    elif table in headers:
        _require_column(column, headers[table], table, place, problems)


def _require_column(
    column: str | None, columns: list[str], table: str, place: str, problems: Problems
) -> None:
    if column is not None and column not in columns:
        problem = f"table {table} has no column {column!r}"
        problems.add(place, problem, f"{nearest(column, columns)}; correct the name")


def _check_codes(mapping: dict, place: str, problems: Problems) -> None:
    """Codes of a yes or no are 0 and 1, those of a number are numbers."""
    wanted = {"binary": ("0 or 1", r"[01](\.0*)?"), "number": ("a number", r"[-+.\deE]+")}
    words, form = wanted.get(mapping["type"], ("", ".*"))
    for code, kept in (mapping["codes"] or {}).items():
        if not isinstance(kept, bool | None) and not re.fullmatch(form, str(kept)):
            remedy = f"Write {words}, or null where the value is missing"
            problems.add(f"{place}.codes.{code}", f"{kept!r} is not {words}", remedy)


def _check_mapping(mapping: dict, place: str, problems: Problems) -> None:
    """A mapping has one source, known units of one dimension, and a type that suits them."""
    if (mapping["column"] is None) == (mapping["value"] is None):
        problem = "it must have either a column or a value"
        problems.add(place, problem, "Write column: table.column, or value: for a constant")
    if mapping["to"] is not None and mapping["unit"] is None and mapping["type"] != "date":
        problems.add(f"{place}.to", "there is no unit to convert from", "Write unit: as well")
    if mapping["unit"] is not None and mapping["type"] in ("category", "binary"):
        problem = f"a {mapping['type']} has no unit"
        problems.add(f"{place}.unit", problem, "Remove unit:, or write type: number")
    _check_codes(mapping, place, problems)
    try:
        for unit in filter(None, (mapping["unit"], mapping["to"])):
            unit_of(unit)
        if mapping["to"] is not None and (mapping["unit"] or mapping["type"] == "date"):
            require_compatible(mapping["unit"] or "d", mapping["to"])
    except ValueError as fault:
        problems.add(f"{place}.unit", str(fault), "Write the UCUM unit of the column")
