"""The project's own files, as the contract tests read them."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow" / "scripts"
PACKAGE = SCRIPTS / "gcin"
RULES_FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
MODULES = sorted(PACKAGE.rglob("*.py"))

RULE = re.compile(r"^( *)rule (\w+):\n((?:\1 +.*\n|\s*\n)+)", re.MULTILINE)

# Distributions whose name is not that of what they install.
IMPORTED_AS = {
    "jinja2": "jinja2",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "scikit-survival": "sksurv",
    "tensorflow-cpu": "tensorflow",
}


def rules_in(text: str) -> dict[str, str]:
    """Map each rule of a rules file to the text of its body."""
    return {name: body for _, name, body in RULE.findall(text + "\n")}


def all_rules() -> dict[str, str]:
    """Map every rule of the stages to the text of its body."""
    return {name: body for path in RULES_FILES for name, body in rules_in(path.read_text()).items()}


def directive(body: str, name: str) -> str | None:
    """What stands below a directive of a rule, or None where the rule has none."""
    found = re.search(rf"^( +){name}:(.*\n(?:\1 +.*\n|\s*\n)*)", body, re.MULTILINE)
    return found and found[2]


def environment_of(body: str) -> Path | None:
    """The environment file that a rule names."""
    found = re.search(r'"\.\./\.\./(envs/[\w-]+\.yaml)"', body)
    return found and ROOT / found[1]


def pins_of(environment: Path) -> dict[str, str]:
    """Map each package of an environment to its version, as pinned."""
    items = yaml.safe_load(environment.read_text())["dependencies"]
    return dict(item.split("=")[:2] for item in items)


def importable_from(environment: Path) -> set[str]:
    """Names that can be imported where an environment is active, the package's own included."""
    return {IMPORTED_AS.get(name, name) for name in pins_of(environment)} | {"gcin"}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at any depth of its code, by its full dotted name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def reached_by(path: Path) -> set[Path]:
    """A file, and every module of the package that it reaches, plumbing and packages included."""
    found, queue = set(), [path]
    while queue:
        current = queue.pop()
        if current in found:
            continue
        found.add(current)
        for name in imports_of(current):
            parts = name.split(".")
            if parts[0] == "gcin":
                stem = SCRIPTS.joinpath(*parts)
                queue += [p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()]
    return found
