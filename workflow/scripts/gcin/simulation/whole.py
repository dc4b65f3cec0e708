"""Folders of simulated data that are there whole or not at all."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

RECORD = "simulation.json"


def run_whole(folder: Path, record: dict, write: Callable[[Path], None]) -> int:
    """Do as `write_whole` and say what became of it.

    Returns:
        The code to exit with: 1 where the folder or the choices were refused.
    """
    try:
        written = write_whole(folder, record, write)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: {'written' if written else 'nothing to do, it holds these settings'}")
    return 0


def write_whole(folder: Path, record: dict, write: Callable[[Path], None]) -> bool:
    """Fill a folder beside the wanted one, then put it in its place.

    Args:
        folder: Where the data shall be.
        record: Settings and code; a folder whose record is the same is left alone.
        write: Fills an empty folder.

    Returns:
        Whether anything was written.

    Raises:
        ValueError: The folder exists and was not made here.
    """
    note = folder / RECORD
    if note.is_file() and json.loads(note.read_text()) == record:
        return False
    if folder.exists() and not note.is_file() and any(folder.iterdir()):
        raise ValueError(f"{folder} holds other files. Name another folder, or empty it.")
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    write(beside)
    (beside / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    return True
