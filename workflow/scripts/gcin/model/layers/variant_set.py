"""From a patient's variants to impairments of genes."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class GenePool(keras.layers.Layer):
    """Pool the variants of each gene; their order and padding do not matter.

    Each channel of a variant is a real number whose softplus is its strength of impairment, zero
    or more. A gene without variants gets zero under every pooling.

    Args:
        genes: Number of genes.
        pooling: `soft_or` reads as the probability that the gene is impaired,
            `1 - exp(-sum of strengths)`; `max` is the strongest variant; `sum` the total.

    Call arguments:
        values: `(patients, variants, channels)`.
        gene: Number of each variant's gene, `(patients, variants)`.
        real: `(patients, variants)`, true where a variant is real.

    Returns:
        `(patients, genes, channels)`.
    """

    def __init__(self, genes, pooling="soft_or", **kwargs):
        super().__init__(**kwargs)
        if pooling not in ("soft_or", "max", "sum"):
            raise ValueError(f"pooling is soft_or, max or sum, not {pooling}.")
        self.genes = genes
        self.pooling = pooling

    def call(self, values, gene, real):
        patients, channels = ops.shape(values)[0], values.shape[-1]
        strength = ops.softplus(values) * ops.expand_dims(ops.cast(real, values.dtype), -1)
        first = ops.expand_dims(ops.arange(patients, dtype="int32") * self.genes, 1)
        segments = ops.reshape(ops.cast(gene, "int32") + first, (-1,))
        pool = ops.segment_max if self.pooling == "max" else ops.segment_sum
        rows = ops.reshape(strength, (-1, channels))
        pooled = ops.maximum(pool(rows, segments, num_segments=patients * self.genes), 0.0)
        pooled = ops.reshape(pooled, (-1, self.genes, channels))
        return 1 - ops.exp(-pooled) if self.pooling == "soft_or" else pooled

    def compute_output_shape(self, values_shape, gene_shape, real_shape):
        return (values_shape[0], self.genes, values_shape[-1])

    def get_config(self):
        return {**super().get_config(), "genes": self.genes, "pooling": self.pooling}
