"""Files of settings as they are written: what loading them no longer shows."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from gcin.intake.problems import Problems
from gcin.intake.schema import LOADER


def check_keys_once(files: Iterable[str | Path], problems: Problems) -> None:
    """Note keys that stand twice in their mapping: the first one would be lost without a word.

    Args:
        files: Files of settings, which could be read.
        problems: Where problems are noted.
    """
    for file in files:
        root = yaml.compose(Path(file).read_text(encoding="utf-8"), LOADER)
        for key, first in _repeated(root):
            place = f"{file}, line {key.start_mark.line + 1}"
            problem = f"key {key.value!r} already stands in line {first.start_mark.line + 1}"
            problems.add(place, problem, "Join the two, or remove one")


def _repeated(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """List each key that stands in its mapping already, with that which stands there first."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)
    if isinstance(node, yaml.MappingNode):
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and first.setdefault(key.value, key) is not key:
                yield key, first[key.value]
            yield from _repeated(value)
