"""Training of the network on a large planted cohort: what a seed costs, and what an epoch adds."""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from measuring import ROOT, print_figure, spent_by

from gcin.model.backend import use_backend
from gcin.model.inputs import Patients
from gcin.model.outcomes import training_table
from gcin.model.preparation import Preparation
from gcin.model.study import open_cohorts, prepare_fold
from gcin.simulation.planted.__main__ import CHROMOSOMES

SETTINGS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
MODEL, VARIANTS = SETTINGS["model"], SETTINGS["tensors"]["variants_per_patient"]
COMPARED_PATIENTS = 20_000  # read in the epochs compared; fewer drown in the noise of tracing
ROUNDS = 5  # of one alone, on a busy machine, the ratio of the same code moves by 0.1


def main() -> None:
    """Simulate the cohort, train one seed of one fold, and compare epochs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--genes", type=int, default=300)
    options = parser.parse_args()
    size = f"{options.patients} patients x {options.genes} genes"
    with tempfile.TemporaryDirectory() as name:
        sizes = ["--patients", str(options.patients), "--genes", str(options.genes)]
        chromosomes = ["--chromosomes", ROOT / CHROMOSOMES]
        for folder, more in (("files", ["--files"]), ("cohort", [])):
            command = [sys.executable, "-m", "gcin.simulation.planted", folder, *sizes, *more]
            spent = spent_by([*command, *chromosomes], Path(name), "said.txt")
            what = "as files and store" if more else "as a store"
            print_figure(f"{size}: simulated {what}, CPU s", spent.cpu, 60)
            print_figure(f"{size}: memory of that, GiB", spent.peak_gib, 4)
        _measure(Path(name) / "cohort", size)


def _measure(folder: Path, size: str) -> None:
    started = time.process_time()
    use_backend(MODEL["backend"], threads=1)
    from gcin.model import training

    preparation, patients = _fold(folder)
    members = pd.read_csv(folder / "pathways.tsv", sep="\t")
    trained = training.train_network(patients, preparation, members, MODEL, seed=1)
    minutes = (time.process_time() - started) / 60
    print_figure(f"{size}: one fold and seed, CPU minutes", minutes, 15)
    print_figure(f"{size}: epochs", len(trained.history) - 1)
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print_figure(f"{size}: memory, GiB", gib, 4)
    ours, bare = _epochs(training, trained.network, patients, preparation)
    print_figure(f"{size}: epoch, CPU s", ours)
    print_figure(f"{size}: epoch beside the same network fed from arrays", ours / bare, 1.05)


def _fold(folder: Path) -> tuple[Preparation, Patients]:
    patients = pd.read_parquet(folder / "patients.parquet")
    parts = np.random.default_rng(1).choice(
        ["train", "validation", "test"], len(patients), p=[0.7, 0.15, 0.15]
    )
    split = pd.DataFrame({"patient": patients["patient"], "part": parts})
    table = training_table(patients, split)
    names = patients["cohort"].unique().tolist()
    cohorts = open_cohorts(names, [folder / "tensors"], [str(folder / "clinical.parquet")])
    return prepare_fold(table, cohorts, MODEL["preparation"], VARIANTS)


def _epochs(
    training: object, network: object, patients: Patients, preparation: Preparation
) -> tuple[float, float]:
    """CPU seconds of an epoch as the workflow trains, and of a bare `fit` of the same arrays.

    The longer run of each is taken beside a shorter one, so that tracing does not count; the two
    take turns, so that a machine that grows busy slows both.
    """
    train, held = (
        training.examples(patients.part(part), preparation) for part in ("train", "validation")
    )
    settings = {**MODEL["training"], "patience_epochs": 1_000}
    compared = max(3, COMPARED_PATIENTS // len(train[0]["linear"]))

    def ours(epochs: int) -> None:
        training.fit_network(network, train, held, {**settings, "max_epochs": epochs}, seed=1)

    def bare(epochs: int) -> None:
        sizes = {"batch_size": settings["batch_size"], "validation_batch_size": 256}
        network.fit(*train, epochs=epochs, validation_data=held, verbose=0, **sizes)

    ours(1)
    seconds = {ours: 0.0, bare: 0.0}
    for sign, epochs in ROUNDS * ((-1, 1), (1, 1 + compared)):
        for fit in seconds:
            started = time.process_time()
            fit(epochs)
            seconds[fit] += sign * (time.process_time() - started)
    return tuple(seconds[fit] / compared / ROUNDS for fit in (ours, bare))


if __name__ == "__main__":
    main()
