"""The Genomic-Clinical Integrative Network."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
from keras import layers, ops

from gcin.model.layers.fusion import ArmHeads, Film, PatientToken
from gcin.model.layers.genome import ArmSummary, ChromosomeGaps, TrackConvolution
from gcin.model.layers.pathways import PathwayAttention, PathwayTokens
from gcin.model.layers.variant_set import GenePool
from gcin.model.pathways import Edges


@dataclass(frozen=True)
class Shape:
    """Sizes and orders that the data set, not the design, decides.

    Attributes:
        variants: Features of a variant; a set may have any number of rows.
        track: Features of a gene.
        clinical: Clinical columns.
        linear: Columns of the linear path.
        chromosomes: Chromosome of each gene, in genome order.
        chromosome_arms: Chromosome arm of each gene.
        edges: Membership of genes in pathways.
        arms: Number of treatment arms.
        endpoints: Endpoint to its number of intervals (1 for response).
    """

    variants: int
    track: int
    clinical: int
    linear: int
    chromosomes: list[str]
    chromosome_arms: list[str]
    edges: Edges
    arms: int
    endpoints: dict[str, int]


def build_network(design: Mapping, shape: Shape, linear_l2: Mapping[str, float]) -> keras.Model:
    """Build the network of a design for data of some shape.

    Args:
        design: Widths and rates, `model.network` of the configuration.
        shape: Sizes of the data.
        linear_l2: Endpoint to the penalty on the squared weights of its linear path.

    Returns:
        A model from the arrays of `network_arrays` to logits `(patients, arms, intervals)` of
        every endpoint: of response, or of the hazard in each interval.
    """
    inputs = _inputs(shape)
    present = ops.expand_dims(ops.cast(inputs["gene_mask"], "float32"), -1)
    genes = _genes(inputs, present, design, shape)
    clinical = _clinical(inputs["clinical"], design)
    genomic = layers.Concatenate(name="genomic")(
        [
            _pathways(genes, present, clinical, design, shape),
            _chromosomes(genes, present, design, shape),
        ]
    )
    fused = layers.Concatenate(name="fused")([Film(name="film")(genomic, clinical), clinical])
    trunk = layers.Dropout(design["dropout"], name="drop_fused")(fused)
    trunk = _dense(design["trunk_units"], design, "trunk")(trunk)
    trunk = layers.Dropout(design["dropout"], name="drop_trunk")(trunk)
    logits = {
        endpoint: _head(endpoint, trunk, inputs["linear"], design, shape, linear_l2[endpoint])
        for endpoint in shape.endpoints
    }
    return keras.Model(inputs, logits, name="gcin")


def attention_model(network: keras.Model) -> keras.Model:
    """Make a model of how much the patient's token looks at each, `(patients, heads, tokens)`.

    It is the attention of the last block; nothing else of that block reaches a prediction. The
    first token is the patient's own; the others are the pathways in order.
    """
    blocks = [layer for layer in network.layers if isinstance(layer, PathwayAttention)]
    return keras.Model(network.input, blocks[-1].output[1][:, :, 0], name="attention")


def _inputs(shape: Shape) -> dict[str, keras.KerasTensor]:
    genes = len(shape.chromosomes)
    sizes = {
        "variants": ((None, shape.variants), "float32"),
        "variant_gene": ((None,), "int32"),
        "variant_mask": ((None,), "bool"),
        "genes": ((genes, shape.track), "float32"),
        "gene_mask": ((genes,), "bool"),
        "clinical": ((shape.clinical,), "float32"),
        "linear": ((shape.linear,), "float32"),
    }
    return {
        name: keras.Input(size, dtype=dtype, name=name) for name, (size, dtype) in sizes.items()
    }


def _dense(units: int, design: Mapping, name: str) -> layers.Dense:
    penalty = keras.regularizers.L2(design["weight_decay"])
    return layers.Dense(units, activation="gelu", kernel_regularizer=penalty, name=name)


def _genes(inputs: dict, present: keras.KerasTensor, design: Mapping, shape: Shape) -> object:
    """Impairment by variants beside the gene features, whole genes dropped in training."""
    width = design["variant_channels"]
    encoded = _dense(2 * width, design, "variant_encoder_1")(inputs["variants"])
    # A strength near zero at the start: most variants impair nothing.
    strength = layers.Dense(
        width, bias_initializer=keras.initializers.Constant(-2.0), name="variant_encoder_2"
    )(encoded)
    pool = GenePool(len(shape.chromosomes), design["pooling"], name="gene_pool")
    pooled = pool(strength, inputs["variant_gene"], inputs["variant_mask"])
    genes = layers.Concatenate(name="gene_channels")([pooled, inputs["genes"]]) * present
    return layers.Dropout(
        design["gene_dropout"], noise_shape=(None, len(shape.chromosomes), 1), name="gene_dropout"
    )(genes)


def _pathways(
    genes: object, present: object, clinical: object, design: Mapping, shape: Shape
) -> object:
    """The patient's token after it has looked at the pathways."""
    edges, units = shape.edges, design["token_units"]
    tokens, seen = PathwayTokens(
        edges.gene, edges.pathway, len(edges.pathways), units, name="pathway_tokens"
    )(genes, present)
    own = layers.Dense(units, name="patient_embedding")(clinical)
    tokens, seen = PatientToken(name="patient_token")(own, tokens, seen)
    for number in range(1, design["attention_blocks"] + 1):
        block = PathwayAttention(
            design["attention_heads"],
            design["dropout"],
            first_only=number == design["attention_blocks"],
            name=f"pathway_attention_{number}",
        )
        tokens, _ = block(tokens, seen)
    return layers.LayerNormalization(name="patient_norm")(tokens[:, 0])


def _chromosomes(genes: object, present: object, design: Mapping, shape: Shape) -> object:
    """Convolution along the genome, then recurrence over the chromosome arms."""
    kernel = design["kernel_genes"]
    spread = ChromosomeGaps(shape.chromosomes, kernel // 2, name="genome")
    track, there = spread(genes), spread(present)
    for number in (1, 2):
        convolution = TrackConvolution(
            design["track_channels"], kernel, name=f"track_convolution_{number}"
        )
        track = convolution(track, there)
    rows = [
        shape.chromosome_arms[gene] if gene < len(shape.chromosomes) else ""
        for gene in spread.source
    ]
    arms = ArmSummary(rows, name="chromosome_arms")(track, there)
    recurrent = layers.GRU(design["recurrent_units"], name="arm_recurrence")
    if design["bidirectional"]:
        recurrent = layers.Bidirectional(recurrent, name="arms_both_ways")
    return recurrent(arms)


def _clinical(columns: object, design: Mapping) -> object:
    hidden = _dense(design["clinical_units"], design, "clinical_1")(columns)
    hidden = layers.Dropout(design["dropout"], name="drop_clinical")(hidden)
    return _dense(design["clinical_units"], design, "clinical_2")(hidden)


def _head(
    endpoint: str,
    trunk: object,
    columns: object,
    design: Mapping,
    shape: Shape,
    linear_l2: float,
) -> object:
    """Deep head per arm and interval, plus the linear path: one score for all intervals."""
    decay = design["weight_decay"]
    deep = ArmHeads(
        shape.arms, shape.endpoints[endpoint], decay, 4 * decay, name=f"deep_{endpoint}"
    )
    linear = ArmHeads(
        shape.arms,
        1,
        linear_l2,
        linear_l2 / design["arm_share"] ** 2,
        use_bias=False,
        name=f"linear_{endpoint}",
    )
    return layers.Add(name=endpoint)([deep(trunk), linear(columns)])
