"""Folders of simulated data that are there whole or not at all."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

RECORD = "simulation.json"


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
