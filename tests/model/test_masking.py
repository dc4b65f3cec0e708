"""What is hidden of genomes is told from the rest, and from nothing else."""

import importlib.util
import logging
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from memory_hospital import MemoryStore, make_hospital, split_of
from test_network import DESIGN, SHAPE, arrays_of, awake, predicted

from gcin.model.inputs import network_arrays
from gcin.model.layers.masking import GeneDecoder, ImpairmentDecoder
from gcin.model.layers.sparsity import SparseGates
from gcin.model.masked_pretraining import CARRYING, encoder_model, pretrain_masked, trunk_model
from gcin.model.masking import (
    HiddenBatches,
    fit_features,
    genome_alone,
    hide_genes,
    hide_variants,
)
from gcin.model.network import build_network
from gcin.model.outcomes import training_table
from gcin.model.study import prepare_fold
from gcin.model.training import train_network
from gcin.report.pretraining import taught_words

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
TRACK = ["lof", "copy_number", "copy_number_measured"]
# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def chance():
    return np.random.default_rng(3)


@pytest.fixture(scope="module")
def network():
    return awake(build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0}))


def hiding(of_variants, share=0.4):
    features = fit_features(arrays_of(40, seed=5), TRACK, of_variants)
    hide = hide_variants if of_variants else hide_genes
    return partial(hide, share=share, features=features)


def decoded(model, shown):
    """What a decoder says whose weights are not what they began with."""
    return np.asarray(awake(model)(shown, training=False))


def test_a_hidden_gene_cannot_be_seen(network):
    arrays, hide = arrays_of(), hiding(of_variants=False)
    shown, targets = hide(arrays, chance())
    hidden = arrays["gene_mask"] & ~shown["gene_mask"]
    assert 0.2 < hidden.sum() / arrays["gene_mask"].sum() < 0.6
    other = {name: values.copy() for name, values in arrays.items()}
    other["genes"][hidden] = 9
    of_hidden = np.take_along_axis(hidden, arrays["variant_gene"], axis=1) & arrays["variant_mask"]
    assert of_hidden.any()
    other["variants"][of_hidden] = -9
    other["variant_mask"][of_hidden] = False
    changed, asked = hide(other, chance())
    assert not np.allclose(targets, asked)
    model = trunk_model(network, hide.keywords["features"], arrays_of(40, seed=5))
    np.testing.assert_array_equal(decoded(model, shown), decoded(model, changed))
    other["genes"][~hidden] += 1
    assert not np.allclose(decoded(model, shown), decoded(model, hide(other, chance())[0]))


def test_hidden_features_of_a_variant_cannot_be_seen(network):
    arrays, hide = arrays_of(), hiding(of_variants=True)
    shown, _ = hide(arrays, chance())
    hidden = (shown["variants"] == 0) & arrays["variant_mask"][..., None]
    other = {**arrays, "variants": np.where(hidden, 9, arrays["variants"]).astype("float32")}
    model = encoder_model(network, hide.keywords["features"])
    before = decoded(model, shown)
    np.testing.assert_array_equal(before, decoded(model, hide(other, chance())[0]))
    other["variants"] = arrays["variants"] + 1
    assert not np.allclose(before, decoded(model, hide(other, chance())[0]))


def test_only_hidden_callable_and_measured_features_are_asked():
    arrays = arrays_of()
    shown, targets = hiding(of_variants=False)(arrays, chance())
    weight = targets[..., 1].reshape(8, 7, 2)
    hidden = arrays["gene_mask"] & ~shown["gene_mask"]
    np.testing.assert_array_equal(weight[..., 0], hidden)
    np.testing.assert_array_equal(weight[..., 1], hidden & (arrays["genes"][..., 2] > 0))
    assert (targets[..., 0][targets[..., 1] == 0] == 0).all()


def test_of_variants_genes_with_one_are_asked_for_what_variants_tell():
    arrays = arrays_of()
    _, targets = hiding(of_variants=True)(arrays, chance())
    carried = np.zeros((8, 7), bool)
    for patient, gene in enumerate(arrays["variant_gene"]):
        carried[patient, gene[arrays["variant_mask"][patient]]] = True
    np.testing.assert_array_equal(targets[..., 1], carried & arrays["gene_mask"])


def test_zero_is_what_training_patients_have_on_average():
    arrays = arrays_of(40, seed=5)
    features = fit_features(arrays, TRACK, of_variants=False)
    targets = features.targets(arrays, arrays["gene_mask"]).reshape(40, 7, 2, 2)
    values, weight = targets[..., 0], targets[..., 1]
    np.testing.assert_allclose((values * weight).sum(axis=0), 0, atol=1e-4)
    spread = (values**2 * weight).sum(axis=(0, 1)) / weight.sum(axis=(0, 1))
    np.testing.assert_allclose(spread, 1, rtol=1e-4)


@pytest.mark.parametrize("of_variants", [True, False])
def test_order_and_padding_of_variants_change_nothing_that_is_told(network, of_variants):
    features, taught = hiding(of_variants).keywords["features"], arrays_of(40, seed=5)
    if of_variants:
        model = encoder_model(network, features)
    else:
        model = trunk_model(network, features, taught)
    order = [5, 3, 0, 1, 4, 2]
    arrays = {name: values for name, values in arrays_of().items() if name in model.input}
    shuffled = {
        name: np.pad(values[:, order], ((0, 0), (0, 9)) + ((0, 0),) * (values.ndim - 2))
        if name.startswith("variant")
        else values
        for name, values in arrays.items()
    }
    np.testing.assert_allclose(decoded(model, arrays), decoded(model, shuffled), atol=1e-5)


def test_nothing_but_genomes_of_patients_who_have_one_is_shown():
    arrays = {**arrays_of(), "omics": np.ones((8, 3), "float32")}
    arrays["gene_mask"][2] = False
    alone = genome_alone(arrays)
    assert {len(values) for values in alone.values()} == {7}
    assert not any(alone[name].any() for name in ("omics", "clinical", "linear"))
    np.testing.assert_array_equal(alone["variants"], np.delete(arrays["variants"], 2, axis=0))


def test_who_teaches_is_shown_anew_in_each_epoch_and_who_is_held_out_is_not():
    arrays, hide = arrays_of(), hiding(of_variants=False)
    teaching, held = HiddenBatches(arrays, hide, 4, 1), HiddenBatches(arrays, hide, 4, 1, draws=2)
    assert (len(teaching), len(held)) == (2, 4)
    first = [batches[0][1] for batches in (teaching, held)]
    for batches in (teaching, held):
        batches.order_epoch(1)
    assert not np.array_equal(teaching[0][1], first[0])
    np.testing.assert_array_equal(held[0][1], first[1])
    assert not np.array_equal(held[0][1], held[2][1])
    teaching.order_epoch(0)
    np.testing.assert_array_equal(teaching[0][1], first[0])


def test_more_impaired_is_never_told_as_less():
    layer = ImpairmentDecoder(3)
    layer.build((None, 5, 2))
    layer.kernel.assign(layer.kernel.constraint(keras.ops.convert_to_tensor([[-1.0] * 3] * 2)))
    states = np.random.default_rng(0).random((4, 5, 2)).astype("float32")
    told = np.asarray(layer(states)).reshape(4, 5, 3)
    assert (np.asarray(layer(states + 1)).reshape(4, 5, 3) >= told).all()


def test_a_gene_is_told_from_its_neighbours_on_the_track_alone_where_the_trunk_is_silent():
    layer = GeneDecoder(np.ones(6), 2, rows=[0, 1, 4], kernel_genes=3)
    code, track = np.zeros((1, 5), "float32"), np.zeros((1, 6, 2), "float32")
    layer.build(code.shape, track.shape)
    awake_kernel = np.random.default_rng(1).normal(size=layer.neighbours.shape)
    layer.neighbours.assign(awake_kernel)
    track[0, 2] = 1
    told = np.asarray(layer(code, track)).reshape(3, 2)
    assert (told[0] == 0).all()
    assert (told[1] != 0).all()
    assert (told[2] == 0).all()


@pytest.mark.parametrize(
    "layer",
    [ImpairmentDecoder(3), GeneDecoder([1.0] * 6, 2, 0.1, [0, 1, 2], 3), GeneDecoder([1.0] * 6, 2)],
)
def test_decoders_are_made_again_from_their_configuration(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_every_layer_before_the_heads_is_taught_or_rests_for_a_reason(network):
    resting = {"clinical_", "film", "arm_gates", "gene_gates", "deep_", "wide_", "linear_"}
    for layer in network.layers:
        if layer.trainable_weights:
            assert layer.name.startswith(CARRYING) != layer.name.startswith(tuple(resting))


def bound_together(count=240, genes=12, seed=1):
    """A hospital in which half of the genes are altered whenever another one is."""
    hospital = make_hospital(count=count, genes=genes, seed=seed)
    store, random = hospital.cohorts.stores["hospital"], np.random.default_rng(seed)
    lof, missense = (random.random((2, count, genes)) < 0.3).astype(float)
    for kind in (lof, missense):
        kind[:, genes // 2 :] = kind[:, : genes // 2]
    names = list(store.names)
    tied = MemoryStore(store.genes, names, lof, missense, store.mask)
    return replace(hospital, cohorts=replace(hospital.cohorts, stores={"hospital": tied}))


def small(settings, asked, **training):
    network = {**settings["network"], "masked_pretraining": asked, "dropout": 0.0}
    taught = {**settings["pretraining"], "readouts": False, "max_epochs": 20, "learning_rate": 0.01}
    own = {**settings["training"], "max_epochs": 1, **training}
    return {**settings, "network": network, "training": own, "pretraining": taught}


def trained(hospital, split, settings, seed=1):
    table = training_table(hospital.patients, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
    return (
        train_network(everyone, preparation, hospital.members, settings, seed),
        everyone,
        preparation,
    )


def weights_of(run):
    return [np.asarray(weights) for weights in run.network.get_weights()]


@pytest.fixture(scope="module")
def tied():
    hospital = bound_together()
    return hospital, split_of(hospital.patients)


@pytest.fixture(scope="module")
def learnt(tied, settings):
    return trained(*tied, small(settings, "both"))


def test_genes_that_are_altered_together_are_told_better_than_by_frequency(learnt):
    run, *_ = learnt
    first = run.history.iloc[0]
    for means in ("masked variants", "masked genes"):
        assert first[f"{means} kept"]
        assert first[f"{means} left"] < 0.9
    words = list(taught_words(run.history.assign(design="gcin", fold=0, seed=1)))
    assert len(words) == 1
    assert words[0].startswith("gcin: masked variants, which left ")
    assert words[0].count("kept in 1 of 1 runs") == 2


def test_training_goes_on_from_there_with_nothing_frozen(learnt, tied, settings):
    run, *_ = learnt
    plain, *_ = trained(*tied, small(settings, "none"))
    assert "masked genes left" not in plain.history
    assert run.history["val_loss"][0] == pytest.approx(plain.history["val_loss"][0], abs=1e-5)
    assert all(layer.trainable for layer in run.network.layers)
    gates = [
        [np.asarray(layer.gates) for layer in one.network.layers if isinstance(layer, SparseGates)]
        for one in (run, plain)
    ]
    for taught, untaught in zip(*gates, strict=True):
        assert (taught > 0.05).all()
        assert (untaught > 0.05).all()


def test_a_seed_repeats_itself_and_part_test_is_not_looked_at(learnt, tied, settings):
    hospital, split = tied
    store = hospital.cohorts.stores["hospital"]
    tested = np.flatnonzero((split["part"] == "test").to_numpy())
    lof, missense = store.track[..., 0].copy(), store.track[..., 1].copy()
    random = np.random.default_rng(8)
    lof[tested], missense[tested] = random.random((2, len(tested), lof.shape[1])) < 0.5
    other = MemoryStore(store.genes, list(store.names), lof, missense, store.mask)
    changed = replace(hospital, cohorts=replace(hospital.cohorts, stores={"hospital": other}))
    again, *_ = trained(changed, split, small(settings, "both"))
    for one, same in zip(weights_of(learnt[0]), weights_of(again), strict=True):
        np.testing.assert_array_equal(one, same)


def test_genes_that_go_their_own_ways_leave_the_network_as_it_was(settings, caplog):
    network = build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0})
    before = [keras.ops.convert_to_numpy(variable) for variable in network.variables]
    with caplog.at_level(logging.INFO):
        (genes,) = taught_to(network, settings, "genes")
    assert "no better than frequencies, and left out" in caplog.text
    assert not genes.kept
    for variable, value in zip(network.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), value)


def test_the_saved_network_knows_nothing_of_a_decoder(learnt, tmp_path):
    run, everyone, preparation = learnt
    run.network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    assert not any("decoder" in layer.name for layer in again.layers)
    arrays = network_arrays(everyone.part("validation"), preparation)
    before = predicted(run.network, arrays)
    for endpoint, said in predicted(again, arrays).items():
        np.testing.assert_allclose(said, before[endpoint], atol=1e-6)


def taught_to(network, settings, asked, held=None):
    """Pre-train a network on patients whose genes have nothing in common."""
    own = small(settings, asked)
    own["network"] = {**DESIGN, "masked_pretraining": asked}
    held = arrays_of(20, seed=1) if held is None else held
    return pretrain_masked(network, arrays_of(40), held, TRACK, own, 1)


def test_a_frozen_encoder_stays_as_read_outs_left_it(settings):
    network = build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0})
    encoder = [network.get_layer(f"variant_encoder_{number}") for number in (1, 2)]
    for layer in encoder:
        layer.trainable = False
    before = [layer.get_weights() for layer in encoder]
    assert [one.means for one in taught_to(network, settings, "both")] == ["masked genes"]
    for layer, weights in zip(encoder, before, strict=True):
        assert not layer.trainable
        for one, same in zip(layer.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(one, same)


def test_without_genomes_nothing_is_taught(settings, caplog):
    network, bare = build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0}), arrays_of()
    bare["gene_mask"][:] = False
    with caplog.at_level(logging.INFO):
        assert taught_to(network, settings, "both", bare) == []
    assert "not pre-trained: fewer than 2 patients" in caplog.text


ELSEWHERE = """
import sys
from gcin.model.backend import use_backend

use_backend(sys.argv[1], 1)
import keras
import numpy as np
from gcin.model.masked_pretraining import pretrain_masked
from gcin.model.network import build_network
from test_network import DESIGN, SHAPE, arrays_of

arrays = arrays_of(160)
arrays["genes"][:, 3:6] = arrays["genes"][:, :3] * arrays["gene_mask"][:, 3:6, None]
parts = [{name: values[rows] for name, values in arrays.items()} for rows in
         (slice(0, 120), slice(120, 160))]
taught = dict(max_epochs=30, patience_epochs=5, learning_rate=0.01, hidden_share=0.3)
settings = {"network": {**DESIGN, "masked_pretraining": "both"},
            "training": {"batch_size": 16}, "pretraining": taught}
keras.utils.set_random_seed(1)
network = build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0})
variants, genes = pretrain_masked(network, *parts, ["lof", "copy_number", "loh"], settings, 1)
assert keras.backend.backend() == sys.argv[1]
assert sys.argv[1] == "tensorflow" or sys.modules["tensorflow"] is None
assert genes.kept and genes.left < 0.95, genes  # libraries draw other first weights
assert variants.left < 1.2, variants
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_it_learns_under_every_library_that_trains(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: pre-training was not run on it")
    paths = [str(SCRIPTS), str(Path(__file__).parent), *sys.path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", ELSEWHERE, backend]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
