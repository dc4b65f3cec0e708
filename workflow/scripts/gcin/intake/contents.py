"""What stands in files that a card or a study names: another in its place may be the older one."""

from collections.abc import Iterable
from functools import cache

from gcin.generations import sha256_of

_content_of = cache(sha256_of)


def contents_of(files: Iterable[str]) -> list[str]:
    """Digest files, each once a run.

    Snakemake notices a file in the place of another by a newer time, and a parameter that differs;
    not one that is made from a job's `input`.
    """
    return [_content_of(file) for file in files]
