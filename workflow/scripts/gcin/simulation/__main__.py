"""Simulate a hospital: `python -m gcin.simulation FOLDER`."""

import argparse
import sys
from dataclasses import asdict, fields
from pathlib import Path

from gcin._code import fingerprints
from gcin.simulation.files import write_hospital
from gcin.simulation.hospital import Hospital
from gcin.simulation.whole import run_whole


def main(arguments: list[str] | None = None) -> int:
    """Write a hospital into a folder, whole or not at all; a folder that has it stays untouched."""
    options = vars(_parser().parse_args(arguments))
    folder = options.pop("folder").rstrip("/")
    hospital = Hospital(**options)
    record = {"hospital": asdict(hospital), "folder": folder, "code": fingerprints(__file__)}
    return run_whole(Path(folder), record, lambda beside: write_hospital(beside, hospital, folder))


def _parser() -> argparse.ArgumentParser:
    """Offer every field of a hospital as an option."""
    parser = argparse.ArgumentParser(prog="python -m gcin.simulation", description=__doc__)
    parser.add_argument("folder", help="where to write; relative paths stay relative")
    for field in fields(Hospital):
        parser.add_argument(f"--{field.name}", type=int, default=field.default)
    return parser


if __name__ == "__main__":
    sys.exit(main())
