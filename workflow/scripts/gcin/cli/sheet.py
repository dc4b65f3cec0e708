"""Make a sample sheet from folders of files."""

import argparse
import os
import sys
from pathlib import Path

import pandas as pd

from gcin.intake.found import Doubt
from gcin.intake.found_sheet import sheet_of

HELP = "make a sample sheet from folders of FASTQ, BAM, CRAM, gVCF, VCF and MAF"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what the command takes."""
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="where the files lie")
    parser.add_argument("--cohort", metavar="NAME", help="cohort of all rows; else the folder's")
    parser.add_argument(
        "--output", default="samples.tsv", metavar="FILE", help="the sheet (default: %(default)s)"
    )
    parser.add_argument("--force", action="store_true", help="write over a sheet that is there")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="read large files, too, to their ends; else their beginning and their end mark",
    )


def run_sheet(values: argparse.Namespace) -> int:
    """Write the sheet, and print the doubts about it as a tab-separated table.

    Raises:
        ValueError: The sheet is there already, or nothing was found to stand in it.
    """
    output = Path(values.output)
    if output.exists() and not values.force:
        raise ValueError(f"{output}: it is there already. Give --force, or another --output.")
    cohort = values.cohort or Path(values.folders[0]).resolve().name
    rows, doubts = sheet_of(values.folders, cohort, values.whole)
    _print_doubts(doubts)
    if rows.empty:
        places = ", ".join(values.folders)
        raise ValueError(f"{places}: no file there can stand in a sheet. See the doubts above.")
    _write(rows, output)
    count = f"{len(rows)} rows of {rows['sample'].nunique()} samples"
    print(f"{output}: {count}, {len(doubts)} doubts", file=sys.stderr)
    return 0


def _print_doubts(doubts: list[Doubt]) -> None:
    if doubts:
        table = pd.DataFrame(doubts, columns=["file", "doubt", "remedy"])
        print(table.to_csv(sep="\t", index=False), end="")


def _write(rows: pd.DataFrame, output: Path) -> None:
    """Write beside, then rename: a kill leaves the old sheet, or none."""
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        rows.to_csv(beside, sep="\t", index=False, encoding="utf-8")
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
