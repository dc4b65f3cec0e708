"""Fingerprints of the code behind a rule, so that an edit reruns only what it touches."""

import ast
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SCRIPTS = PACKAGE.parent
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
# Reading the syntax of all modules takes longer than planning the jobs of a hundred samples. What
# was read is kept under a hash of the text itself, so an edit can never be answered by what was
# kept before it; the place is that of byte code, one for each version of Python.
KEPT = Path(cache_from_source(str(PACKAGE / "_code.py"))).with_suffix(".json")


def run_own_package() -> None:
    """Let jobs find this package, and new conda environments the set-up's files, before others.

    An installed package may be another checkout's.
    """
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(SCRIPTS), others]))
    os.environ["GCIN_ENVS"] = str(SCRIPTS.parents[1] / "envs")


def code_of(rule: str) -> dict[str, str]:
    """Digest the script of `rule` and every module of the package that it reaches.

    Written as `params: code=code_of("train_model")`, it makes Snakemake rerun exactly the rules
    that an edit touches; comments, docstrings and layout do not count.
    """
    return fingerprints(SCRIPTS / f"{rule}.py")


def fingerprints(script: str | Path) -> dict[str, str]:
    """Map a script, and every module of the package it reaches, to a digest of its code."""
    found, queue, kept_before = {}, [Path(script).resolve()], len(_kept())
    while queue:
        path = queue.pop()
        name = path.relative_to(SCRIPTS).as_posix()
        if name not in found:
            found[name], reached = _understood(path)
            queue += reached
    if len(_kept()) > kept_before:
        _keep(_kept())
    return dict(sorted(found.items()))


@cache
def _understood(path: Path) -> tuple[str, list[Path]]:
    """Digest a module's code, and name the modules that it imports; most rules reach the same."""
    kept, source = _kept(), path.read_bytes()
    key = hashlib.sha256(_own_text() + source).hexdigest()
    if key not in kept:
        tree = ast.parse(source)
        imported = sorted(_imported(tree))
        kept[key] = [_digest(tree), imported]
    code, imported = kept[key]
    return code, sorted(_modules(imported))


@cache
def _own_text() -> bytes:
    """Say how code is digested: another way must not meet what this one kept."""
    return Path(__file__).read_bytes()


@cache
def _kept() -> dict[str, list]:
    """Read what earlier runs kept; nothing where that cannot be read."""
    try:
        return json.loads(KEPT.read_text())
    except (OSError, ValueError):
        return {}


def _keep(kept: dict[str, list]) -> None:
    """Keep what was read, whole or not at all; where nothing may be written, it is read anew."""
    with suppress(OSError):
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT.parent) as scratch:
            written = Path(scratch, KEPT.name)
            written.write_text(json.dumps(kept))
            written.replace(KEPT)


def _imported(tree: ast.AST) -> frozenset[str]:
    """Dotted names of the package that `tree` imports, among them names that are no modules."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in names if name.startswith(f"{PACKAGE.name}."))


def _modules(names: Iterable[str]) -> set[Path]:
    """Modules of the package among names."""
    return {path for path in map(_module, names) if path is not None}


@cache
def _module(name: str) -> Path | None:
    """The module of a dotted name; plumbing (`_name.py`) cannot alter a result, and is none."""
    path = SCRIPTS.joinpath(*name.split(".")).with_suffix(".py")
    is_reached = path.name[0] != "_" and PACKAGE in path.parents and path.is_file()
    return path if is_reached else None


def _digest(tree: ast.AST) -> str:
    """Hash what runs: comments, layout and docstrings do not count."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:8]
