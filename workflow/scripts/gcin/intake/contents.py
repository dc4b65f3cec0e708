"""What stands in files that a card or a study names: another in its place may be the older one."""

from collections.abc import Iterable, Mapping
from functools import cache

from gcin.generations import sha256_of

_content_of = cache(sha256_of)


def contents_of(files: Iterable[str]) -> list[str]:
    """Digest files, each once a run.

    Snakemake notices a file in the place of another by a newer time, and a parameter that differs;
    not one that is made from a job's `input`.
    """
    return [_content_of(file) for file in files]


def files_named(tables: Mapping[str, Mapping], *keys: str) -> list[str]:
    """List the files that the tables of a section of a card name by some keys."""
    return [table[key] for table in tables.values() for key in keys if table[key] is not None]
