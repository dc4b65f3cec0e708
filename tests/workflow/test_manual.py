"""Settings, sheet and card are described completely, and config/README.md says the same."""

from pathlib import Path

import pytest
import yaml

from gcin.intake.manual import README, manual
from gcin.intake.problems import Problems
from gcin.intake.schema import check, schema_of

ROOT = Path(__file__).parents[2]


def nodes(schema, keys=()):
    """Every schema in a schema, with the keys that lead to it."""
    yield keys, schema
    for name, node in schema.get("properties", {}).items():
        yield from nodes(node, (*keys, name))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from nodes(schema["additionalProperties"], (*keys, "NAME"))
    if "items" in schema:
        yield from nodes(schema["items"], (*keys, "[]"))


EVERY = [
    pytest.param(node, id=f"{what}:{'.'.join(keys)}")
    for what in ("config", "samples", "card")
    for keys, node in nodes(schema_of(what))
]


def kinds(node):
    return [node["type"]] if isinstance(node.get("type"), str) else node.get("type", [])


def test_the_readme_is_what_the_schemas_say():
    assert README.read_text(encoding="utf-8") == manual(), "run python -m gcin.intake.manual"


def test_the_default_settings_are_valid():
    problems = Problems()
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    check(config, schema_of("config"), "config", problems)
    assert problems.lines == []


def test_every_top_level_setting_has_its_default_in_the_config():
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    assert set(config) == set(schema_of("config")["properties"])


@pytest.mark.parametrize("node", EVERY)
def test_every_key_is_described_and_closed(node):
    assert node["description"]
    assert "type" in node or "enum" in node
    if "object" in kinds(node):
        assert node["additionalProperties"] is False or node["additionalProperties"]["description"]
    if "array" in kinds(node):
        assert node["items"]["description"]


@pytest.mark.parametrize("node", EVERY)
def test_every_number_has_bounds_and_every_pattern_words(node):
    if {"number", "integer"} & set(kinds(node)) and "string" not in kinds(node):
        assert {"minimum", "exclusiveMinimum"} & set(node)
    if "pattern" in node:
        assert node["form"]
    if "propertyNames" in node:
        assert node["propertyNames"]["form"]
