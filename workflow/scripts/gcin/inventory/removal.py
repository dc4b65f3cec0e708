"""Removing generations so that a kill leaves none that looks whole."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp

from gcin.inventory.stored import Generation, current_of

ASIDE = ".removed-"


def leftovers_in(folder: Path) -> list[Path]:
    """List what a removal that was cut off left aside in a cohort's folder."""
    return sorted(folder.glob(f"{ASIDE}*"))


def refuse_current(generations: Iterable[Generation], folder: Path) -> None:
    """Refuse to remove the current generation, or one that may be it.

    Args:
        generations: What shall be removed.
        folder: The cohort's.

    Raises:
        ValueError: Names the generation and the remedy.
    """
    current = current_of(folder)
    for generation in generations:
        if generation.name == current:
            raise ValueError(
                f"{generation.folder}: it is the current generation, which is never removed. "
                "Run the workflow with another sheet or other settings first."
            )
        if current is None and generation.is_complete:
            raise ValueError(
                f"{folder / 'current'}: it names no generation here, and {generation.name} may be "
                "the current one. Run the workflow to its end first."
            )


def remove(generations: Iterable[Generation], folder: Path) -> None:
    """Remove generations, and what an earlier removal left.

    Each is renamed before anything of it is deleted: after a kill no part of it has its name.

    Args:
        generations: What goes.
        folder: The cohort's.

    Raises:
        ValueError: One of them is the current generation; nothing is removed then.
    """
    generations = list(generations)
    refuse_current(generations, folder)
    for generation in generations:
        generation.folder.rename(mkdtemp(prefix=f"{ASIDE}{generation.name}-", dir=folder))
    for aside in leftovers_in(folder):
        shutil.rmtree(aside)
