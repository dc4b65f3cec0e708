"""The cards of the real cohorts are valid, and what they map is known before treatment."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gcin.clinical.harmonise import harmonise
from gcin.clinical.omics import read_omics
from gcin.intake.run import read_run
from gcin.splits.folds import given_folds

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
EXAMPLES = {
    "aml": {"aml_amlsg": (1540, 1528)},
    "breast": {"breast_transneo": (168, 147)},
    "oak": {"nsclc_oak": (638, 570)},
    "tcga": {"tcga_glioma": (569, 569), "tcga_kirc": (345, 345), "tcga_luad": (453, 453)},
    "warfarin": {"warfarin_iwpc": (5700, 5408)},
}
OMICS = {
    "breast_transneo": {"rna": 15},
    "nsclc_oak": {"plasma": 396},
    "tcga_glioma": {"rna": 44, "copies": 30},
    "tcga_kirc": {"rna": 44, "copies": 937},
    "tcga_luad": {"rna": 44, "copies": 517},
}
COHORTS = [(example, cohort) for example, cohorts in EXAMPLES.items() for cohort in cohorts]

pytestmark = pytest.mark.skipif(
    not (SHARED / "data" / "cohorts" / "aml_amlsg").is_dir(), reason="the shared data is not here"
)


def merged(one, other):
    """Overlay settings key by key, as Snakemake does."""
    both = {key: value for key, value in one.items() if key not in other}
    for key, value in other.items():
        inner = isinstance(value, dict) and isinstance(one.get(key), dict)
        both[key] = merged(one[key], value) if inner else value
    return both


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with the project's resources, to which the tables of warfarin are added."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "resources").mkdir()
    (folder / "envs").symlink_to(ROOT / "envs")
    for path in (ROOT / "resources").iterdir():
        if path.name != "external":
            (folder / "resources" / path.name).symlink_to(path)
    script = ROOT / "config" / "examples" / "warfarin" / "prepare.py"
    subprocess.run([sys.executable, script, SHARED], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def runs(project):
    """Every example, read as a Snakefile does."""
    found = {}
    for name in EXAMPLES:
        place = ROOT / "config" / "examples" / name
        own = yaml.safe_load((place / "config.yaml").read_text())
        defaults = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
        places = {"samples": str(place / "samples.tsv"), "cards": str(place / "cohorts")}
        config = merged(merged(defaults, own), places | {"data_root": str(SHARED)})
        found[name] = read_run(config, project)
    return found


@pytest.mark.parametrize(("example", "cohort"), COHORTS)
def test_patients_and_first_outcome_are_as_many_as_the_data_say(runs, example, cohort):
    run = runs[example]
    tables = harmonise(run.cards[cohort], run.samples_of(cohort))
    patients = tables["patients"].set_index("patient")
    first = next(iter(run.cards[cohort]["outcome"]))
    assert (len(patients), patients[first].notna().sum()) == EXAMPLES[example][cohort]
    assert not set(tables["features"]) & set(run.cards[cohort]["outcome"])
    known = tables["features"].notna().any()
    assert set(known.index[~known]) <= {"age", "sex"}, "every mapped column has a value"


@pytest.mark.parametrize(("example", "cohort"), COHORTS)
def test_omics_are_read_of_nearly_everybody_and_hold_no_outcome(runs, example, cohort):
    run = runs[example]
    card = run.cards[cohort]
    found = read_omics(card["omics"], run.samples_of(cohort)).features
    tables = found.columns.str.split(" ").str[0].value_counts().to_dict() if card["omics"] else {}
    assert tables == OMICS.get(cohort, {})
    assert not card["omics"] or found.notna().any(axis=1).mean() > 0.85
    outcomes = {mapping["column"].split(".", 1)[1] for mapping in card["outcome"].values()}
    assert not {name.split(" ", 1)[1] for name in found} & outcomes


@pytest.mark.parametrize("example", EXAMPLES)
def test_given_folds_cover_everybody_with_an_outcome(runs, example):
    run = runs[example]
    for study in run.settings["studies"].values():
        scheme, (cohort,) = study["split"]["scheme"], study["cohorts"]
        table = pd.read_csv(scheme["file"], sep="\t", dtype=str)
        folds = given_folds(table, scheme["patient"], scheme["repeats"])
        patients = harmonise(run.cards[cohort], [])["patients"].set_index("patient")
        outcomes = patients[list(run.cards[cohort]["outcome"])].notna().any(axis=1)
        assert set(outcomes.index[outcomes]) <= set(folds.index)
        assert folds.isin(range(scheme["folds"])).all(axis=None)


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_feature_is_read_from_the_table_of_outcomes(runs, example):
    for card in runs[example].cards.values():
        read = [*card["person"].values(), *card["condition"].values()]
        read += card["measurement"].values()
        columns = [mapping["column"] or "" for mapping in read if mapping]
        assert not [name for name in columns if name.startswith(("outcomes.", "doses."))]
