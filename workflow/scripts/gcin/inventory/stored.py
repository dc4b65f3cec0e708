"""Generations as they lie in the results."""

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from gcin.intake.problems import nearest
from gcin.tables import read_text

GENERATION = re.compile(r"[0-9a-f]{12}")
# What `gcin.generations.receipt` writes.
RECEIPT = {"generation": str, "samples": list, "tools": dict, "files": dict}


@dataclass(frozen=True)
class Generation:
    """A generation as it lies in the results.

    Attributes:
        folder: Where it lies.
        is_current: Whether its cohort's pointer names it.
    """

    folder: Path
    is_current: bool

    @property
    def name(self) -> str:
        """Its 12 hex digits."""
        return self.folder.name

    @property
    def is_complete(self) -> bool:
        """Whether it has its receipt, which is written last."""
        return (self.folder / "receipt.json").is_file()

    @cached_property
    def manifest(self) -> pd.DataFrame:
        """The sheet rows that it is made of, all text; none where it has no manifest yet."""
        path = self.folder / "manifest.tsv"
        if not path.is_file():
            return pd.DataFrame(columns=["sample"], dtype=str)
        try:
            rows = read_text(path)
        except ValueError:
            rows = pd.DataFrame()
        if "sample" not in rows:
            raise ValueError(f"{path}: it is no manifest. Delete it and run the workflow again.")
        return rows

    @property
    def samples(self) -> list[str]:
        """Its samples, sorted."""
        return sorted(set(self.manifest["sample"]))

    @property
    def seconds(self) -> float:
        """When it was finished, or begun where it is not complete; since 1970."""
        sealed = self.folder / "receipt.json"
        return (sealed if self.is_complete else self.folder).stat().st_mtime

    @property
    def size_bytes(self) -> int:
        """What removing it frees."""
        return sum(path.lstat().st_size for path in files_below(self.folder))


def files_below(folder: Path) -> list[Path]:
    """List the files below a folder, sorted."""
    return sorted(Path(place) / name for place, _, names in os.walk(folder) for name in names)


def cohorts_in(results: Path) -> list[str]:
    """Name the cohorts that have results, sorted.

    Raises:
        ValueError: There are no results at all.
    """
    folder = results / "cohorts"
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder. Run the workflow, or give --results.")
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def generations_of(results: Path, cohort: str) -> list[Generation]:
    """List a cohort's generations, the oldest first.

    Raises:
        ValueError: The cohort has no results.
    """
    if cohort not in (known := cohorts_in(results)):
        place = results / "cohorts"
        raise ValueError(f"{place}: it has no cohort {cohort!r}. {nearest(cohort, known)}.")
    folder = results / "cohorts" / cohort
    current = current_of(folder)
    found = [
        Generation(path, path.name == current)
        for path in folder.iterdir()
        if GENERATION.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]
    return sorted(found, key=lambda generation: (generation.seconds, generation.name))


def current_of(folder: Path) -> str | None:
    """Read the pointer in a cohort's folder; None where it names no generation there."""
    pointer = folder / "current"
    name = pointer.read_text(errors="replace").strip() if pointer.is_file() else ""
    return name if GENERATION.fullmatch(name) and (folder / name).is_dir() else None


def generation_named(results: Path, cohort: str, name: str | None) -> Generation:
    """Find a generation by its name, or the current one where no name is given.

    Raises:
        ValueError: There is none of that name; the message names those there are.
    """
    found = generations_of(results, cohort)
    for generation in found:
        if generation.is_current if name in (None, "current") else generation.name == name:
            return generation
    place = results / "cohorts" / cohort
    known = nearest(name or "", [generation.name for generation in found])
    if name in (None, "current"):
        raise ValueError(f"{place / 'current'}: it names no generation here. {known}.")
    raise ValueError(f"{place}: it has no generation {name!r}. {known}.")


def require_manifest(generation: Generation) -> None:
    """Refuse to say of a generation without a manifest which samples it has: it would be none.

    Raises:
        ValueError: It has none.
    """
    path = generation.folder / "manifest.tsv"
    if not path.is_file():
        raise ValueError(
            f"{path}: it is missing, so the generation is incomplete. Run the workflow to its end, "
            "or remove the generation."
        )


def receipt_in(folder: Path) -> dict:
    """Read a folder's receipt.

    Raises:
        ValueError: It is missing, or no receipt.
    """
    path = folder / "receipt.json"
    try:
        read = json.loads(path.read_text())
    except FileNotFoundError:
        raise ValueError(f"{path}: it is missing. Run the workflow to its end.") from None
    except ValueError:
        read = None
    told = read if isinstance(read, dict) else {}
    if not all(isinstance(told.get(key), kind) for key, kind in RECEIPT.items()):
        raise ValueError(f"{path}: it is no receipt. Delete it and run the workflow again.")
    return read
