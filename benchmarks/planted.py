"""Designs on cohorts with planted truth, beside the best that anyone could do.

Each cohort is simulated once; its last patients are the test, and designs learn from the first
ones, the smaller numbers being parts of the larger. A trained design leaves its predictions in a
file, so that a run that was stopped goes on where it was. Other settings of the model, and any edit
of the code that fits designs, give files of other names.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from measuring import ROOT, print_figure, use_one_thread, write_section
from recovery import (
    first_decoy,
    gene_shifts,
    impairment_auc,
    pathway_shifts,
    planted_genes,
    worst_rank,
)
from scores import DRAWS, chance_of, right, scores_of
from scores import beside as beside_of

from gcin._code import code_of
from gcin.evaluation.comparison import resampled
from gcin.evaluation.intervals import Estimate, bca_interval
from gcin.evaluation.significance import holm
from gcin.generations import digest
from gcin.simulation.planted.genome import PATHWAYS, TOXICITY

SETTINGS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
MODEL, VARIANTS = SETTINGS["model"], SETTINGS["tensors"]["variants_per_patient"]
# Declared before any of it was run: one rule for all sizes and difficulties.
ENDPOINTS = {
    "gcin": ["response", "pfs"],
    "boosting_per_arm": ["response"],
    "boosting_per_arm without omics": ["response"],
    "boosting_on_network": ["response"],
}
FITTED_BY = {"gcin": "train_network", "boosting_on_network": "train_on_network"}
STACK = ("gcin", "boosting_on_network")  # which, like the network, have every seed
# The better one is what must be beaten.
RIVALS = ("boosting_per_arm", "boosting_per_arm without omics")
HELD = 0.15  # of the patients learnt from, for early stopping and calibration
CONFIDENCE = 0.95
SEED = 1  # of the cohorts that are reported
COLUMNS = [
    "patients", "design", "accuracy / best", "AUC", "mean error of p", "policy share",
    "accuracy beside boosting", "PEHE", "PEHE / boosting's",
]  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One design, trained once.

    Attributes:
        cohort: Folder of the cohort.
        size: Patients learnt from.
        tested: Patients tested.
        design: A key of ENDPOINTS, or a baseline, which learns response.
        seed: Of the training.
    """

    cohort: Path
    size: int
    tested: int
    design: str
    seed: int

    @property
    def result(self) -> Path:
        """Where the predictions lie, `patient arm value`."""
        kept = digest([MODEL, VARIANTS, code_of(FITTED_BY.get(self.design, "train_baseline"))])
        name = f"{self.design}-{self.size}-of-{self.tested}-seed-{self.seed}-{kept}.parquet"
        return self.cohort.with_name(f"{self.cohort.name}-predictions") / name

    @property
    def recovery(self) -> Path:
        """Where lies how a network rates variants and pathways."""
        return self.result.with_suffix(".json")

    @property
    def genes(self) -> Path:
        """Where lies how far a network's predictions move without each gene."""
        return self.result.with_suffix(".genes.json")

    @property
    def network(self) -> Path:
        """Where lies the network of this seed and size, whatever the design makes of it."""
        return self.result.with_name(f"{replace(self, design='gcin').result.stem}.keras")


def main() -> None:
    """Simulate, train what is missing, and print every figure."""
    use_one_thread()
    options = _options()
    if options.job:
        size, tested, design, seed = options.job
        job = Job(options.folder, int(size), int(tested), design, int(seed))
        rate_genes(job) if options.genes else train(job)
        return
    for difficulty in options.difficulties:
        lines = [f"Seeds of the network: {options.seeds}.", ""]
        lines += ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
        own = "" if options.cohort_seed == SEED else f"-seed-{options.cohort_seed}"
        cohort = options.folder / f"{difficulty}-{max(options.sizes)}{own}"
        dials = ["--difficulty", difficulty, "--seed", str(options.cohort_seed)]
        simulate(cohort, max(options.sizes) + options.tested, dials)
        for size in options.sizes:
            said = {
                design: average(_trained(cohort, size, options, design)) for design in ENDPOINTS
            }
            said["stack"] = sum(said[name] for name in STACK) / len(STACK)
            lines += report(cohort, difficulty, size, said)
            if difficulty == "paper":
                print_recovery(cohort, size, options)
        if options.cohort_seed == SEED:
            write_section(f"Planted truth: {difficulty}", lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--tested", type=int, default=16_000)
    parser.add_argument("--difficulties", nargs="+", default=["paper", "realistic", "null"])
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=ROOT / "benchmarks/results/planted")
    parser.add_argument(
        "--cohort-seed", type=int, default=SEED, help="another one is printed and not reported"
    )
    parser.add_argument("--genes", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--job", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args()


def simulate(cohort: Path, patients: int, dials: list[str]) -> None:
    """Simulate a cohort, or leave the same one as it is."""
    command = [sys.executable, "-m", "gcin.simulation.planted", cohort, "--patients", patients]
    cohort.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*map(str, command), *dials], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _trained(
    cohort: Path, size: int, options: argparse.Namespace, design: str
) -> list[pd.DataFrame]:
    """Read the predictions of every seed; each is trained in a process of its own."""
    seeds = range(1, 1 + (options.seeds if design in STACK else 1))
    return [predictions(Job(cohort, size, options.tested, design, seed)) for seed in seeds]


def predictions(job: Job) -> pd.DataFrame:
    """Read what a design says; it is trained where that was not kept."""
    if not job.result.exists():
        _run_apart(job)
    return pd.read_parquet(job.result)


def _run_apart(job: Job, *more: str) -> None:
    """Do a job in a process of its own."""
    words = ["--folder", job.cohort, "--job", job.size, job.tested, job.design, job.seed, *more]
    command = [sys.executable, __file__, *words]
    subprocess.run([*map(str, command)], check=True, stderr=subprocess.DEVNULL)


def average(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Mean probability of response, patients x arms."""
    return pd.concat(tables).pivot_table(values="value", index="patient", columns="arm")


def train(job: Job) -> None:
    """Train one design and write what it says of the patients tested, whole or not at all."""
    from gcin.model.backend import use_backend

    use_backend(MODEL["backend"], threads=1)
    from gcin.model.baselines import fit_baseline, predict_baseline
    from gcin.model.network import load_network
    from gcin.model.network_states import state_reader
    from gcin.model.predictions import calibrate, prediction_table
    from gcin.model.training import predict_network, train_network

    preparation, everyone = _prepared(job)
    kind = _kind_of(job)
    held, tested = everyone.part("validation"), everyone.part("test")
    if job.design == "gcin":
        members = pd.read_csv(job.cohort / "pathways.tsv", sep="\t")
        network = train_network(everyone, preparation, members, MODEL, job.seed).network
        said = [predict_network(network, part, preparation) for part in (held, tested)]
        job.result.parent.mkdir(parents=True, exist_ok=True)
        network.save(job.network)
        _keep_recovery(job, network, tested, preparation, members)
    else:
        on_network = kind == "boosting_on_network"
        read = state_reader(load_network(job.network)) if on_network else None
        fits = fit_baseline(kind, everyone, preparation, MODEL, job.seed, read)
        said = [predict_baseline(kind, fits, part, preparation, read) for part in (held, tested)]
    calibration = calibrate(said[0], held.table, preparation.arms)
    rows = prediction_table(tested.table.index, said[1], preparation.arms, calibration)
    rows = rows.loc[rows["endpoint"] == "response", ["patient", "arm", "value"]]
    job.result.parent.mkdir(parents=True, exist_ok=True)
    beside = job.result.with_suffix(".partial")
    rows.to_parquet(beside, index=False)
    beside.rename(job.result)


def _kind_of(job: Job) -> str:
    """The design, whatever it is not to see."""
    return job.design.partition(" without ")[0]


def _prepared(job: Job) -> tuple:
    """Fit the preparation on the patients learnt from, and read all."""
    from gcin.model.outcomes import training_table
    from gcin.model.study import open_cohorts, prepare_fold

    patients, split = _split(job)
    without = job.design.partition(" without ")[2]
    read = [name for name in ("clinical", "omics") if name != without]
    tables = [[str(job.cohort / f"{name}.parquet")] for name in read]
    cohorts = open_cohorts(["planted"], [job.cohort / "tensors"], *tables)
    table = training_table(patients, split)
    return prepare_fold(table, cohorts, MODEL["preparation"], VARIANTS)


def rate_genes(job: Job) -> None:
    """Write how far the predictions of a kept network move without each gene."""
    from gcin.model.backend import use_backend

    use_backend(MODEL["backend"], threads=1)
    from gcin.model.inputs import network_arrays
    from gcin.model.network import load_network

    preparation, everyone = _prepared(job)
    arrays = network_arrays(everyone.part("test"), preparation)
    shifts = gene_shifts(_odds_of(load_network(job.network)), arrays, preparation.genes)
    beside = job.genes.with_suffix(".partial")
    beside.write_text(json.dumps(shifts.to_dict(), indent=1) + "\n")
    beside.rename(job.genes)


def _odds_of(network: object) -> Callable[[dict], np.ndarray]:
    """Log odds of response that a network says of arrays, `(patients, arms)`."""
    return lambda some: network.predict(some, batch_size=256, verbose=0)["response"][..., 0]


def _keep_recovery(
    job: Job, network: object, tested: object, preparation: object, members: pd.DataFrame
) -> None:
    """Write how the network rates variants and pathways of the patients tested."""
    import keras

    from gcin.model.inputs import network_arrays
    from gcin.model.pretraining import ENCODER

    arrays = network_arrays(tested, preparation)
    encoder = keras.Model(network.input, network.get_layer(ENCODER[1]).output)
    strengths = encoder.predict(arrays, batch_size=256, verbose=0).mean(axis=-1)
    auc = impairment_auc(
        strengths, arrays["variant_mask"], tested.table.index, preparation.genes, job.cohort
    )

    shifts = pathway_shifts(_odds_of(network), arrays, preparation.genes, members)
    found = {"auc": auc, "shifts": shifts.to_dict()}
    job.recovery.write_text(json.dumps(found, indent=1) + "\n")


def _split(job: Job) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patients with the outcomes that the design learns, and which part each is of."""
    patients = pd.read_parquet(job.cohort / "patients.parquet")
    learnt = [
        column
        for name in ENDPOINTS.get(job.design, ["response"])
        for column in ([name] if name in patients else [f"{name}_time", f"{name}_event"])
    ]
    known = ["patient", "cohort", "role", "cancer_type", "arm", "family", "site", "has_genome"]
    part = np.full(len(patients), "", dtype=object)
    part[: job.size] = "train"
    part[np.random.default_rng(job.size).permutation(job.size)[: int(HELD * job.size)]] = (
        "validation"
    )
    part[-job.tested :] = "test"
    split = pd.DataFrame({"patient": patients["patient"], "part": part})
    split = split[split["part"] != ""]
    return patients.loc[split.index, [*known, *learnt]], split


def report(cohort: Path, difficulty: str, size: int, said: dict[str, pd.DataFrame]) -> list[str]:
    """Print the figures of one size, and give the rows of the table."""
    patients = pd.read_parquet(cohort / "patients.parquet").set_index("patient")
    probability = pd.read_parquet(cohort / "truth" / "probability.parquet")
    tested = patients.loc[said["gcin"].index]
    truth = probability.loc[tested.index]
    placed, weights = resampled(tested.reset_index(), DRAWS, 1)
    weights = weights[:, placed["column"]]
    best = right(truth, tested).mean()
    scores = {name: scores_of(table, truth, tested) for name, table in said.items()}
    rival = max(RIVALS, key=lambda name: scores[name]["accuracy"])
    beside = {
        name: beside_of(said[name], said[rival], tested, weights) for name in ("gcin", "stack")
    }
    _print(difficulty, size, scores, beside, best, rival)
    if difficulty == "paper":
        ahead = beside_of(said["stack"], said["gcin"], tested, weights)
        low, high = bca_interval(ahead, CONFIDENCE)
        place = f"paper, {size} patients: accuracy of stack beside gcin"
        print_figure(place, ahead.whole)
        print_figure(f"{place}, lower limit", low, 0, least=True)
        print_figure(f"{place}, upper limit", high)
    if difficulty == "realistic":
        ahead = scores["gcin"]["AUC"] - scores[rival]["AUC"]
        print_figure(f"realistic, {size} patients: AUC of gcin less boosting's", ahead, 0, True)
    if difficulty == "null":
        found = holm(np.array([chance_of(table, tested) for table in said.values()])).min()
        print_figure(f"null, {size} patients: least p of any design, by Holm", found, 0.05, True)
    return [
        _row(size, name, values, best, beside.get(name), scores[rival]["PEHE"])
        for name, values in scores.items()
    ]


def _print(difficulty: str, size: int, scores: dict, beside: dict, best: float, rival: str) -> None:
    place = f"{difficulty}, {size} patients"
    print_figure(f"{place}: best possible accuracy", best)
    for name, values in scores.items():
        for metric, value in values.items():
            print_figure(f"{place}: {metric} of {name}", value)
    bounds = {"gcin": -0.01, "stack": 0.0} if difficulty == "paper" else {}
    for name, estimate in beside.items():
        low, high = bca_interval(estimate, CONFIDENCE)
        print_figure(f"{place}: accuracy of {name} beside boosting", estimate.whole)
        print_figure(f"{place}: the same, lower limit", low, bounds.get(name), least=True)
        print_figure(f"{place}: the same, upper limit", high)
    if difficulty == "paper" and size == 10_000:
        ratio = scores["gcin"]["accuracy"] / best
        print_figure(f"{place}: accuracy of gcin over the best possible", ratio, 0.95, least=True)
        policy = scores["gcin"]["policy share"]
        print_figure(f"{place}: policy share of gcin", policy, 0.85, least=True)
        closer = scores["gcin"]["mean error of p"] / scores[rival]["mean error of p"]
        print_figure(f"{place}: mean error of p over that of boosting", closer, 1.0)
    for name in scores:
        if name not in RIVALS:
            ratio = scores[name]["PEHE"] / scores[rival]["PEHE"]
            print_figure(f"{place}: PEHE of {name} over that of boosting", ratio)


def print_recovery(cohort: Path, size: int, options: argparse.Namespace) -> None:
    """Print what the networks of all seeds found out, together."""
    jobs = [Job(cohort, size, options.tested, "gcin", 1 + seed) for seed in range(options.seeds)]
    found = [json.loads(job.recovery.read_text()) for job in jobs]
    auc = np.mean([one["auc"] for one in found])
    shifts = pd.DataFrame([one["shifts"] for one in found]).mean()
    place = f"paper, {size} patients"
    print_figure(f"{place}: AUC of impairment by variant", auc, 0.9, least=True)
    print_figure(f"{place}: rank of the last planted pathway", worst_rank(shifts), 6)
    found = first_decoy(shifts, PATHWAYS)
    print_figure(f"{place}: rank of the first decoy pathway (best {len(PATHWAYS) + 1})", found)
    for job in jobs:
        if not job.genes.exists():
            _run_apart(job, "--genes")
    moved = pd.DataFrame([json.loads(job.genes.read_text()) for job in jobs]).mean()
    planted = planted_genes(moved.index)
    found = first_decoy(moved.drop(list(TOXICITY.values()), errors="ignore"), planted)
    print_figure(f"{place}: rank of the first decoy gene (best {len(planted) + 1})", found)


def _row(
    size: int, name: str, values: dict, best: float, beside: Estimate | None, rival: float
) -> str:
    cells = [str(size), name, f"{values['accuracy'] / best:.3f}"]
    told = [values[key] for key in ("AUC", "mean error of p", "policy share")]
    # Where all arms are alike, no policy wins a thing.
    cells += ["" if np.isnan(value) else f"{value:.3f}" for value in told]
    if beside is None:
        cells.append("")
    else:
        low, high = bca_interval(beside, CONFIDENCE)
        cells.append(f"{beside.whole:+.3f} ({low:+.3f} to {high:+.3f})")
    cells += [f"{values['PEHE']:.3f}", f"{values['PEHE'] / rival:.2f}"]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
