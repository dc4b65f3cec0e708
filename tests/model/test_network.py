"""What the network as a whole promises."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from gcin.model.losses import AnsweredCrossEntropy
from gcin.model.network import attention_model, build_network
from gcin.model.pathways import Edges
from gcin.model.shape import Shape, States

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

DESIGN = {
    "pooling": "soft_or",
    "variant_channels": 4,
    "track_channels": 4,
    "kernel_genes": 5,
    "recurrent_units": 4,
    "bidirectional": True,
    "token_units": 8,
    "attention_heads": 2,
    "attention_blocks": 1,
    "clinical_units": 8,
    "trunk_units": 16,
    "dropout": 0.0,
    "gene_dropout": 0.0,
    "weight_decay": 0.0,
    "gate_step": 1e-4,
    "modality_dropout": 0.0,
    "edge_decay": 0.0,
    "pathway_mask": "pathways",
    "variant_set": True,
    "convolution": True,
    "recurrence": True,
    "genome": True,
    "clinical": True,
    "omics": True,
    "visits": True,
    "arm_share": 0.5,
    "linear_arm_share": 1.0,
    "propensity": 0.0,
}
SHAPE = Shape(
    variants=24,
    track=3,
    beside=[1, 2],
    clinical=4,
    linear=5,
    linear_shares={"response": dict.fromkeys(range(5), 1.0), "os": dict.fromkeys(range(5), 1.0)},
    chromosomes=["chr1"] * 4 + ["chr2"] * 3,
    chromosome_arms=["1p", "1p", "1q", "1q", "2p", "2q", "2q"],
    edges=Edges(["A", "B"], [0, 1, 4, 5, 6], [0, 0, 1, 1, 1]),
    arms=2,
    endpoints={"response": 1, "os": 3},
)

WITH_STATES = replace(
    SHAPE,
    states=States([[0.1] * 4] * 7, [[0.2] * 4] * 2, [[0.5] * 4] * 2),
    linear_shares=dict.fromkeys(SHAPE.endpoints, dict.fromkeys(range(13), 1.0)),
)


def arrays_of(patients=8, seed=0):
    random = np.random.default_rng(seed)
    real = random.random((patients, 6)) < 0.7
    seen = random.random((patients, 7)) < 0.9
    return {
        "variants": random.normal(size=(patients, 6, 24)).astype("float32") * real[..., None],
        "variant_gene": random.integers(0, 7, (patients, 6)).astype("int32") * real,
        "variant_mask": real,
        "genes": random.normal(size=(patients, 7, 3)).astype("float32") * seen[..., None],
        "gene_mask": seen,
        "clinical": random.normal(size=(patients, 4)).astype("float32"),
        "linear": random.normal(size=(patients, 5)).astype("float32"),
    }


def awake(network, seed=0):
    """Give every weight a value, so that no path is silent because it starts at zero."""
    random = np.random.default_rng(seed)
    for weights in network.trainable_variables:
        weights.assign(0.3 * random.normal(size=weights.shape))
    return network


@pytest.fixture(scope="module")
def network():
    return awake(build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0}))


def predicted(network, arrays):
    return {name: np.asarray(value) for name, value in network(arrays, training=False).items()}


def assert_same(one, other, atol=1e-5):
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=atol)


def test_one_logit_per_arm_and_interval(network):
    logits = predicted(network, arrays_of())
    assert logits["response"].shape == (8, 2, 1)
    assert logits["os"].shape == (8, 2, 3)


def test_order_of_variants_changes_nothing(network):
    arrays, order = arrays_of(), [5, 3, 0, 1, 4, 2]
    shuffled = {
        name: values[:, order] if name.startswith("variant") else values
        for name, values in arrays.items()
    }
    assert_same(predicted(network, arrays), predicted(network, shuffled))


def test_room_for_more_variants_changes_nothing(network):
    arrays = arrays_of()
    wider = {
        name: np.pad(values, ((0, 0), (0, 9)) + ((0, 0),) * (values.ndim - 2))
        if name.startswith("variant")
        else values
        for name, values in arrays.items()
    }
    assert_same(predicted(network, arrays), predicted(network, wider))


def test_what_is_masked_changes_nothing(network):
    arrays = arrays_of()
    junk = {name: values.copy() for name, values in arrays.items()}
    junk["variants"][~arrays["variant_mask"]] = 7
    junk["variant_gene"][~arrays["variant_mask"]] = 3
    junk["genes"][~arrays["gene_mask"]] = -4
    assert_same(predicted(network, arrays), predicted(network, junk))


def test_every_input_matters(network):
    before = predicted(network, arrays_of())
    for name in ("variants", "variant_gene", "genes", "clinical", "linear"):
        changed = {**arrays_of(), name: arrays_of(seed=1)[name]}
        assert not np.allclose(before["os"], predicted(network, changed)["os"], atol=1e-4), name


GENOMIC = {"variants", "variant_gene", "genes", "gene_mask"}
ABLATIONS = {
    "no pathway": ({"pathway_mask": "none"}, set()),
    "no convolution": ({"convolution": False}, set()),
    "no recurrence": ({"recurrence": False}, set()),
    "no attention": ({"attention_blocks": 0}, set()),
    "no variant set": ({"variant_set": False}, {"variants", "variant_gene"}),
    "clinical only": ({"genome": False}, GENOMIC),
    "genomics only": ({"clinical": False}, {"clinical"}),
}


@pytest.mark.parametrize("name", ABLATIONS)
def test_ablation_is_blind_to_what_it_leaves_out_and_to_nothing_else(name, tmp_path):
    change, unread = ABLATIONS[name]
    ablated = awake(build_network({**DESIGN, **change}, SHAPE, {"response": 0.0, "os": 0.0}))
    before = predicted(ablated, arrays_of())
    for array in ("variants", "variant_gene", "genes", "clinical", "linear"):
        changed = predicted(ablated, {**arrays_of(), array: arrays_of(seed=1)[array]})
        same = np.allclose(before["os"], changed["os"], atol=1e-5)
        assert same == (array in unread), array
    ablated.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    assert_same(before, predicted(again, arrays_of()), atol=0)


def test_linear_path_reads_only_the_columns_of_its_half():
    shape = replace(
        SHAPE, linear_shares={"response": dict.fromkeys(range(5), 1.0), "os": {0: 1.0, 3: 0.3}}
    )
    half = awake(build_network(DESIGN, shape, {"response": 0.0, "os": 0.0}))
    arrays = arrays_of()
    for column, read in ((0, True), (1, False), (3, True)):
        other = {**arrays, "linear": arrays["linear"].copy()}
        other["linear"][:, column] += 1
        same = np.allclose(predicted(half, arrays)["os"], predicted(half, other)["os"], atol=1e-6)
        assert same != read


def test_network_without_attention_has_none_to_show():
    design = {**DESIGN, "attention_blocks": 0}
    with pytest.raises(ValueError, match="without attention"):
        attention_model(build_network(design, SHAPE, {"response": 0.0, "os": 0.0}))


def test_several_endpoints_and_missing_answers_train_together():
    """Three endpoints over time beside response; one answer in all, every gradient finite."""
    endpoints = {"response": 1, "pfs": 3, "os": 4, "toxicity": 2}
    shares = {name: dict.fromkeys(range(5), 1.0) for name in endpoints}
    shape = replace(SHAPE, endpoints=endpoints, linear_shares=shares)
    network = build_network(
        {**DESIGN, "edge_decay": 0.01},
        shape,
        dict.fromkeys(shape.endpoints, 0.01),
    )
    arrays = arrays_of()
    for name in GENOMIC | {"variant_mask"}:
        arrays[name][0] = 0
    targets = {k: np.zeros((8, 2, n, 2), "float32") for k, n in shape.endpoints.items()}
    targets["pfs"][0, 1, 2] = 1
    network.compile(
        keras.optimizers.Adam(0.01), loss={k: AnsweredCrossEntropy() for k in shape.endpoints}
    )
    before = [weights.copy() for weights in network.get_weights()]
    assert np.isfinite(network.train_on_batch(arrays, targets)).all()
    assert all(np.isfinite(weights).all() for weights in network.get_weights())
    # The only patient with an answer has no genome: the clinical half learns all the same.
    head = network.get_layer("deep_pfs").get_weights()[0]
    assert np.abs(head).max() > 0
    silent = network.get_layer("deep_toxicity").get_weights()
    assert all((weights == 0).all() for weights in silent)
    assert any((a != b).any() for a, b in zip(before, network.get_weights(), strict=True))


def test_patient_without_a_genome_or_facts_has_a_prediction(network):
    empty = {name: np.zeros_like(values[:1]) for name, values in arrays_of().items()}
    for logits in predicted(network, empty).values():
        assert np.isfinite(logits).all()


def test_patients_do_not_see_one_another(network):
    arrays = arrays_of()
    alone = {name: values[2:3] for name, values in arrays.items()}
    together = {name: logits[2:3] for name, logits in predicted(network, arrays).items()}
    assert_same(together, predicted(network, alone))


def test_saved_network_answers_the_same(network, tmp_path):
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    assert_same(predicted(network, arrays_of()), predicted(again, arrays_of()), atol=0)


def test_attention_is_an_output(network):
    attention = np.asarray(attention_model(network)(arrays_of()))
    assert attention.shape == (8, 2, 3)
    np.testing.assert_allclose(attention.sum(axis=-1), 1, atol=1e-5)


def test_edges_of_pathways_have_a_penalty_of_their_own():
    network = awake(build_network({**DESIGN, "edge_decay": 0.5}, SHAPE, dict(response=0, os=0)))
    edges = np.asarray(network.get_layer("pathway_tokens").edges)
    penalty = sum(float(loss) for loss in network.losses)
    assert penalty == pytest.approx(0.5 * np.square(edges).sum(), rel=1e-5)


def test_genes_are_dropped_whole_and_only_in_training():
    network = build_network({**DESIGN, "gene_dropout": 0.4}, SHAPE, dict(response=0, os=0))
    layer, ones = network.get_layer("gene_dropout"), np.ones((300, 7, 3), "float32")
    np.testing.assert_array_equal(np.asarray(layer(ones)), ones)
    kept = np.asarray(layer(ones, training=True)) > 0
    assert (kept.all(axis=2) == kept.any(axis=2)).all()
    assert abs(kept.mean() - 0.6) < 0.05


@pytest.mark.parametrize("pooling", ["soft_or", "max", "sum"])
def test_eight_patients_are_learnt_by_heart(pooling):
    keras.utils.set_random_seed(0)
    design = {**DESIGN, "pooling": pooling}
    network = build_network(design, SHAPE, {"response": 0.0, "os": 0.0})
    # The linear path is held at zero, so that only the deep part can learn them.
    for endpoint in SHAPE.endpoints:
        network.get_layer(f"linear_{endpoint}").trainable = False
    arrays, random = arrays_of(), np.random.default_rng(3)
    asked = (random.random((8, 2)) < 0.5)[..., None]
    targets = {
        name: np.stack([random.random((8, 2, k)) < 0.5, np.broadcast_to(asked, (8, 2, k))], -1)
        for name, k in SHAPE.endpoints.items()
    }
    data = (arrays, {name: values.astype("float32") for name, values in targets.items()})
    network.compile(keras.optimizers.Adam(0.02), loss={k: AnsweredCrossEntropy() for k in targets})
    losses = [float(network.train_on_batch(*data)[0]) for _ in range(120)]
    assert losses[0] > 1
    assert losses[-1] < 0.05


def test_pathway_that_was_not_seen_says_nothing(network):
    arrays = arrays_of()
    arrays["gene_mask"][:, 4:] = False
    arrays["genes"][:, 4:] = 0
    before = predicted(network, arrays)
    tokens = network.get_layer("pathway_tokens")
    own = np.asarray(tokens.identity).copy()
    for pathway, same in ((1, True), (0, False)):
        changed = own.copy()
        changed[pathway] += 5
        tokens.identity.assign(changed)
        after = predicted(network, arrays)
        tokens.identity.assign(own)
        assert np.allclose(before["os"], after["os"], atol=1e-5) == same


def test_a_gene_that_was_not_callable_reads_as_the_average_patients():
    """Half of the patients carry in gene 2 what decides; of some it is not known."""
    keras.utils.set_random_seed(0)
    network = build_network(DESIGN, SHAPE, {"response": 0.0, "os": 0.0})
    # Arms average the genes that are left, so they are held at zero.
    for name in ("arm_gates", "arm_recurrence", "arm_recurrence_backwards"):
        layer = network.get_layer(name)
        layer.set_weights([np.zeros_like(weights) for weights in layer.get_weights()])
        layer.trainable = False
    carries, arrays = np.arange(400) % 2 == 0, arrays_of(400)
    for name, values in arrays.items():
        values[...] = name == "gene_mask"
    arrays["variant_gene"][:, 0] = 2
    arrays["variant_mask"][:, 0] = arrays["variants"][:, 0, 0] = carries
    targets = {k: np.zeros((400, 2, n, 2), "float32") for k, n in SHAPE.endpoints.items()}
    targets["response"][..., 0], targets["response"][..., 1] = carries[:, None, None], 1
    network.compile(keras.optimizers.Adam(0.01), loss={k: AnsweredCrossEntropy() for k in targets})
    network.fit(arrays, targets, epochs=10, verbose=0)
    asked = {name: values[[0, 1, 0, 1]] for name, values in arrays.items()}
    asked["gene_mask"][2:, 2] = False
    carrier, free, *unknown = predicted(network, asked)["response"][:, 0, 0]
    assert carrier - free > 3
    assert unknown[0] == pytest.approx(unknown[1], abs=1e-5)
    assert abs(unknown[0] - (carrier + free) / 2) < 0.2 * (carrier - free)
