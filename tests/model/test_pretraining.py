"""The variant encoder learns from read-outs of pathways, of training patients alone."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from memory_hospital import make_hospital, split_of

from gcin.model.inputs import network_arrays
from gcin.model.outcomes import training_table
from gcin.model.pretraining import ENCODER
from gcin.model.study import prepare_fold
from gcin.model.training import train_network

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def expression(hospital, seed=2):
    """What each pathway shows of its truncated genes, noisy; 40 % of the patients unmeasured."""
    random, store = np.random.default_rng(seed), hospital.cohorts.stores["hospital"]
    truncated = store.track[..., 0]
    pathway = hospital.members["pathway"].to_numpy()
    names = hospital.members["pathway"].unique()
    counts = [truncated[:, pathway == name].sum(axis=1) for name in names]
    shown = np.stack(counts, axis=1).astype("float64")
    shown += random.normal(0, 0.5, shown.shape)
    shown[random.random(len(shown)) < 0.4] = np.nan
    table = hospital.cohorts.clinical["hospital"][[]]
    return table.assign(
        **{f"expression {name}": shown[:, place] for place, name in enumerate(names)}
    )


def encoder_of(hospital, omics, split, settings):
    """Train a network, and give its encoder and the strengths of its variants."""
    cohorts = replace(hospital.cohorts, omics={} if omics is None else {"hospital": omics})
    table = training_table(hospital.patients, split)
    preparation, everyone = prepare_fold(table, cohorts, settings["preparation"], 64)
    network = train_network(everyone, preparation, hospital.members, settings, 1).network
    layers = [network.get_layer(name) for name in ENCODER]
    arrays = network_arrays(everyone, preparation)
    encoder = keras.Model(network.input, network.get_layer(ENCODER[1]).output)
    strengths = encoder.predict(arrays, verbose=0)[arrays["variant_mask"]].mean(axis=-1)
    truncating = everyone.genomes.variants[everyone.genomes.variant_mask][:, 0] > 0
    return layers, strengths, truncating


@pytest.fixture(scope="module")
def learnt(settings):
    hospital = make_hospital(count=240, genes=20)
    omics, split = expression(hospital), split_of(hospital.patients)
    settings = {**settings, "training": {**settings["training"], "max_epochs": 1}}
    settings["pretraining"] = {**settings["pretraining"], "max_epochs": 60, "learning_rate": 0.01}
    return hospital, omics, split, settings


def test_readouts_tell_variants_that_do_harm(learnt):
    layers, strengths, truncating = encoder_of(*learnt)
    harm, none = strengths[truncating].mean(), strengths[~truncating].mean()
    _, blind, _ = encoder_of(learnt[0], None, *learnt[2:])
    assert not any(layer.trainable for layer in layers)
    assert harm - none > 2
    assert abs(blind[truncating].mean() - blind[~truncating].mean()) < 1


def test_patients_held_out_teach_the_encoder_nothing(learnt):
    hospital, omics, split, settings = learnt
    tested = split["patient"][split["part"] == "test"]
    other = omics.copy()
    other.loc[tested] = np.random.default_rng(9).normal(size=(len(tested), omics.shape[1]))
    before, after = (encoder_of(hospital, t, split, settings)[0] for t in (omics, other))
    for one, same in zip(before, after, strict=True):
        for weights, others in zip(one.get_weights(), same.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, others)


def test_readouts_that_follow_no_variant_freeze_nothing(learnt):
    hospital, omics, split, settings = learnt
    noise = omics.sample(frac=1, random_state=4).set_axis(omics.index)
    layers, _, _ = encoder_of(hospital, noise, split, settings)
    assert all(layer.trainable for layer in layers)


def test_patients_without_a_genome_teach_the_encoder_nothing(settings):
    """Of them it is not known that no variant did any harm."""
    hospital = make_hospital(count=240, genes=20)
    names, omics = hospital.cohorts.stores["hospital"].names, expression(hospital)
    for name in hospital.patients["patient"][::3]:
        del names[name]
    own = {**settings, "training": {**settings["training"], "max_epochs": 1}}
    own["pretraining"] = {**settings["pretraining"], "max_epochs": 3, "learning_rate": 0.01}
    cohorts = replace(hospital.cohorts, omics={"hospital": omics})
    table = training_table(hospital.patients, split_of(hospital.patients))
    preparation, everyone = prepare_fold(table, cohorts, own["preparation"], 64)
    unseen = everyone.omics.copy()
    unseen.loc[~everyone.genomes.mask.any(axis=1)] = np.nan
    left = [
        train_network(replace(everyone, omics=shown), preparation, hospital.members, own, 1).history
        for shown in (everyone.omics, unseen)
    ]
    assert left[0]["read-outs left"].iloc[0] == left[1]["read-outs left"].iloc[0]


def test_what_is_left_of_readouts_holds_no_penalty_on_weights(learnt):
    """Nothing is learnt at a rate of 0, so that a heavier penalty moves nothing but the loss."""
    hospital, omics, split, settings = learnt
    cohorts = replace(hospital.cohorts, omics={"hospital": omics})
    table, left = training_table(hospital.patients, split), []
    preparation, everyone = prepare_fold(table, cohorts, settings["preparation"], 64)
    for decay in (0.3, 300):
        own = {**settings, "network": {**settings["network"], "weight_decay": decay}}
        own["pretraining"] = {**settings["pretraining"], "max_epochs": 1, "learning_rate": 0.0}
        history = train_network(everyone, preparation, hospital.members, own, 1).history
        left.append(history["read-outs left"].iloc[0])
    assert left[0] == pytest.approx(left[1], rel=1e-5)
