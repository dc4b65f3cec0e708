"""Designs side by side on the real cohorts of config/examples, in the folds that came with them.

The workflow makes tables, stores and splits; designs are then fitted one after the other, and the
predictions of each fold, design and seed stay in a file, so that a run that was stopped goes on
where it was. Other settings, and any edit of the code that fits designs, give files of other names.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import yaml
from cohort_figures import FIGURES, measured, print_figures, table_of
from measuring import ROOT, use_one_thread, write_section

from gcin._code import code_of
from gcin.generations import digest, sha256_of
from gcin.intake.designs import SURVIVAL_ONLY
from gcin.intake.endpoints import SURVIVAL, kinds_of, transforms_of
from gcin.intake.schema import filled, schema_of

if TYPE_CHECKING:
    from gcin.model.inputs import Patients
    from gcin.model.preparation import Preparation

# Declared before any fold was run, one rule for all cohorts.
KINDS = {
    "clinical": {"kind": "clinical_logistic"},
    "genomic": {"kind": "genomic_logistic"},
    "ridge": {"kind": "ridge"},
    "forest": {"kind": "random_forest"},
    "survival forest": {"kind": "survival_forest"},
    "gcin": {"kind": "network"},
}
# Parts of the model's settings that a kind reads.
READS = {
    "clinical_logistic": ["linear"],
    "genomic_logistic": ["linear"],
    "ridge": ["linear", "ridge"],
    "random_forest": ["forest"],
    "survival_forest": ["forest"],
    "network": ["backend", "network", "linear", "ridge", "pretraining", "training"],
}
STACKS = {"product": ["gcin", "ridge", "forest"], "ridge + forest": ["ridge", "forest"]}
EXAMPLES = {
    "aml": ["aml"],
    "breast": ["breast"],
    "tcga": ["glioma", "kirc", "luad"],
    "oak": ["oak"],
    "warfarin": ["warfarin"],
}
TABLES = ["divide_patients", "list_pathways"]


@dataclass(frozen=True)
class Study:
    """A study of an example, its tables made.

    Attributes:
        name: In the configuration.
        settings: The merged configuration.
        folder: `results/studies/{study}/{edition}`.
        cohorts: Cohort to `results/cohorts/{cohort}/{generation}`.
    """

    name: str
    settings: Mapping
    folder: Path
    cohorts: Mapping[str, Path]

    def said(self, fold: int, design: str, seed: int) -> Path:
        """File of what a design said of the patients whom it had not learnt from."""
        model, kind = self.settings["model"], KINDS[design]
        own = {key: model[key] for key in ("preparation", *READS[kind["kind"]])}
        if "training" in own:
            own["training"] = {
                key: own["training"][key] for key in own["training"] if key != "seeds"
            }
        code = code_of("train_network" if kind["kind"] == "network" else "train_baseline")
        kept = digest([own, kind, code, self.settings["tensors"], self.tables])
        folder = ROOT / "benchmarks/results/cohorts" / self.name / f"{design}-{kept}"
        return folder / f"fold-{fold}-seed-{seed}.parquet"

    @cached_property
    def tables(self) -> list[str]:
        """Digests of the tables that designs read."""
        names = ("clinical/features.parquet", "clinical/omics.parquet", "tensors/genes.npy")
        files = [folder / name for folder in self.cohorts.values() for name in names]
        return [sha256_of(path) for path in [self.folder / "splits" / "folds.parquet", *files]]


def main() -> None:
    """Make the tables, fit what is missing, print every figure and write docs/results.md."""
    use_one_thread()
    options = _options()
    for example in options.examples:
        found = {}
        for study in prepared(example):
            for fold in range(5 * options.repeats):
                fit(study, fold, options.designs, options.seeds)
            patients = pd.read_parquet(study.folder / "splits" / "patients.parquet")
            said = _said(study, options)
            for name, figure in FIGURES.items():
                if figure.study == study.name:
                    found[name] = measured(figure, said, patients)
                    print_figures(name, found[name])
        write_section(f"Real cohorts: {example}", table_of(found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", nargs="+", default=list(EXAMPLES), choices=list(EXAMPLES))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--designs", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--seeds", type=int, default=3)
    return parser.parse_args()


def prepared(example: str) -> list[Study]:
    """Let the workflow make the tables of an example, and say where they lie."""
    first = ROOT / "config" / "examples" / example / "prepare.py"
    if first.exists():
        subprocess.run([sys.executable, first], cwd=ROOT, check=True)
    given = ["--configfile", "config/config.yaml", f"config/examples/{example}/config.yaml"]
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *given, "--until", *TABLES]
    subprocess.run([*command, "--quiet", "all"], cwd=ROOT, check=True)
    asked = subprocess.run(
        [*command, "--summary"], cwd=ROOT, check=True, text=True, capture_output=True
    )
    files = [Path(line.split("\t")[0]) for line in asked.stdout.splitlines()]
    stores, splits = (
        {path.parts[2]: path.parents[1] for path in files if path.match(name)}
        for name in ("tensors/receipt.json", "splits/folds.parquet")
    )
    settings = merged(*(yaml.safe_load((ROOT / path).read_text()) for path in given[1:]))
    return [
        Study(
            name,
            with_transforms(settings, name),
            ROOT / splits[name],
            {cohort: ROOT / stores[cohort] for cohort in settings["studies"][name]["cohorts"]},
        )
        for name in EXAMPLES[example]
    ]


def with_transforms(settings: Mapping, study: str) -> dict:
    """Say in the settings on which scale a study's quantities are learnt, as its cards do."""
    asked = settings["studies"][study]
    path = ROOT / settings["cards"] / f"{asked['cohorts'][0]}.yaml"
    card = filled(yaml.safe_load(path.read_text()), schema_of("card"))
    declared = transforms_of(asked["endpoints"], card)
    transforms = {name: how for name, how in declared.items() if how is not None}
    # Without any the settings stay as they are, and so do the names of what was predicted by them.
    own = {"model": {"preparation": {"transforms": transforms}}} if transforms else {}
    return merged(settings, own)


def merged(first: Mapping, second: Mapping) -> dict:
    """Lay one configuration over another, key by key."""
    both = {key: merged(first[key], second[key]) for key in first.keys() & second.keys()
            if isinstance(second[key], dict)}  # fmt: skip
    return {**first, **second, **both}


def fit(study: Study, fold: int, designs: Iterable[str], seeds: int) -> None:
    """Fit the designs of a fold whose predictions are missing."""
    kinds = kinds_of(study.settings["studies"][study.name]["endpoints"]).values()
    possible = [
        design
        for design in designs
        if SURVIVAL in kinds or KINDS[design]["kind"] not in SURVIVAL_ONLY
    ]
    for seed in range(1, 1 + seeds):
        missing = [design for design in possible if not study.said(fold, design, seed).exists()]
        if missing:
            ready = _prepared_fold(study, fold, seed)
        for design in missing:
            rows = predicted(*ready, study.settings["model"], KINDS[design], seed)
            _write(rows, study.said(fold, design, seed))


def _prepared_fold(study: Study, fold: int, seed: int) -> tuple["Preparation", "Patients"]:
    """Read the patients of a fold, and fit their preparation on those who train for a seed."""
    from gcin.model.outcomes import training_table
    from gcin.model.study import open_cohorts, prepare_fold
    from gcin.splits.folds import fold_of
    from gcin.splits.turns import parts_at

    patients = pd.read_parquet(study.folder / "splits" / "patients.parquet")
    whole = fold_of(pd.read_parquet(study.folder / "splits" / "folds.parquet"), fold)
    cohorts = open_cohorts(
        list(study.cohorts),
        [folder / "tensors" for folder in study.cohorts.values()],
        *(
            [str(folder / "clinical" / f"{name}.parquet") for folder in study.cohorts.values()]
            for name in ("features", "omics")
        ),
    )
    variants = study.settings["tensors"]["variants_per_patient"]
    table = training_table(patients, parts_at(whole, seed))
    return prepare_fold(table, cohorts, study.settings["model"]["preparation"], variants)


def predicted(
    preparation: "Preparation", patients: "Patients", model: Mapping, design: Mapping, seed: int
) -> pd.DataFrame:
    """Fit one design, and say what it predicts of parts validation and test."""
    from gcin.model.baselines import fit_baseline, predict_baseline
    from gcin.model.predictions import calibrate, prediction_table, reported

    kind = design["kind"]
    if kind == "network":
        everyone = _by_network(preparation, patients, model, design, seed)
    else:
        fits = fit_baseline(kind, patients, preparation, model, seed)
        everyone = predict_baseline(kind, fits, patients, preparation)
    held = (patients.table["part"] == "validation").to_numpy()
    inner = {endpoint: values[held] for endpoint, values in everyone.items()}
    calibration = calibrate(inner, patients.table[held], preparation.arms)
    rows = prediction_table(patients.table.index, everyone, preparation.arms, calibration)
    return reported(rows, patients.table)


def _by_network(
    preparation: "Preparation", patients: "Patients", model: Mapping, design: Mapping, seed: int
) -> dict:
    """Train a network, and let it predict everyone; only this pays for the backend's start."""
    from gcin.model.backend import use_backend

    use_backend(model["backend"], threads=1)
    import keras

    from gcin.model.training import predict_network, train_network

    keras.utils.clear_session()
    members = pd.read_csv(ROOT / "results/reference/pathways.tsv", sep="\t", dtype=str)
    own = {**model, "network": model["network"] | design}
    network = train_network(patients, preparation, members, own, seed).network
    return predict_network(network, patients, preparation)


def _write(rows: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".partial")
    rows.to_parquet(beside, index=False)
    beside.rename(path)


def _said(study: Study, options: argparse.Namespace) -> pd.DataFrame:
    """Gather what every design and stack said of the patients of part test.

    Returns:
        `design fold patient endpoint arm value`.
    """
    from gcin.model.stacking import by_design, fit_stack, stacked

    patients = pd.read_parquet(study.folder / "splits" / "patients.parquet")
    tables = []
    for fold in range(5 * options.repeats):
        files = [
            (design, study.said(fold, design, 1 + seed))
            for design in options.designs
            for seed in range(options.seeds)
        ]
        runs = [(design, pd.read_parquet(path)) for design, path in files if path.exists()]
        said = by_design([rows for _, rows in runs], [design for design, _ in runs])
        for name, members in STACKS.items():
            if set(members) <= set(said):
                own = {member: said[member] for member in members}
                test = {member: rows[rows["part"] == "test"] for member, rows in own.items()}
                said[name] = stacked(test, fit_stack(own, patients)).assign(part="test")
        tables += [
            rows[rows["part"] == "test"].assign(design=design, fold=fold)
            for design, rows in said.items()
        ]
    return pd.concat(tables, ignore_index=True)


if __name__ == "__main__":
    main()
