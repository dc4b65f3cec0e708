"""From genes to pathway tokens, and attention between the tokens."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class PathwayTokens(keras.layers.Layer):
    """Sum the genes of each pathway, with one weight per membership and channel.

    A gene reaches only the pathways that it belongs to. Sums are divided by the square root of
    the pathway's size; each pathway adds a vector of its own, which tells tokens apart.

    Args:
        gene: Place of the gene, one per membership.
        pathway: Number of the pathway, one per membership.
        pathways: Number of pathways.
        units: Width of a token.

    Call arguments:
        inputs: `(patients, genes, channels)`, zero where a gene is not callable.
        present: `(patients, genes, 1)`, one where a gene is callable.

    Returns:
        Tokens `(patients, pathways, units)` and `(patients, pathways)`, true where at least one
        gene of the pathway is callable.
    """

    def __init__(self, gene, pathway, pathways, units, **kwargs):
        super().__init__(**kwargs)
        self.gene = [int(place) for place in gene]
        self.pathway = [int(number) for number in pathway]
        self.pathways = pathways
        self.units = units

    def build(self, inputs_shape, present_shape):
        channels = inputs_shape[-1]
        self.edges = self.add_weight((len(self.gene), channels), "ones", name="edges")
        self.projection = self.add_weight(
            (channels, self.units), "glorot_uniform", name="projection"
        )
        self.identity = self.add_weight(
            (self.pathways, self.units),
            keras.initializers.RandomNormal(stddev=0.05),
            name="identity",
        )

    def call(self, inputs, present):
        member = np.eye(self.pathways, dtype="float32")[:, self.pathway]
        members = ops.convert_to_tensor(member, dtype=inputs.dtype)
        genes = np.array(self.gene, dtype="int32")
        summed = ops.matmul(members, ops.take(inputs, genes, axis=1) * self.edges)
        size = ops.expand_dims(ops.sum(members, axis=1), -1)
        seen = ops.matmul(members, ops.cast(ops.take(present, genes, axis=1), inputs.dtype))
        tokens = ops.matmul(summed / ops.sqrt(size), self.projection) + self.identity
        return tokens, ops.squeeze(seen, -1) > 0

    def compute_output_spec(self, inputs, present):
        shape = (inputs.shape[0], self.pathways)
        return (
            keras.KerasTensor((*shape, self.units), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        own = {"gene": self.gene, "pathway": self.pathway}
        return {**super().get_config(), **own, "pathways": self.pathways, "units": self.units}


@keras.saving.register_keras_serializable(package="gcin")
class PathwayAttention(keras.layers.Layer):
    """Let tokens look at one another: one transformer block, normalised before each half.

    Args:
        heads: Attention heads; must divide the width of a token.
        dropout: Share of activations dropped in training.

    Call arguments:
        tokens: `(patients, tokens, units)`; the first token is the patient's own.
        seen: `(patients, tokens)`, false where a token says nothing and is not looked at.

    Returns:
        Tokens of the same shape, and attention `(patients, heads, tokens, tokens)`: row by row,
        how much each token looks at the others; rows sum to one.
    """

    def __init__(self, heads, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.dropout = dropout

    def build(self, tokens_shape, seen_shape):
        units, policy = tokens_shape[-1], self.dtype_policy
        self.attention = keras.layers.MultiHeadAttention(
            self.heads, units // self.heads, dropout=self.dropout, dtype=policy, name="attention"
        )
        self.norms = [keras.layers.LayerNormalization(dtype=policy) for _ in range(2)]
        self.wide = keras.layers.Dense(2 * units, activation="gelu", dtype=policy, name="wide")
        self.narrow = keras.layers.Dense(units, dtype=policy, name="narrow")
        self.drop = keras.layers.Dropout(self.dropout, dtype=policy)
        self.attention.build(tokens_shape, tokens_shape)
        for norm in self.norms:
            norm.build(tokens_shape)
        self.wide.build(tokens_shape)
        self.narrow.build((*tokens_shape[:-1], 2 * units))

    def call(self, tokens, seen, training=None):
        normal = self.norms[0](tokens)
        looked, scores = self.attention(
            normal,
            normal,
            attention_mask=ops.expand_dims(seen, 1),
            return_attention_scores=True,
            training=training,
        )
        tokens = tokens + self.drop(looked, training=training)
        change = self.narrow(self.wide(self.norms[1](tokens)))
        return tokens + self.drop(change, training=training), scores

    def compute_output_spec(self, tokens, seen, training=None):
        patients, count, _ = tokens.shape
        scores = (patients, self.heads, count, count)
        return (
            keras.KerasTensor(tokens.shape, dtype=self.compute_dtype),
            keras.KerasTensor(scores, dtype=self.compute_dtype),
        )

    def get_config(self):
        return {**super().get_config(), "heads": self.heads, "dropout": self.dropout}
