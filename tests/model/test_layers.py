"""What each layer means."""

import keras
import numpy as np
import pytest

from gcin.model.layers.fusion import ArmHeads, Film, ModalityDropout, PatientToken
from gcin.model.layers.genome import (
    ArmSummary,
    ChromosomeGaps,
    GatedRecurrence,
    MeanWhereUnseen,
    TrackConvolution,
)
from gcin.model.layers.pathways import PathwayAttention, PathwayTokens, SeenMean
from gcin.model.layers.propensity import PropensityHead
from gcin.model.layers.readouts import PathwayReadout
from gcin.model.layers.sparsity import SparseGates
from gcin.model.layers.variant_set import GenePool
from gcin.model.layers.visits import VisitRecurrence

RANDOM = np.random.default_rng(0)
STRENGTH = RANDOM.normal(size=(2, 5, 3)).astype("float32")
GENE = np.array([[0, 0, 2, 1, 0], [3, 3, 3, 0, 0]], "int32")
REAL = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]], bool)
TRACK = RANDOM.normal(size=(2, 6, 4)).astype("float32")
PRESENT = np.ones((2, 6, 1), "float32")


def softplus(values):
    return np.log1p(np.exp(values))


@pytest.mark.parametrize("pooling", ["soft_or", "max", "sum"])
def test_order_and_padding_of_variants_change_nothing(pooling):
    pool = GenePool(4, pooling)
    pooled = np.asarray(pool(STRENGTH, GENE, REAL))
    order = [4, 2, 0, 3, 1]
    shuffled = np.asarray(pool(STRENGTH[:, order], GENE[:, order], REAL[:, order]))
    wider = [np.pad(x, ((0, 0), (0, 7)) + ((0, 0),) * (x.ndim - 2)) for x in (STRENGTH, GENE, REAL)]
    np.testing.assert_allclose(shuffled, pooled, atol=1e-6)
    np.testing.assert_allclose(np.asarray(pool(*wider)), pooled, atol=1e-6)


def test_soft_or_is_the_chance_that_any_variant_impairs():
    pooled = np.asarray(GenePool(4, "soft_or")(STRENGTH, GENE, REAL))
    spared = np.exp(-softplus(STRENGTH[0, 0])) * np.exp(-softplus(STRENGTH[0, 1]))
    np.testing.assert_allclose(pooled[0, 0], 1 - spared, atol=1e-6)


@pytest.mark.parametrize("pooling", ["max", "sum"])
def test_other_poolings_take_the_strongest_variant_or_all(pooling):
    pooled = np.asarray(GenePool(4, pooling)(STRENGTH, GENE, REAL))
    both = softplus(STRENGTH[0, :2])
    expected = both.max(axis=0) if pooling == "max" else both.sum(axis=0)
    np.testing.assert_allclose(pooled[0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("pooling", ["soft_or", "max", "sum"])
def test_gene_without_variants_is_zero(pooling):
    pooled = np.asarray(GenePool(4, pooling)(STRENGTH, GENE, REAL))
    assert (pooled[0, 3] == 0).all()
    assert (pooled[1, :3] == 0).all()
    assert (np.asarray(GenePool(4, pooling)(STRENGTH, GENE, np.zeros_like(REAL))) == 0).all()


def test_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="soft_or"):
        GenePool(4, "mean")


def test_no_kernel_crosses_a_chromosome():
    chromosomes, kernel = ["chr1"] * 3 + ["chr2"] * 3, 5
    gaps = ChromosomeGaps(chromosomes, kernel // 2)
    layers = [TrackConvolution(4, kernel), TrackConvolution(4, kernel)]

    def convolved(track):
        spread, there = gaps(track), gaps(PRESENT)
        for layer in layers:
            spread = layer(spread, there)
        return np.asarray(spread)[:, [row for row, gene in enumerate(gaps.source) if gene < 6]]

    other = TRACK.copy()
    other[:, :3] += 5
    before, after = convolved(TRACK), convolved(other)
    np.testing.assert_array_equal(before[:, 3:], after[:, 3:])
    assert not np.allclose(before[:, :3], after[:, :3])


def test_without_a_gap_the_same_kernel_would_cross():
    gaps, layer = ChromosomeGaps(["chr1"] * 3 + ["chr2"] * 3, 0), TrackConvolution(4, 5)
    other = TRACK.copy()
    other[:, :3] += 5
    before, after = (np.asarray(layer(gaps(track), gaps(PRESENT))) for track in (TRACK, other))
    assert not np.allclose(before[:, 3:], after[:, 3:])


def test_masked_gene_neither_gives_nor_receives():
    layer, present = TrackConvolution(4, 5), PRESENT.copy()
    present[:, 2] = 0
    other = TRACK.copy()
    other[:, 2] += 9
    before, after = np.asarray(layer(TRACK, present)), np.asarray(layer(other, present))
    np.testing.assert_array_equal(before, after)
    assert (before[:, 2] == 0).all()


def test_arm_summary_averages_callable_genes_and_says_how_many():
    present = PRESENT.copy()
    present[:, 1] = 0
    present[1, 3:] = 0
    summary = np.asarray(ArmSummary(["1p", "1p", "", "1q", "1q", "1q"])(TRACK, present))
    np.testing.assert_allclose(summary[0, 0, :4], TRACK[0, 0], atol=1e-6)
    assert summary[0, 0, 4] == 0.5
    np.testing.assert_allclose(summary[0, 1, :4], TRACK[0, 3:].mean(axis=0), atol=1e-6)
    assert (summary[1, 1] == 0).all()


def test_what_is_not_callable_is_the_mean_of_where_it_was_in_training():
    layer, present = MeanWhereUnseen(memory=0.5), PRESENT.copy()
    present[0, 1] = present[:, 2] = 0
    np.testing.assert_array_equal(np.asarray(layer(TRACK, present))[:, 2], 0)
    layer(TRACK, present, training=True)
    layer(3 * TRACK, present, training=True)
    said = np.asarray(layer(9 * TRACK, present))
    np.testing.assert_allclose(said[0, 1], TRACK[1, 1] * (0.5 + 3) / 1.5, rtol=1e-5)
    assert (said[:, 2] == 0).all()
    np.testing.assert_array_equal(said[:, 3:], 9 * TRACK[:, 3:])
    np.testing.assert_array_equal(said[1, :2], 9 * TRACK[1, :2])
    np.testing.assert_array_equal(np.asarray(layer(9 * TRACK, present)), said)


def test_recurrence_says_what_reading_arm_by_arm_leaves():
    layer = GatedRecurrence(3)
    told = np.asarray(layer(TRACK))
    layer.bias.assign([1.0, -1.0, 0.5, 0.2, 0.0, -0.3])
    said = np.asarray(layer(TRACK))
    gate, candidate = np.split(
        TRACK @ np.asarray(layer.kernel) + np.asarray(layer.bias), 2, axis=-1
    )
    open_, state = 1 / (1 + np.exp(-gate)), np.zeros((len(TRACK), 3))
    for arm in range(TRACK.shape[1]):
        state = (1 - open_[:, arm]) * state + open_[:, arm] * np.tanh(candidate[:, arm])
    np.testing.assert_allclose(said, state, atol=1e-6)
    assert not np.allclose(said, told)


def test_recurrence_backwards_reads_the_last_arm_first():
    forwards, backwards = GatedRecurrence(3), GatedRecurrence(3, backwards=True)
    turned = TRACK[:, ::-1].copy()
    forwards.build(TRACK.shape)
    backwards.build(TRACK.shape)
    backwards.set_weights(forwards.get_weights())
    np.testing.assert_allclose(backwards(turned), forwards(TRACK), atol=1e-6)
    assert not np.allclose(backwards(TRACK), forwards(TRACK))


def test_gene_reaches_only_its_own_pathways():
    layer = PathwayTokens([0, 1, 4, 5], [0, 0, 1, 1], 2, 8)
    before, _ = layer(TRACK, PRESENT)
    other = TRACK.copy()
    other[:, :2] += 1
    after, _ = layer(other, PRESENT)
    np.testing.assert_array_equal(np.asarray(before)[:, 1], np.asarray(after)[:, 1])
    assert not np.allclose(np.asarray(before)[:, 0], np.asarray(after)[:, 0])


def test_unseen_pathway_is_not_looked_at():
    present = PRESENT.copy()
    present[:, :2] = 0
    tokens, seen = PathwayTokens([0, 1, 4, 5], [0, 0, 1, 1], 2, 8)(TRACK * present, present)
    tokens, seen = PatientToken()(np.ones((2, 8), "float32"), tokens, seen)
    looked, scores = PathwayAttention(2)(tokens, seen)
    assert np.asarray(seen).tolist() == [[True, False, True]] * 2
    assert (np.asarray(scores)[..., 1] < 1e-6).all()
    np.testing.assert_allclose(np.asarray(scores).sum(axis=-1), 1, atol=1e-5)
    assert np.isfinite(np.asarray(looked)).all()


def test_first_token_gets_the_same_answer_where_it_alone_looks():
    tokens = RANDOM.normal(size=(2, 5, 8)).astype("float32")
    seen = np.array([[1, 1, 0, 1, 1], [1, 0, 1, 1, 0]], bool)
    every, first = PathwayAttention(2), PathwayAttention(2, first_only=True)
    looked, scores = every(tokens, seen)
    first.build(tokens.shape, seen.shape)
    first.set_weights(every.get_weights())
    own, own_scores = first(tokens, seen)
    assert own.shape == (2, 1, 8)
    np.testing.assert_allclose(np.asarray(own)[:, 0], np.asarray(looked)[:, 0], atol=1e-6)
    np.testing.assert_allclose(
        np.asarray(own_scores)[:, :, 0], np.asarray(scores)[:, :, 0], atol=1e-6
    )


def test_token_reads_its_genes_with_weights_of_their_own():
    layer = PathwayTokens([0, 1, 4, 1], [0, 0, 1, 1], 2, 3)
    layer.build(TRACK.shape, PRESENT.shape)
    edges = RANDOM.normal(size=(4, 4, 3)).astype("float32")
    layer.edges.assign(edges.reshape(4, 12))
    tokens, _ = layer(TRACK, PRESENT)
    second = TRACK[:, 4] @ edges[2] + TRACK[:, 1] @ edges[3] + np.asarray(layer.identity)[1]
    expected = np.asarray(keras.ops.gelu(second))
    np.testing.assert_allclose(np.asarray(tokens)[:, 1], expected, atol=1e-5)


def test_gates_of_what_is_of_no_use_close_for_good():
    keras.utils.set_random_seed(0)
    columns = RANDOM.normal(size=(512, 6)).astype("float32")
    gates = SparseGates(0.01, start=0.1)
    model = keras.Sequential([keras.Input((6,)), gates, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    model.fit(columns, 2 * columns[:, :1], epochs=30, verbose=0)
    left = np.asarray(gates.gates)
    assert left[0] > 0.1
    assert (left[1:] == 0).all()


def test_readout_rises_with_the_impaired_genes_of_its_pathway_alone():
    layer = PathwayReadout([[1, 1, 0, 0], [0, 0, 1, 0]])
    none = np.zeros((1, 4, 2), "float32")
    one, other = none.copy(), none.copy()
    one[0, 1], other[0, 3] = 1, 1
    nothing, first, neither = (np.asarray(layer(values))[0] for values in (none, one, other))
    np.testing.assert_allclose(first - nothing, [0.5 / np.sqrt(2), 0], atol=1e-6)
    np.testing.assert_array_equal(neither, nothing)


def test_mean_is_of_the_tokens_seen_and_zero_without_any():
    seen = np.array([[1, 0, 1, 0, 0, 0], [0] * 6], bool)
    mean = np.asarray(SeenMean()(TRACK, seen))
    np.testing.assert_allclose(mean[0], TRACK[0, [0, 2]].mean(axis=0), atol=1e-6)
    assert (mean[1] == 0).all()


def test_modality_is_hidden_whole_and_only_in_training():
    keras.utils.set_random_seed(0)
    layer, ones = ModalityDropout(0.3), np.ones((2000, 3, 1), "float32")
    np.testing.assert_array_equal(np.asarray(layer(ones)), ones)
    kept = np.asarray(layer(ones, training=True))
    assert set(np.unique(kept)) == {0.0, 1.0}
    assert (kept.min(axis=1) == kept.max(axis=1)).all()
    assert abs(kept.mean() - 0.7) < 0.05


def test_heads_and_modulation_say_nothing_at_the_start():
    columns = RANDOM.normal(size=(3, 4)).astype("float32")
    assert (np.asarray(ArmHeads(2, 5)(columns)) == 0).all()
    assert (np.asarray(PropensityHead(2)(columns)) == 0).all()
    np.testing.assert_array_equal(np.asarray(Film()(columns, columns)), columns)


def test_modulation_scales_and_shifts_each_channel_by_the_clinic():
    layer, said = Film(), RANDOM.normal(size=(3, 2)).astype("float32")
    clinic = RANDOM.normal(size=(3, 4)).astype("float32")
    layer.build(said.shape, clinic.shape)
    scale, shift = RANDOM.normal(size=(2, 4, 2)).astype("float32")
    layer.scale.assign(scale)
    layer.shift.assign(shift)
    expected = said * (1 + clinic @ scale) + clinic @ shift
    np.testing.assert_allclose(np.asarray(layer(said, clinic)), expected, atol=1e-5)


def test_arm_adds_its_own_weights_to_the_shared_ones():
    heads = ArmHeads(2, 1)
    columns = RANDOM.normal(size=(3, 4)).astype("float32")
    heads.build(columns.shape)
    heads.shared.assign(np.ones((4, 1)))
    heads.own.assign(np.stack([np.zeros((4, 1)), np.ones((4, 1))]))
    scores = np.asarray(heads(columns))[..., 0]
    np.testing.assert_allclose(scores[:, 0], columns.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(scores[:, 1], 2 * columns.sum(axis=1), rtol=1e-5)


def test_propensity_is_a_linear_score_of_each_arm_with_its_penalty():
    head, columns = PropensityHead(3, 0.5), RANDOM.normal(size=(2, 4)).astype("float32")
    head.build(columns.shape)
    kernel, bias = RANDOM.normal(size=(4, 3)).astype("float32"), np.array([1, 0, -1], "float32")
    head.kernel.assign(kernel)
    head.bias.assign(bias)
    np.testing.assert_allclose(np.asarray(head(columns)), columns @ kernel + bias, rtol=1e-5)
    np.testing.assert_allclose(float(head.losses[0]), 0.5 * np.square(kernel).sum(), rtol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        GenePool(4, "max"),
        ChromosomeGaps(["chr1", "chr2"], 2),
        TrackConvolution(4, 5),
        ArmSummary(["1p", "", "1q"]),
        MeanWhereUnseen(memory=0.9),
        GatedRecurrence(3, backwards=True, decay=0.1),
        VisitRecurrence(3, decay=0.1),
        PathwayTokens([0, 1], [0, 1], 2, 8, edge_decay=0.1),
        SeenMean(),
        ModalityDropout(0.2),
        PathwayAttention(2, 0.1, first_only=True),
        Film(),
        PatientToken(),
        ArmHeads(2, 3, 0.1, 0.2, use_bias=False),
        PropensityHead(3, 0.1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layer_comes_back_from_its_config(layer):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is type(layer)
    assert again.get_config() == layer.get_config()
