"""Generations: which samples, files and settings a cohort's artefacts were made from.

The path of every joint artefact holds a hash of the cohort's manifest. Adding, removing or
replacing a sample names another path, so a failed run leaves a missing target rather than a stale
file, and an earlier cohort comes back for free.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

HASH_DIGITS = 12


def digest(value: object) -> str:
    """Hash a value of plain types; the order of mapping keys does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def manifest_rows(rows: pd.DataFrame) -> list[list[str]]:
    """List the rows of a sheet in an order that does not depend on the sheet's.

    Args:
        rows: Rows of the sheet, all text, with `size_bytes` of the files they name, so that a
            file replaced under the same name makes another manifest.
    """
    return sorted(rows.astype(str).to_numpy().tolist())


def identity_of_sample(units: Iterable[Mapping[str, str]], settings: Mapping) -> str:
    """Hash what a sample's own artefacts are made from: its units and the calling settings.

    Args:
        units: Their rows of the sheet, each once, with `size_bytes`; without the cohort, as a
            sample that stands in several is processed once, and without what only describes it.
        settings: Those that its artefacts depend on.
    """
    return digest({"rows": sorted([*unit.values()] for unit in units), "settings": settings})


def generation_of_cohort(rows: pd.DataFrame, settings: Mapping) -> str:
    """Name a cohort's generation: 12 hex digits over its sheet rows and the settings."""
    return digest({"rows": manifest_rows(rows), "settings": settings})


def edition_of_study(settings: Mapping, generations: Mapping[str, str]) -> str:
    """Name a study's edition: 12 hex digits over its settings and its cohorts' generations."""
    return digest({"settings": settings, "generations": generations})


def sha256_of(path: str | Path) -> str:
    """Hash a file's content."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def receipt(
    generation: str,
    samples: Iterable[str],
    tools: Mapping[str, str],
    folder: str | Path,
    files: Iterable[str | Path],
) -> dict:
    """Describe artefacts: what generation they are of, whose samples they hold, what made them.

    Args:
        generation: The generation.
        samples: Sample ids in the artefacts' own order.
        tools: Version of each tool that took part.
        folder: Where the receipt will lie; files are named from there, so the folder can move.
        files: What the receipt vouches for, inside the folder.

    Returns:
        A mapping to be written as JSON, with the sha256 of every file.
    """
    places = {Path(path).relative_to(folder).as_posix(): path for path in files}
    return {
        "generation": generation,
        "samples": list(samples),
        "tools": dict(tools),
        "files": {place: sha256_of(path) for place, path in sorted(places.items())},
    }


def require_samples(found: Iterable[str], expected: Iterable[str], what: str) -> None:
    """Refuse an artefact that does not hold exactly the samples of its manifest.

    Raises:
        ValueError: Names the samples that are missing or too many, and the remedy.
    """
    found, expected = set(found), set(expected)
    if found == expected:
        return
    missing = ", ".join(sorted(expected - found)[:5]) or "none"
    surplus = ", ".join(sorted(found - expected)[:5]) or "none"
    raise ValueError(
        f"{what} does not hold the samples of its manifest: missing {missing}; not expected "
        f"{surplus}. Delete it and run again."
    )
