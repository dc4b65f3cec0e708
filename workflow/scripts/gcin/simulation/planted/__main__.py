"""Simulate a cohort with planted truth: `python -m gcin.simulation.planted FOLDER`."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from gcin._code import fingerprints
from gcin.simulation.planted.cohort import PlantedCohort
from gcin.simulation.planted.dials import Difficulty, Planted
from gcin.simulation.planted.files import write_files
from gcin.simulation.planted.ground import Ground
from gcin.simulation.planted.sequence import Sequenced
from gcin.simulation.planted.writing import write_cohort
from gcin.simulation.whole import run_whole

CHROMOSOMES = Path("resources/reference/chromosomes.grch38.tsv")


def main(arguments: list[str] | None = None) -> int:
    """Write a cohort into a folder, whole or not at all; a folder that has it stays untouched."""
    options = vars(_parser().parse_args(arguments))
    folder, files = options.pop("folder"), options.pop("files")
    chromosomes = pd.read_csv(options.pop("chromosomes"), sep="\t")
    planted = Planted(**options)
    record = {"planted": asdict(planted), "files": files, "code": fingerprints(__file__)}

    def write(beside: Path) -> None:
        if files:
            write_files(beside, planted, Sequenced.made(planted, chromosomes), str(folder))
        else:
            write_cohort(beside, PlantedCohort.make(planted, Ground.drawn(planted, chromosomes)))

    return run_whole(folder, record, write)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gcin.simulation.planted", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write")
    parser.add_argument("--patients", type=int, default=Planted.patients)
    parser.add_argument("--genes", type=int, default=Planted.genes)
    parser.add_argument("--difficulty", choices=list(Difficulty), default=Planted.difficulty)
    parser.add_argument("--seed", type=int, default=Planted.seed)
    parser.add_argument("--files", action="store_true", help="write what a user would hand in, too")
    parser.add_argument("--chromosomes", type=Path, default=CHROMOSOMES, help="table of lengths")
    return parser


if __name__ == "__main__":
    sys.exit(main())
