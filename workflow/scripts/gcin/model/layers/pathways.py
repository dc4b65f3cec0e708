"""From genes to pathway tokens, and attention between the tokens."""

import keras
import numpy as np
from keras import ops

CERTAIN = 1 - 1e-6  # an impairment; of more, the logarithm of what is left is no number


def pool_pathways(values, gene, pathway, pathways, pooling):
    """Pool how far genes are impaired to how far each pathway is, as genes pool their variants.

    By soft OR a pathway is impaired as soon as one of its genes is, whichever that is, so that what
    any of eight genes does takes one weight and not eight.

    Args:
        values: Impairment of genes, `(patients, genes, channels)`; from 0 to 1 for `soft_or`.
        gene: Place of the gene, one per membership.
        pathway: Number of the pathway, one per membership.
        pathways: Number of pathways.
        pooling: `soft_or`, `max` or `sum`.

    Returns:
        `(patients, pathways, channels)`.
    """
    if pooling == "soft_or":
        values = -ops.log1p(-ops.minimum(values, CERTAIN))
    channels, gene, pathway = values.shape[-1], np.array(gene), np.array(pathway)
    rows = ops.transpose(ops.take(values, gene.astype("int32"), axis=1), (1, 0, 2))
    pool = ops.segment_max if pooling == "max" else ops.segment_sum
    rows = ops.reshape(rows, (len(gene), -1))
    pooled = pool(rows, pathway.astype("int32"), num_segments=pathways)
    pooled = ops.transpose(ops.reshape(pooled, (pathways, -1, channels)), (1, 0, 2))
    return 1 - ops.exp(-pooled) if pooling == "soft_or" else pooled


@keras.saving.register_keras_serializable(package="gcin")
class PathwayStates(keras.layers.Layer):
    """Say how far each pathway is impaired, as standardised columns.

    Args:
        gene: Place of the gene, one per membership.
        pathway: Number of the pathway, one per membership.
        pathways: Number of pathways.
        pooling: `soft_or`, `max` or `sum`.
        unseen: What stands for a gene that is not callable, `(genes, channels)`.
        mean: Of each pathway and channel, `(pathways, channels)`.
        scale: Standard deviation of the same.

    Call arguments:
        inputs: Impairment of genes, `(patients, genes, channels)`.
        present: `(patients, genes, 1)`, one where a gene is callable.

    Returns:
        `(patients, pathways x channels)`, pathway by pathway.
    """

    def __init__(self, gene, pathway, pathways, pooling, unseen, mean, scale, **kwargs):
        super().__init__(**kwargs)
        self.gene = [int(place) for place in gene]
        self.pathway = [int(number) for number in pathway]
        self.pathways = pathways
        self.pooling = pooling
        self.unseen, self.mean, self.scale = unseen, mean, scale

    def call(self, inputs, present):
        unseen, mean, scale = (
            ops.convert_to_tensor(np.array(values, "float32"), dtype=inputs.dtype)
            for values in (self.unseen, self.mean, self.scale)
        )
        present = ops.cast(present, inputs.dtype)
        inputs = inputs * present + unseen * (1 - present)
        pooled = pool_pathways(inputs, self.gene, self.pathway, self.pathways, self.pooling)
        return ops.reshape((pooled - mean) / scale, (-1, np.size(self.mean)))

    def compute_output_shape(self, inputs_shape, present_shape):
        return (inputs_shape[0], int(np.size(self.mean)))

    def get_config(self):
        edges = {"gene": self.gene, "pathway": self.pathway, "pathways": self.pathways}
        fitted = {"unseen": self.unseen, "mean": self.mean, "scale": self.scale}
        return {**super().get_config(), **edges, "pooling": self.pooling, **fitted}


@keras.saving.register_keras_serializable(package="gcin")
class PathwayTokens(keras.layers.Layer):
    """Read the genes of each pathway with weights of its own, one per membership, channel and unit.

    A gene reaches only the pathways that it belongs to, and the units of a token can tell which of
    its genes are altered together. Each pathway adds a vector of its own, which tells tokens apart.

    Args:
        gene: Place of the gene, one per membership.
        pathway: Number of the pathway, one per membership.
        pathways: Number of pathways.
        units: Width of a token.
        edge_decay: Penalty on the squared weights of the memberships.

    Call arguments:
        inputs: `(patients, genes, channels)`, zero where a gene is not callable.
        present: `(patients, genes, 1)`, one where a gene is callable.

    Returns:
        Tokens `(patients, pathways, units)` and `(patients, pathways)`, true where at least one
        gene of the pathway is callable.
    """

    def __init__(self, gene, pathway, pathways, units, edge_decay=0.0, **kwargs):
        super().__init__(**kwargs)
        self.gene = [int(place) for place in gene]
        self.pathway = [int(number) for number in pathway]
        self.pathways = pathways
        self.units = units
        self.edge_decay = edge_decay

    def build(self, inputs_shape, present_shape):
        penalty = keras.regularizers.L2(self.edge_decay) if self.edge_decay else None
        self.edges = self.add_weight(
            (len(self.gene), inputs_shape[-1] * self.units),
            keras.initializers.RandomNormal(stddev=0.3),
            regularizer=penalty,
            name="edges",
        )
        self.identity = self.add_weight(
            (self.pathways, self.units),
            keras.initializers.RandomNormal(stddev=0.3),
            name="identity",
        )

    def call(self, inputs, present):
        genes, channels = inputs.shape[1:]
        # One matrix (pathways x genes) per channel and unit: products of matrices cost a fraction
        # of what gathering a row per membership and patient does, above all backwards.
        place = np.array(self.gene) * self.pathways + np.array(self.pathway)
        cells = self.pathways * genes
        weights = ops.segment_sum(self.edges, place.astype("int32"), num_segments=cells)
        weights = ops.reshape(weights, (genes, self.pathways, channels, self.units))
        weights = ops.reshape(ops.transpose(weights, (0, 2, 1, 3)), (genes * channels, -1))
        summed = ops.matmul(ops.reshape(inputs, (-1, genes * channels)), weights)
        summed = ops.reshape(summed, (-1, self.pathways, self.units))
        member = np.bincount(place, minlength=cells).reshape(genes, self.pathways) > 0
        members = ops.convert_to_tensor(member.astype("float32"), dtype=inputs.dtype)
        seen = ops.matmul(ops.cast(present, inputs.dtype)[..., 0], members)
        return ops.gelu(summed + self.identity), seen > 0

    def compute_output_spec(self, inputs, present):
        shape = (inputs.shape[0], self.pathways)
        return (
            keras.KerasTensor((*shape, self.units), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        edges = {"gene": self.gene, "pathway": self.pathway, "edge_decay": self.edge_decay}
        return {**super().get_config(), **edges, "pathways": self.pathways, "units": self.units}


@keras.saving.register_keras_serializable(package="gcin")
class SeenMean(keras.layers.Layer):
    """Average the tokens that are seen; zero where none is.

    Call arguments:
        tokens: `(patients, tokens, units)`.
        seen: `(patients, tokens)`.

    Returns:
        `(patients, units)`.
    """

    def call(self, tokens, seen):
        weight = ops.expand_dims(ops.cast(seen, tokens.dtype), -1)
        return ops.sum(tokens * weight, axis=1) / ops.maximum(ops.sum(weight, axis=1), 1.0)

    def compute_output_shape(self, tokens_shape, seen_shape):
        return (tokens_shape[0], tokens_shape[2])


@keras.saving.register_keras_serializable(package="gcin")
class PathwayAttention(keras.layers.Layer):
    """Let tokens look at one another: one transformer block, normalised before each half.

    Args:
        heads: Attention heads; must divide the width of a token.
        dropout: Share of activations dropped in training.
        first_only: Whether only the first token looks, which is all that the last block is asked
            for; its answer is the same, at a fraction of the cost.

    Call arguments:
        tokens: `(patients, tokens, units)`; the first token is the patient's own.
        seen: `(patients, tokens)`, false where a token says nothing and is not looked at.

    Returns:
        Tokens that looked, `(patients, lookers, units)`, and attention `(patients, heads, lookers,
        tokens)`: row by row, how much a token looks at the others; rows sum to one.
    """

    def __init__(self, heads, dropout=0.0, first_only=False, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.dropout = dropout
        self.first_only = first_only

    def build(self, tokens_shape, seen_shape):
        units, policy = tokens_shape[-1], self.dtype_policy
        self.attention = keras.layers.MultiHeadAttention(
            self.heads, units // self.heads, dropout=self.dropout, dtype=policy, name="attention"
        )
        self.norms = [keras.layers.LayerNormalization(dtype=policy) for _ in range(2)]
        self.wide = keras.layers.Dense(2 * units, activation="gelu", dtype=policy, name="wide")
        self.narrow = keras.layers.Dense(units, dtype=policy, name="narrow")
        self.drop = keras.layers.Dropout(self.dropout, dtype=policy)
        lookers = self._lookers(tokens_shape)
        self.attention.build(lookers, tokens_shape)
        for norm, shape in zip(self.norms, (tokens_shape, lookers), strict=True):
            norm.build(shape)
        self.wide.build(lookers)
        self.narrow.build((*lookers[:-1], 2 * units))

    def _lookers(self, shape):
        return (shape[0], 1 if self.first_only else shape[1], shape[2])

    def call(self, tokens, seen, training=None):
        normal = self.norms[0](tokens)
        last = 1 if self.first_only else None
        looked, scores = self.attention(
            normal[:, :last],
            normal,
            attention_mask=ops.expand_dims(seen, 1),
            return_attention_scores=True,
            training=training,
        )
        tokens = tokens[:, :last] + self.drop(looked, training=training)
        change = self.narrow(self.wide(self.norms[1](tokens)))
        return tokens + self.drop(change, training=training), scores

    def compute_output_spec(self, tokens, seen, training=None):
        looked = self._lookers(tokens.shape)
        scores = (looked[0], self.heads, looked[1], tokens.shape[1])
        return (
            keras.KerasTensor(looked, dtype=self.compute_dtype),
            keras.KerasTensor(scores, dtype=self.compute_dtype),
        )

    def get_config(self):
        own = {"heads": self.heads, "dropout": self.dropout, "first_only": self.first_only}
        return {**super().get_config(), **own}
