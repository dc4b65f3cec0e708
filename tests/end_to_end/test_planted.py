"""A planted cohort's files lead to the store that is written without them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from gcin.tensors.genes import GENE_FEATURES
from gcin.tensors.store import ARRAYS, Store

SIZE = ["--files", "--patients", "40", "--genes", "44", "--seed", "2"]
# All that files can show; panels are refused with them.
HARDSHIPS = ["--missing", "mnar", "--missing-share", "0.3", "--site-effects", "1"]
HARDSHIPS += ["--linkage", "0.7", "--decoy-genes", "--hidden", "1", "--site-shortcut", "0.5"]
# The protein's change in words is the annotator's own; no feature is made of it.
WORDS = ["hgvsp"]


@pytest.fixture(scope="module", params=[[], HARDSHIPS], ids=["plain", "hard"])
def folder(tmp_path_factory, request) -> Path:
    """A folder with the cohort `planted`, and what the workflow made of its files."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "config").symlink_to(ROOT / "config")
    path = [str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]]
    environment = os.environ | {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(ROOT / "workflow" / "scripts"),
    }
    chromosomes = ROOT / "resources" / "reference" / "chromosomes.grch38.tsv"
    simulate = [sys.executable, "-m", "gcin.simulation.planted", "planted", *SIZE]
    simulate += ["--chromosomes", str(chromosomes), *request.param]
    subprocess.run(simulate, cwd=folder, env=environment, check=True)
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "2"]
    command += ["--workflow-profile", "none", "--configfile", "planted/config.yaml"]
    command += ["--until", "assemble_tensors", "harmonise_clinical", "list_pathways"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return folder


@pytest.fixture(scope="module")
def generation(folder) -> Path:
    (receipt,) = folder.glob("results/cohorts/planted/*/tensors/receipt.json")
    return receipt.parents[1]


@pytest.fixture(scope="module")
def stores(folder, generation) -> list[Store]:
    """The store that was written directly, and the one that the workflow built."""
    return [Store.open(path / "tensors") for path in (folder / "planted", generation)]


def test_both_stores_hold_the_same_samples_and_tables(stores):
    written, built = stores
    assert built.receipt["samples"] == written.receipt["samples"]
    assert built.variant_features == written.variant_features
    pd.testing.assert_frame_equal(built.genes, written.genes)
    for name in ("markers", "scalars"):
        tables = [pd.read_parquet(store.folder / f"{name}.parquet") for store in stores]
        pd.testing.assert_frame_equal(*tables)


def test_every_site_has_the_consequence_gene_and_scores_that_were_planted(stores):
    written, built = (store.sites.drop(columns=WORDS) for store in stores)
    pd.testing.assert_frame_equal(built, written)
    kinds = set(written["consequence"].str.partition("&")[0])
    assert kinds >= {"stop_gained", "frameshift_variant", "missense_variant", "inframe_deletion"}
    assert kinds >= {"splice_donor_variant", "splice_region_variant", "synonymous_variant"}


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_is_the_same(stores, name):
    written, built = (np.load(store.folder / name) for store in stores)
    np.testing.assert_array_equal(built, written, strict=True)


def test_patients_have_the_same_gene_tensor_and_variant_sets(stores):
    written, built = stores
    patients = written.patients
    assert built.patients == patients
    assert len(patients) == 40
    tensors = (store.gene_tensor(patients) for store in stores)
    sets = (store.variants(patients, 128) for store in stores)
    for pair in [*zip(*tensors, strict=True), *zip(*sets, strict=True)]:
        np.testing.assert_array_equal(*pair)
    values, _, mask, _ = written.variants(patients, 128)
    somatic = values[..., written.variant_features.index("somatic")][mask]
    assert 0.2 < somatic.mean() < 0.8


def test_the_amplicon_is_seen_through_the_segments(folder, stores):
    values, _ = stores[1].gene_tensor(stores[1].patients)
    amplicon = stores[1].genes["gene"].str.startswith("AMPLICON").to_numpy()
    ratio = values[:, amplicon, GENE_FEATURES.index("copy_number")].mean(axis=1)
    amplified = np.load(folder / "planted" / "truth" / "amplified.npy")
    assert ratio[amplified].mean() - ratio[~amplified].mean() > 1


def test_the_clinic_and_the_laboratory_tell_the_same(folder, generation):
    written = pd.read_parquet(folder / "planted" / "clinical.parquet")
    built = pd.read_parquet(generation / "clinical" / "features.parquet")
    written["sex"] = written["sex"].map({"F": "female", "M": "male"})
    pd.testing.assert_frame_equal(built[list(written)], written, check_index_type=False)
    omics = [folder / "planted" / "omics.parquet", generation / "clinical" / "omics.parquet"]
    written, built = (pd.read_parquet(path).astype("float32") for path in omics)
    pd.testing.assert_frame_equal(built, written, check_index_type=False)
    pathways = folder / "results" / "reference" / "pathways.tsv"
    listed, planted = (
        set(pd.read_csv(path, sep="\t").groupby("pathway")["gene"].agg(frozenset))
        for path in (pathways, folder / "planted" / "pathways.tsv")
    )
    assert listed == planted


def test_the_study_has_the_patients_and_outcomes_that_were_planted(folder, generation):
    written = pd.read_parquet(folder / "planted" / "patients.parquet").set_index("patient")
    built = pd.read_parquet(generation / "clinical" / "patients.parquet").set_index("patient")
    names = {f"{name}_months": f"{name}_time" for name in ("os", "pfs")}
    built = built.rename(columns=names)
    own = [name for name in written if name not in ("cohort", "role", "has_genome")]
    pd.testing.assert_frame_equal(built[own], written[own], check_dtype=False)
