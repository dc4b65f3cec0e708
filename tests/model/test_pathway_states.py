"""Pathways are impaired as their genes are, and the network begins as a model that reads that."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from memory_hospital import make_hospital, split_of
from test_network import DESIGN, WITH_STATES, arrays_of, awake, predicted
from test_pretraining import expression

from gcin.model.inputs import network_arrays
from gcin.model.layers.pathways import PathwayStates, pool_pathways
from gcin.model.linear_path import fit_linear_paths
from gcin.model.network import build_network, load_network
from gcin.model.outcomes import training_table
from gcin.model.pathway_states import fit_states
from gcin.model.starting import start_network
from gcin.model.study import prepare_fold

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

EDGES = [0, 1, 1, 2], [0, 0, 1, 1], 2  # genes 0 and 1, and 1 and 2


@pytest.mark.parametrize(
    ("pooling", "pooled"),
    [("soft_or", [0.6, 1.0]), ("max", [0.5, 1.0]), ("sum", [0.7, 1.2])],
)
def test_a_pathway_is_pooled_as_its_genes_are(pooling, pooled):
    impaired = np.array([[[0.5, 0], [0.2, 0], [1, 0.25]], [[0, 0], [0, 0], [0, 0]]], "float32")
    found = keras.ops.convert_to_numpy(pool_pathways(impaired, *EDGES, pooling))
    np.testing.assert_allclose(found[..., 0], [pooled, [0, 0]], atol=1e-5)
    np.testing.assert_allclose(found[..., 1], [[0, 0.25], [0, 0]], atol=1e-6)


def test_a_gene_that_was_not_looked_at_reads_as_the_average_one():
    unseen, mean, scale = [[0.5], [0.1], [0.2]], [[0.3], [0.1]], [[0.5], [0.25]]
    layer = PathwayStates(*EDGES, "sum", unseen, mean, scale)
    impaired = np.array([[[0.9], [0.0], [0.6]], [[0], [0], [0]]], "float32")
    present = np.array([[[1], [0], [1]], [[0], [0], [0]]], "float32")
    found = keras.ops.convert_to_numpy(layer(impaired, present))
    np.testing.assert_allclose(found, [[1.4, 2.4], [0.6, 0.8]], rtol=1e-5)


@pytest.fixture(scope="module")
def with_states():
    return awake(build_network(DESIGN, WITH_STATES, {"response": 0.0, "os": 0.0}))


def test_neither_order_nor_padding_of_variants_changes_states(with_states):
    model = keras.Model(with_states.input, with_states.get_layer("pathway_states").output)
    arrays, names = arrays_of(), ("variants", "variant_gene", "variant_mask")
    before = model.predict(arrays, verbose=0)
    assert before.std(axis=0).min() > 0
    turned = {name: arrays[name][:, ::-1] for name in names}
    padded = {
        name: np.pad(arrays[name], [(0, 0), (0, 3), *[(0, 0)] * (arrays[name].ndim - 2)])
        for name in names
    }
    for other in (turned, padded):
        np.testing.assert_allclose(model.predict({**arrays, **other}, verbose=0), before, 1e-5)


def test_a_network_with_states_says_the_same_once_it_is_read_again(with_states, tmp_path):
    with_states.save(tmp_path / "network.keras")
    again, arrays = load_network(tmp_path / "network.keras"), arrays_of()
    for name, values in predicted(with_states, arrays).items():
        np.testing.assert_allclose(predicted(again, arrays)[name], values, rtol=1e-5)


@pytest.fixture(scope="module")
def fold(settings):
    """A hospital whose expression reads out its pathways, and settings that let it teach."""
    hospital = make_hospital(count=240, genes=20)
    own = {**settings["pretraining"], "max_epochs": 60, "learning_rate": 0.01}
    table = training_table(hospital.patients, split_of(hospital.patients))
    cohorts = replace(hospital.cohorts, omics={"hospital": expression(hospital)})
    parts = prepare_fold(table, cohorts, settings["preparation"], 64)
    return (*parts, hospital.members), {**settings, "pretraining": own}


def started(fold, settings, **design):
    preparation, everyone, members = fold
    settings = {**settings, "network": {**settings["network"], **design}}
    arrays = network_arrays(everyone.part("train"), preparation)
    return start_network(everyone, arrays, preparation, members, settings, 1), arrays


def test_the_network_begins_as_a_ridge_model_that_reads_states(fold):
    (network, shape, taught), arrays = started(*fold)
    preparation, everyone, _ = fold[0]
    assert [one.kept for one in taught] == [True]
    assert not network.get_layer("variant_encoder_1").trainable
    states, columns = fit_states(network, arrays, shape.edges, "soft_or")
    assert states == shape.states
    np.testing.assert_allclose(columns.mean(axis=0), 0, atol=1e-4)
    offered = arrays["linear"].shape[1]
    read = [place - offered for place in shape.linear_shares["response"] if place >= offered]
    assert read == list(range(columns.shape[1]))

    train = everyone.part("train")
    path = fit_linear_paths(train, arrays["linear"], preparation, fold[1], columns)["response"]
    assert path.shares == shape.linear_shares["response"]
    every = np.hstack([arrays["linear"], columns])[:, list(path.shares)]
    said = network.predict(arrays, verbose=0)["response"]
    expected = path.fit.scores(every * list(path.shares.values()))
    np.testing.assert_allclose(said, expected, atol=1e-4)


@pytest.mark.parametrize(
    "design", [{"pathway_states": False}, {"pathway_mask": "none"}, {"variant_set": False}]
)
def test_a_design_may_leave_states_out(fold, design):
    network = started(*fold, **design)[0].network
    assert "pathway_states" not in {layer.name for layer in network.layers}


def test_states_that_nothing_taught_are_not_read(fold):
    (preparation, everyone, members), settings = fold
    asked = {**settings, "pretraining": {**settings["pretraining"], "readouts": False}}
    (network, shape, taught), _ = started((preparation, everyone, members), asked)
    assert taught == []
    assert shape.states is None
    assert "pathway_states" not in {layer.name for layer in network.layers}
