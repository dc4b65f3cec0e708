"""JSON schemas: checking with plain words, filling in defaults, resolving paths."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml
from jsonschema import Draft202012Validator, TypeChecker, ValidationError
from jsonschema.validators import extend

from gcin.intake.problems import Problems, nearest

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}

IS_TEXT = (
    ", but text: take its quotation marks away; or, where it stands inside a mapping for --config,"
    " of which Snakemake makes text, write it into a file for --configfile"
)


def _is_number(types: TypeChecker, value: object) -> bool:
    """YAML's `.nan` is none: it lies within any bounds, and as a limit it would refuse nothing."""
    return Draft202012Validator.TYPE_CHECKER.is_type(value, "number") and value == value


Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number),
)


class Leaf(NamedTuple):
    """A path in a described value: where it stands, and what kind of path it is."""

    keys: tuple
    path: str
    format: str


@cache
def schema_of(what: str) -> dict:
    """Read a schema (`config`, `samples` or `card`)."""
    text = (SCHEMAS / f"{what}.schema.yaml").read_text(encoding="utf-8")
    return _without_references(yaml.load(text, LOADER))


def check(value: object, schema: dict, place: str, problems: Problems) -> None:
    """Note where a value breaks its schema, in plain words.

    Args:
        value: What the user wrote.
        schema: What it must be.
        place: The file that holds it.
        problems: Where breaches are noted, one for each key.
    """
    errors = Validator(schema).iter_errors(value)
    for error in sorted(errors, key=lambda error: [str(key) for key in error.absolute_path]):
        for key, problem, remedy in _in_words(error):
            keys = [*error.absolute_path, *([key] if key else [])]
            problems.add(f"{place}, {dotted(keys)}" if keys else place, problem, remedy)


def dotted(keys: list | tuple) -> str:
    """Write a key path as `studies.remission.cohorts[0]`."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys]
    return "".join(parts).lstrip(".")


def filled(value: object, schema: dict) -> object:
    """Copy a valid value with the defaults of every optional key that it leaves out."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        absent = {k: s["default"] for k, s in known.items() if "default" in s and k not in value}
        return {
            key: filled(item, known.get(key, schema.get("additionalProperties")) or {})
            for key, item in {**value, **absent}.items()
        }
    if isinstance(value, list):
        return [filled(item, schema.get("items", {})) for item in value]
    return value


def resolved(value: object, schema: dict, resolve: Callable[[str], str]) -> object:
    """Copy a valid value with `resolve` applied to each path in it."""
    if isinstance(value, dict):
        return {key: resolved(item, _below(schema, key), resolve) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, schema.get("items", {}), resolve) for item in value]
    is_path = isinstance(value, str) and schema.get("format", "").endswith("-path")
    return resolve(value) if is_path else value


def paths_in(value: object, schema: dict, keys: tuple = ()) -> Iterator[Leaf]:
    """Walk over the paths that a valid value holds."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths_in(item, _below(schema, key), (*keys, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from paths_in(item, schema.get("items", {}), (*keys, position))
    elif isinstance(value, str) and schema.get("format", "").endswith("-path"):
        yield Leaf(keys, value, schema["format"])


def _below(schema: dict, key: str) -> dict:
    return schema.get("properties", {}).get(key, schema.get("additionalProperties")) or {}


def _without_references(schema: dict) -> dict:
    """Put each definition in the place that refers to it; what stands there already wins."""
    definitions = schema.pop("$defs", {})

    def expanded(node: object) -> object:
        if isinstance(node, list):
            return [expanded(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            own = {key: item for key, item in node.items() if key != "$ref"}
            node = {**definitions[node["$ref"].rsplit("/", 1)[1]], **own}
        return {key: expanded(item) for key, item in node.items()}

    return expanded(schema)


def _in_words(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Say what is wrong, and what to do: key below the error's place (if any), problem, remedy."""
    rule, value, schema = error.validator, error.instance, error.schema
    remedy = _remedy(schema)
    if rule == "additionalProperties":
        known = list(schema.get("properties", {}))
        for key in (key for key in value if key not in known):
            yield key, "unknown key", f"{nearest(key, known)}; correct or remove it"
    elif rule == "required":
        for key in (key for key in error.validator_value if key not in value):
            yield key, "missing key", _remedy(schema["properties"].get(key, {}), "Add it")
    elif rule == "enum":
        yield "", f"unknown value {value!r}", nearest(value, error.validator_value)
    else:
        yield "", _fault(error), remedy


def _fault(error: ValidationError) -> str:
    rule, value, wanted = error.validator, error.instance, error.validator_value
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        fault = f"{value!r} is not {' or '.join(TYPES[kind] for kind in kinds)}"
        return fault + IS_TEXT * _would_be(value, kinds)
    if rule in BOUNDS:
        return f"{value} is out of bounds: it must be {BOUNDS[rule]} {wanted}"
    if rule == "pattern":
        return f"{value!r} is not of the form: {error.schema['form']}"
    if rule == "uniqueItems":
        return "the same item stands in the list twice"
    if rule in ("minItems", "minLength", "minProperties"):
        return "it is empty"
    return error.message


def _would_be(value: object, kinds: Iterable[str]) -> bool:
    """Whether a text without its quotation marks would be of one of these kinds."""
    with suppress(yaml.YAMLError, ValueError):  # the latter of a day that no calendar has
        bare = yaml.load(value, LOADER) if isinstance(value, str) else None
        is_type = Validator.TYPE_CHECKER.is_type
        return bare is not None and any(is_type(bare, kind) for kind in kinds)
    return False


def _remedy(schema: dict, what: str = "It means") -> str:
    described = schema.get("description")
    return f"{what}: {described}".rstrip(".") if described else "Rename it"
