"""Simulate a hospital: `python -m gcin.simulation FOLDER`."""

import argparse
import json
import shutil
import sys
from dataclasses import asdict, fields
from pathlib import Path

from gcin._code import fingerprints
from gcin.simulation.files import write_hospital
from gcin.simulation.hospital import Hospital

RECORD = "simulation.json"


def main(arguments: list[str] | None = None) -> int:
    """Write a hospital into a folder, whole or not at all; a folder that has it stays untouched."""
    options = vars(_parser().parse_args(arguments))
    folder = options.pop("folder").rstrip("/")
    hospital = Hospital(**options)
    record = {"hospital": asdict(hospital), "folder": folder, "code": fingerprints(__file__)}
    try:
        written = write_whole(Path(folder), hospital, record)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: {'written' if written else 'nothing to do, it holds these settings'}")
    return 0


def write_whole(folder: Path, hospital: Hospital, record: dict) -> bool:
    """Fill a folder beside the wanted one, then put it in its place.

    Args:
        folder: Where the hospital shall be.
        hospital: What to simulate.
        record: Settings and code; a folder whose record is the same is left alone.

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
    write_hospital(beside, hospital, record["folder"])
    (beside / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    return True


def _parser() -> argparse.ArgumentParser:
    """Offer every field of a hospital as an option."""
    parser = argparse.ArgumentParser(prog="python -m gcin.simulation", description=__doc__)
    parser.add_argument("folder", help="where to write; relative paths stay relative")
    for field in fields(Hospital):
        parser.add_argument(f"--{field.name}", type=int, default=field.default)
    return parser


if __name__ == "__main__":
    sys.exit(main())
