"""Simulate a cohort with planted truth: `python -m gcin.simulation.planted FOLDER`."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from gcin._code import fingerprints
from gcin.simulation.planted.cohort import PlantedCohort
from gcin.simulation.planted.dials import Difficulty, Missing, Planted
from gcin.simulation.planted.files import write_files
from gcin.simulation.planted.ground import Ground
from gcin.simulation.planted.sequence import Sequenced
from gcin.simulation.planted.writing import write_cohort
from gcin.simulation.whole import run_whole

CHROMOSOMES = Path("resources/reference/chromosomes.grch38.tsv")


def main(arguments: list[str] | None = None) -> int:
    """Write a cohort into a folder, whole or not at all; a folder that has it stays untouched."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    folder, files = options.pop("folder"), options.pop("files")
    chromosomes = pd.read_csv(options.pop("chromosomes"), sep="\t")
    if files and options["panels"]:
        parser.error(
            "--panels cannot go with --files: a card describes one assay, and the files are of "
            "one cohort. Leave one of the two out."
        )
    try:
        planted = Planted(**options)
    except ValueError as error:
        parser.error(str(error))
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
    _add_hardships(parser.add_argument_group("hardships", "all off by default"))
    return parser


def _add_hardships(group: argparse._ArgumentGroup) -> None:
    """Offer the dials of `Planted` that make a cohort harder."""
    told = {
        "hidden": "log odds that a trait which no column shows adds to an arm and to response",
        "missing-share": "of each laboratory value",
        "site-effects": "s.d. of shifts of read-outs between sites; sites also lose reads",
        "linkage": "r2 of neighbouring common markers; siblings inherit them, too",
        "site-shortcut": "how far two sites settle the chance of response, 0 to 1",
    }
    for name, meaning in told.items():
        default = getattr(Planted, name.replace("-", "_"))
        group.add_argument(f"--{name}", type=float, default=default, help=meaning)
    group.add_argument(
        "--missing", choices=list(Missing), default=Planted.missing, help="why values are missing"
    )
    group.add_argument(
        "--panels", action="store_true", help="two sites assay half of the genes alone"
    )
    group.add_argument(
        "--decoy-genes", action="store_true", help="one goes with age, one with burden"
    )


if __name__ == "__main__":
    sys.exit(main())
