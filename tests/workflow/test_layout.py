"""The package's parts know only what lies before them, and nothing is left lying about."""

import re

import pytest
from project import MODULES, PACKAGE, ROOT, RULES_FILES, SCRIPTS, imports_of, reached_by

# Each part of the package, and the parts that it may know beside those of FOR_ALL.
MAY_KNOW = {
    "evidence": set(),
    "tables": set(),
    "intake": {"intake"},
    "generations": {"intake"},
    "reference": {"intake"},
    "alignment": {"reference", "intake"},
    "calling": {"reference", "intake"},
    "copies": {"quality", "reference", "intake"},
    "quality": {"reference", "intake"},
    "genotypes": {"calling", "evidence", "reference", "intake"},
    "structural": {"genotypes", "reference", "intake"},
    "annotation": {"reference", "intake"},
    "clinical": {"reference", "intake"},
    "tensors": {"evidence", "reference", "annotation", "quality", "intake"},
    "splits": {"clinical", "intake"},
    "model": {"tensors", "clinical", "splits", "intake"},
    "evaluation": set(),
    "prediction": {"model", "tensors"},
    "report": set(),
    "simulation": {"reference", "evaluation", "tensors"},
    "inventory": {"intake"},
    "cli": {"intake", "inventory"},
}
FOR_ALL = {"generations", "tables"}
# Run by people, not by rules; beside them each `__main__.py`.
PROGRAMS = {"cli/main.py", "simulation/summary.py"}
TEXTS = [ROOT / "Snakefile", *RULES_FILES, *SCRIPTS.glob("*.py"), *MODULES]


def part_of(name: str) -> str | None:
    """The part of the package that a dotted name lies in; plumbing (`_name`) is nobody's."""
    parts = name.split(".")
    known = parts[0] == "gcin" and len(parts) > 1 and not parts[1].startswith("_")
    return parts[1] if known else None


def name_of(path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_knows_only_what_lies_before_it(path):
    own = part_of(".".join(path.with_suffix("").relative_to(SCRIPTS).parts))
    if own in (None, "__init__"):
        return
    known = {part_of(name) for name in imports_of(path)} - {None, own}
    assert known <= MAY_KNOW[own] | FOR_ALL


REACHED = sorted(set.union(*map(reached_by, SCRIPTS.glob("*.py"))) & {*MODULES})


@pytest.mark.parametrize("path", REACHED, ids=name_of)
def test_results_come_from_tracked_code(path):
    # An edit of plumbing reruns nothing, so no module that a rule's result comes from may use it.
    if not path.name.startswith("_") and name_of(path) not in PROGRAMS:
        assert not [name for name in imports_of(path) if name.startswith("gcin._")]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_model_knows_keras(path):
    if path.relative_to(PACKAGE).parts[0] not in ("model", "prediction"):
        assert not {name.split(".")[0] for name in imports_of(path)} & {
            "keras",
            "tensorflow",
            "jax",
        }


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_package_never_sees_snakemake(path):
    assert "snakemake" not in {name.split(".")[0] for name in imports_of(path)}
    assert not re.search(r"\bsnakemake\.(input|output|params|wildcards|log)\b", path.read_text())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_lying_about(path):
    text = path.read_text()
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    assert not re.search(r"\b(config|SETTINGS)(\[[^]]+\])*\.get\(", text)


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda p: p.name)
def test_a_benchmark_imports_only_what_is_there(path):
    """Many of their imports wait until a backend is chosen, so that no other test meets them."""
    for name in (name for name in imports_of(path) if part_of(name)):
        *modules, last = name.split(".")
        place = SCRIPTS.joinpath(*modules)
        module = place.with_suffix(".py")
        if module.is_file():
            made = rf"^((def|class) {last}\b|(\w+, )*{last}\b.* = )"
            assert re.search(made, module.read_text(), re.MULTILINE), name
        else:
            assert (place / f"{last}.py").is_file() or (place / last).is_dir(), name


def test_folders_of_the_package_hold_only_a_docstring_in_init():
    for path in PACKAGE.rglob("__init__.py"):
        assert re.fullmatch(r'"""[^"]*"""\n', path.read_text()), path
