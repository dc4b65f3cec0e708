"""Fingerprints of the code behind a rule, so that an edit reruns only what it touches."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SCRIPTS = PACKAGE.parent
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def code_of(rule: str) -> dict[str, str]:
    """Digest the script of `rule` and every module of the package that it reaches.

    Written as `params: code=code_of("train_model")`, it makes Snakemake rerun exactly the rules
    that an edit touches; comments, docstrings and layout do not count.
    """
    return fingerprints(SCRIPTS / f"{rule}.py")


def fingerprints(script: str | Path) -> dict[str, str]:
    """Map a script, and every module of the package it reaches, to a digest of its code."""
    found, queue = {}, [Path(script).resolve()]
    while queue:
        path = queue.pop()
        name = path.relative_to(SCRIPTS).as_posix()
        if name not in found:
            found[name], imported = _understood(path.read_text())
            queue += _modules(imported)
    return dict(sorted(found.items()))


@cache
def _understood(source: str) -> tuple[str, frozenset[str]]:
    """Digest a module's code, and name all that it imports; most rules reach the same modules."""
    tree = ast.parse(source)
    imported = _imported(tree)
    return _digest(tree), imported


def _imported(tree: ast.AST) -> frozenset[str]:
    """Dotted names that `tree` imports, among them names that are no modules."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def _modules(names: Iterable[str]) -> set[Path]:
    """Modules of the package among names; plumbing (`_name.py`) cannot alter a result."""
    paths = {SCRIPTS.joinpath(*name.split(".")).with_suffix(".py") for name in names}
    return {p for p in paths if p.is_file() and PACKAGE in p.parents and p.name[0] != "_"}


def _digest(tree: ast.AST) -> str:
    """Hash what runs: comments, layout and docstrings do not count."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:8]
