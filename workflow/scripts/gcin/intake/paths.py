"""Paths as a user writes them."""

import os
from collections.abc import Callable
from pathlib import Path

from gcin.intake.kinds import INTERLEAVED


def resolver(data_root: str, project: str | Path) -> Callable[[str], str]:
    """Make the function that turns a path as written into one from the working directory.

    Args:
        data_root: Where relative paths start.
        project: The project's own folder, where paths that begin with `resources/` start.
    """
    home = os.path.relpath(project)

    def resolve(path: str) -> str:
        if path in ("", INTERLEAVED):
            return path
        start = home if path.startswith("resources/") else data_root
        return os.path.normpath(os.path.join(start, path))  # noqa: PTH118

    return resolve
