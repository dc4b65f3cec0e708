"""The manual of settings, sheet and card, written from their schemas and defaults.

`python -m gcin.intake.manual` in the project's root writes `config/README.md`, beginning with
`workflow/scripts` on the Python path; a test holds the two equal.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from gcin.intake.schema import BOUNDS, LOADER, SCHEMAS, TYPES, schema_of

PROJECT = SCHEMAS.parents[1]
README = PROJECT / "config" / "README.md"
HEAD = """# What a run is given

Written by `PYTHONPATH=workflow/scripts python -m gcin.intake.manual` from `workflow/schemas/`.

Three things describe a run: the settings in `config.yaml`, the sample sheet, and a card for each
cohort. All are checked before any job starts, in a dry run (`snakemake --dry-run`) too, and every
problem is told at once with file, row or key, value and remedy. Nothing is ignored: an unknown key
or column stops the run. Once these three are right, the values of the clinical tables are read.

Paths: `samples`, `cards` and `data_root` start where Snakemake runs. Every other path in settings,
sheet and cards starts at `data_root`, or at the project where it begins with `resources/`.
"""
SETTINGS = """## Settings: `config.yaml`

A run of your own overlays the defaults key by key:
`snakemake --cores 2 --configfile my.yaml`. `NAME` and `[]` stand for names and list items of
your own.

| key | default | value | meaning |
|---|---|---|---|
"""
SHEET = """
## Sample sheet: `samples.tsv`

{description} Columns may stand in any order; all must be there but those that may be left out.
Values have no spaces around them; a byte-order mark and Windows line ends are accepted, comments
are not.

| column | value | meaning |
|---|---|---|
"""
CARD = """
## Cohort card: `cohorts/NAME.yaml`

{description} Null is the same as leaving a key out. The keys of `codes` are the text in the table,
as written. Each mapping has either a `column` or a `value`.

| key | needed | value | meaning |
|---|---|---|---|
"""


def manual() -> str:
    """Write the manual as Markdown."""
    defaults = yaml.load((PROJECT / "config" / "config.yaml").read_text("utf-8"), LOADER)
    settings = schema_of("config")
    sheet = schema_of("samples")
    card = schema_of("card")
    parts = [HEAD, "\n", SETTINGS]
    parts += [
        _row(key, _default(keys, defaults, node), _value(node), node["description"])
        for keys, key, node, _ in _keys(settings)
    ]
    parts += [SHEET.format(**sheet)]
    parts += [
        _row(f"`{name}`", _value(node), node["description"])
        for name, node in sheet["properties"].items()
    ]
    parts += [CARD.format(**card)]
    parts += [
        _row(key, "yes" * needed, _value(node), node["description"])
        for _, key, node, needed in _keys(card)
    ]
    return "".join(parts)


def _keys(
    schema: dict, keys: tuple[str, ...] = (), needed: bool = True
) -> Iterator[tuple[tuple[str, ...], str, dict, bool]]:
    """Walk over every key that a schema describes: key path, its name, its schema, if required."""
    if keys:
        yield keys, f"`{'.'.join(keys)}`".replace(".[]", "[]"), schema, needed
    for name, node in schema.get("properties", {}).items():
        yield from _keys(node, (*keys, name), name in schema.get("required", []))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _keys(schema["additionalProperties"], (*keys, "NAME"), False)
    if "items" in schema:
        yield from _keys(schema["items"], (*keys, "[]"), False)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(keys: tuple[str, ...], defaults: object, node: dict) -> str:
    """Show the default of a leaf; nothing for what holds further keys, or has none."""
    for key in keys:
        if not isinstance(defaults, dict) or key not in defaults:
            return _code(node["default"]) if "default" in node else ""
        defaults = defaults[key]
    inner = isinstance(defaults, dict) and defaults
    return "" if inner else _code(defaults)


def _value(node: dict) -> str:
    """Say which values a key may have."""
    if "enum" in node:
        return ", ".join(_code(item) if item != "" else "empty" for item in node["enum"])
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    words = " or ".join(TYPES[kind] for kind in kinds)
    if node.get("format", "").endswith("-path"):
        words = words.replace("text", f"path of a {node['format'].removesuffix('-path')}")
    bounds = " and ".join(f"{word} {node[key]}" for key, word in BOUNDS.items() if key in node)
    form = f"form: {node['form']}" if "form" in node else ""
    return ", ".join(filter(None, (words, bounds, form)))


def _code(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=1000).strip()
    return f"`{text.removesuffix('...').strip()}`"


if __name__ == "__main__":
    Path(README).write_text(manual(), encoding="utf-8")
