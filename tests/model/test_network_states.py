"""Trees on a network read what it made of variants, and find what counts of variants hide."""

from dataclasses import replace

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from memory_hospital import (
    FEATURES,
    VARIANT_FEATURES,
    Hospital,
    MemoryStore,
    Sets,
    gene_table,
    scrambled,
    split_of,
)
from sklearn.metrics import roc_auc_score

from gcin.model.baselines import baseline_curves, fit_baseline, predict_baseline
from gcin.model.boosting import fit_with_pathways
from gcin.model.inputs import network_arrays, tree_columns
from gcin.model.network_states import state_reader
from gcin.model.outcomes import training_table
from gcin.model.predictions import calibrate, frozen, prediction_table
from gcin.model.questions import questions_of
from gcin.model.study import Cohorts, prepare_fold, read_fold
from gcin.model.training import predict_network, train_network
from gcin.prediction.baselines import apply_baselines
from gcin.prediction.networks import apply_networks, apply_on_networks

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

KIND = "boosting_on_network"
PATIENTS, GENES, ARMS = 500, 10, ("drug", "none")


class QuietStore(MemoryStore):
    """Each patient has one variant of each gene; only its third feature tells whether it harms."""

    def __init__(self, names, harmful, mask, random):
        """Hold which variants harm, beside copies and counts of rare ones that mean nothing."""
        none = np.zeros(harmful.shape)
        super().__init__(gene_table(GENES), names, none, none + 1, mask)
        self.harmful = harmful
        for name in ("copy_number", "rare_count"):
            self.track[..., FEATURES.index(name)] = random.normal(size=harmful.shape) * mask

    def variants(self, patients, limit, genes):
        """The first variants of each patient, those that harm told apart by their third feature."""
        _, real = self.gene_tensor(patients)
        real = np.pad(real & genes, ((0, 0), (0, max(limit - GENES, 0))))
        gene = np.argsort(~real, axis=1, kind="stable")[:, :limit].astype("int32")
        mask = np.take_along_axis(real, gene, axis=1)
        gene = np.where(mask, gene, 0)
        values = np.zeros((*gene.shape, len(VARIANT_FEATURES)), "float32")
        values[..., 2] = np.take_along_axis(self.harmful[self._rows(patients)], gene, axis=1)
        return Sets(values, gene, mask, real.sum(axis=1) - mask.sum(axis=1))


def quiet_hospital(seed=4):
    """Response to the drug needs harm to the first gene and none to the second."""
    random = np.random.default_rng(seed)
    names = [f"P{number:03d}" for number in range(PATIENTS)]
    harmful = random.random((PATIENTS, GENES)) < 0.5
    mask = random.random(harmful.shape) > 0.02
    mask[0] = False
    arm = random.choice(ARMS, PATIENTS)
    works = harmful[:, 0] & ~harmful[:, 1]
    chance = np.where(arm == "drug", np.where(works, 0.95, 0.05), 0.5)
    patients = pd.DataFrame(
        {
            "patient": names,
            "cohort": "hospital",
            "role": "train",
            "family": None,
            "arm": arm,
            "response": (random.random(PATIENTS) < chance).astype(float),
            "os_time": random.exponential(20 + 20 * works),
            "os_event": 1.0,
        }
    )
    index = pd.Index(names, name="patient")
    clinical = pd.DataFrame({"age": random.normal(60, 10, PATIENTS)}, index=index)
    store = QuietStore(names, harmful, mask, random)
    genes = store.genes["gene"]
    members = pd.DataFrame({"pathway": [f"PATHWAY{g // 5}" for g in range(GENES)], "gene": genes})
    shown = pd.DataFrame(harmful, index=index, columns=members["pathway"]).T.groupby(level=0).sum()
    omics = (shown.T + random.normal(0, 0.3, shown.T.shape)).add_prefix("expression ")
    cohorts = Cohorts({"hospital": store}, {"hospital": clinical}, {"hospital": omics})
    return Hospital(patients, cohorts, members, pd.DataFrame({"works": works}, names))


@pytest.fixture(scope="module")
def own(settings):
    """Settings under which the encoder learns from read-outs and the network hardly at all."""
    taught = {**settings["pretraining"], "max_epochs": 40, "learning_rate": 0.01}
    boosting = {**settings["boosting"], "learning_rates": [0.1], "leaves": [8]}
    training = {**settings["training"], "max_epochs": 1}
    return {**settings, "pretraining": taught, "boosting": boosting, "training": training}


@pytest.fixture(scope="module")
def fold():
    hospital = quiet_hospital()
    split = split_of(hospital.patients)
    hospital.patients.loc[split.index[split["part"] == "train"][-1], "arm"] = None
    return hospital, split, training_table(hospital.patients, split)


@pytest.fixture(scope="module")
def trained(fold, own):
    """The network of a fold, its preparation and the patients of every part."""
    hospital, _, table = fold
    preparation, everyone = prepare_fold(table, hospital.cohorts, own["preparation"], 64)
    network = train_network(everyone, preparation, hospital.members, own, 1).network
    return network, preparation, everyone


@pytest.fixture(scope="module")
def trees(trained, own):
    """Trees on the network, and what reads its states."""
    network, preparation, everyone = trained
    read = state_reader(network)
    return fit_baseline(KIND, everyone, preparation, own, 1, read), read


def test_columns_are_what_the_network_pooled_of_each_gene(trained):
    network, preparation, everyone = trained
    columns = state_reader(network)(everyone, preparation)
    pool = keras.Model(network.input, network.get_layer("gene_pool").output)
    states = pool.predict(network_arrays(everyone, preparation), verbose=0)
    seen = everyone.genomes.mask
    assert 0.9 < seen.mean() < 1
    assert not seen[everyone.table.index.get_loc("P000")].any()
    for place, gene in enumerate(preparation.genes):
        own = columns[[f"{gene} state {channel + 1}" for channel in range(states.shape[2])]]
        np.testing.assert_allclose(own[seen[:, place]], states[seen[:, place], place], rtol=1e-5)
        assert own[~seen[:, place]].isna().all(axis=None)


def test_genes_of_a_pathway_are_pooled_where_they_were_looked_at(trained):
    network, preparation, everyone = trained
    columns = state_reader(network)(everyone, preparation)
    tokens = network.get_layer("pathway_tokens")
    assert tokens.pathways == 2
    for number in range(2):
        held = [g for g, p in zip(tokens.gene, tokens.pathway, strict=True) if p == number]
        names = [f"{preparation.genes[gene]} state 1" for gene in held]
        left = (1 - columns[names]).fillna(1).prod(axis=1)
        pooled = (1 - left).where(columns[names].notna().any(axis=1))
        own = columns[f"pathway state {number + 1}.1"]
        assert own.max() - own.min() > 0.1
        np.testing.assert_allclose(own, pooled, atol=1e-5)
    assert columns[~everyone.genomes.mask.any(axis=1)].filter(like=" state ").isna().all(axis=None)


@pytest.mark.parametrize("told", [True, False])
def test_trees_read_pathways_where_the_inner_split_is_clearly_better_off(own, told):
    """Genes of which any counts, and their pathway, or what fits the patients learnt from."""
    random = np.random.default_rng(3)
    genes = (random.random((400, 24)) < 0.03).astype(float)
    impaired = genes.any(axis=1)
    arm, inner = np.arange(400) % 2, np.arange(400) % 8 < 2
    yes = random.random(400) < np.where(impaired, 0.9, 0.1)
    pathway = impaired if told else np.where(inner, random.random(400) < 0.5, yes)
    targets = np.stack([yes, np.ones(400)], axis=-1)[:, None]
    columns = np.column_stack([genes, pathway])
    whole = questions_of(columns, arm, targets, np.arange(400), numeric=False)
    parts = (whole.some(~inner[whole.patient]), whole.some(inner[whole.patient]))
    fit = fit_with_pathways(["genome"] * 24 + ["pathways"], *parts, 2, 1, own["boosting"], 1)
    for one in fit.fits:
        assert (one.seen is None) == told or one.seen.tolist() == list(range(24))
        [chosen] = [tried for tried in one.tried if tried["chosen"]]
        assert chosen["pathways"] == (one.seen is None)
        assert {tried["pathways"] for tried in one.tried} == {True, False}
    assert told == all(one.seen is None for one in fit.fits)
    said = fit.told(columns)[np.arange(400), arm, 0]
    assert (roc_auc_score(impaired, said) > 0.9) == told


def test_an_arm_that_nobody_can_judge_reads_no_pathways(own):
    """Its trees are those of all arms; none of the inner split received it."""
    random = np.random.default_rng(5)
    columns = random.random((200, 3))
    arm, inner = np.arange(200) % 10 // 9, np.arange(200) % 5 < 1
    yes = random.random(200) < columns[:, 2]
    targets = np.stack([yes, np.ones(200)], axis=-1)[:, None]
    whole = questions_of(columns, arm, targets, np.arange(200), numeric=False)
    parts = whole.some(~inner[whole.patient]), whole.some(inner[whole.patient] & (whole.arm == 0))
    fit = fit_with_pathways(["genome", "genome", "pathways"], *parts, 2, 1, own["boosting"], 1)
    assert fit.fits[1].seen.tolist() == [0, 1]
    assert np.isfinite(fit.told(columns)).all()


def test_beside_the_states_stands_what_variants_do_not_tell(trained):
    network, preparation, everyone = trained
    columns = state_reader(network)(everyone, preparation)
    other = columns.loc[:, ~columns.columns.str.contains(" state ")]
    copies = {f"{gene} copy_number" for gene in preparation.genes}
    assert set(preparation.track) == {"copy_number", "rare_count"}
    counted = tree_columns(everyone, preparation)
    features = {f"{gene} {name}" for gene in preparation.genes for name in preparation.track}
    assert set(counted) - set(other) == features - copies | {"altered genes"}
    pd.testing.assert_frame_equal(other, counted[list(other)])


def test_what_counts_of_variants_hide_is_found(fold, trained, trees, own):
    hospital, (_, preparation, everyone), (fits, read) = fold[0], trained, trees
    tested = everyone.part("test")
    works = hospital.probability.loc[tested.table.index, "works"]
    drug = preparation.arms.index("drug")

    def area(predicted):
        return roc_auc_score(works, predicted["response"][:, drug])

    counts = fit_baseline("boosting_per_arm", everyone, preparation, own, 1)
    assert area(predict_baseline(KIND, fits, tested, preparation, read)) > 0.9
    assert area(predict_baseline("boosting_per_arm", counts, tested, preparation)) < 0.65


def test_locked_outcomes_change_nothing(fold, trained, trees, own):
    (hospital, split, _), (_, preparation, everyone), (fits, read) = fold, trained, trees
    other = training_table(scrambled(hospital.patients, split), split)
    blind = replace(everyone, table=other.loc[everyone.table.index])
    again = fit_baseline(KIND, blind, preparation, own, 1, read)
    tested = everyone.part("test")
    one, two = (predict_baseline(KIND, f, tested, preparation, read) for f in (fits, again))
    for endpoint in one:
        np.testing.assert_array_equal(one[endpoint], two[endpoint])


def test_survival_is_told_as_curves_of_part_test(trained, trees):
    (_, preparation, everyone), (fits, read) = trained, trees
    curves = baseline_curves(KIND, fits, everyone, preparation, read)
    assert set(curves["patient"]) == set(everyone.part("test").table.index)
    assert curves["survival"].between(0, 1).all()


def test_a_fold_is_read_as_its_network_was_prepared(fold, trained):
    hospital, _, table = fold
    _, preparation, everyone = trained
    again = read_fold(table, hospital.cohorts, preparation)
    assert len(again.table) == len(table) - 1
    pd.testing.assert_frame_equal(again.table, everyone.table)
    before, after = (network_arrays(part, preparation) for part in (everyone, again))
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])


def test_frozen_trees_say_of_new_patients_what_they_said_of_test_patients(
    fold, trained, trees, tmp_path
):
    """As the jobs do: trees and network are saved, and read again for patients by their names."""
    hospital, (network, preparation, everyone), (fits, read) = fold[0], trained, trees
    inner, tested = everyone.part("validation"), everyone.part("test")
    held, said = (predict_baseline(KIND, fits, part, preparation, read) for part in (inner, tested))
    calibrations = calibrate(held, inner.table, preparation.arms)
    before = prediction_table(tested.table.index, said, preparation.arms, calibrations)
    network.save(tmp_path / "network.keras")
    saved = frozen(preparation, calibrations) | {"kind": KIND, "fits": fits}
    joblib.dump(saved, tmp_path / "model.joblib")

    new = tested.table[["cohort"]].assign(role="new", arm=None)
    files = ([str(tmp_path / name)] * 2 for name in ("network.keras", "model.joblib"))
    applied = apply_on_networks(*files, new, hospital.cohorts)
    assert applied["run"].unique().tolist() == [0, 1]
    for _, rows in applied.groupby("run"):
        own = rows[list(before)].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, before, rtol=1e-6)
    assert apply_on_networks(["missing"], ["missing"], new.iloc[:0], hospital.cohorts).empty


def test_frozen_networks_and_baselines_say_the_same_again(fold, trained, settings, tmp_path):
    hospital, (network, preparation, everyone) = fold[0], trained
    tested = everyone.part("test")
    new = tested.table[["cohort"]].assign(role="new", arm=None)
    network.save(tmp_path / "network.keras")
    joblib.dump(frozen(preparation, {}), tmp_path / "preparation.joblib")
    files = ([str(tmp_path / name)] for name in ("network.keras", "preparation.joblib"))
    said = predict_network(network, tested, preparation)
    expected = prediction_table(tested.table.index, said, preparation.arms, {})
    applied = apply_networks(*files, new, hospital.cohorts)[list(expected)]
    pd.testing.assert_frame_equal(applied, expected, rtol=1e-6)

    fits = fit_baseline("ridge", everyone, preparation, settings, 1)
    joblib.dump(
        frozen(preparation, {}) | {"kind": "ridge", "fits": fits}, tmp_path / "model.joblib"
    )
    said = predict_baseline("ridge", fits, tested, preparation)
    expected = prediction_table(tested.table.index, said, preparation.arms, {})
    applied = apply_baselines([str(tmp_path / "model.joblib")], new, hospital.cohorts)
    pd.testing.assert_frame_equal(applied[list(expected)], expected, rtol=1e-6)


def test_a_network_without_variants_has_no_states():
    given = keras.Input((1,))
    with pytest.raises(ValueError, match="built without variants"):
        state_reader(keras.Model(given, given))
