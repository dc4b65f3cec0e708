"""Decoders of pre-training: from what a network makes of genomes back to features of genes.

They are thrown away once the layers before them have learnt.
"""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class ImpairmentDecoder(keras.layers.Layer):
    """Tell the features of each gene from its impairment, by the same weights for all genes.

    No weight is below zero: the features (counts of variants, their scores) grow with harm, and so
    must impairment, which nothing else would tell from its opposite.

    Args:
        features: Features of a gene.

    Call arguments:
        inputs: Impairments, `(patients, genes, channels)`.

    Returns:
        `(patients, genes * features)`, gene by gene.
    """

    def __init__(self, features, **kwargs):
        super().__init__(**kwargs)
        self.features = features

    def build(self, input_shape):
        channels = input_shape[-1]
        self.kernel = self.add_weight(
            (channels, self.features),
            keras.initializers.Constant(1 / channels),
            constraint=keras.constraints.NonNeg(),
            name="kernel",
        )
        self.bias = self.add_weight((self.features,), "zeros", name="bias")

    def call(self, inputs):
        told = ops.matmul(inputs, self.kernel) + self.bias
        return ops.reshape(told, (-1, inputs.shape[1] * self.features))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] * self.features)

    def get_config(self):
        return {**super().get_config(), "features": self.features}


@keras.saving.register_keras_serializable(package="gcin")
class Shrinkage(keras.constraints.Constraint):
    """After every step of training, move weights of either sign towards zero, where they stay.

    Args:
        step: How far.
    """

    def __init__(self, step):
        self.step = step

    def __call__(self, weights):
        return ops.sign(weights) * ops.maximum(ops.abs(weights) - self.step, 0)

    def get_config(self):
        return {"step": self.step}


@keras.saving.register_keras_serializable(package="gcin")
class GeneDecoder(keras.layers.Layer):
    """Tell the features of each gene from what is known of the patient and from its neighbours.

    At the start it tells nothing, which is as good as the mean of standardised features.

    Args:
        spread: Standard deviation of each feature of each gene, gene by gene; what is told is in
            its units, so that rare genes are not learnt by heart.
        features: Features of a gene.
        shrinkage: How far the weights of single genes move towards zero at each step of training:
            most genes follow from no other, and would be learnt by heart.
        rows: Row of each gene in the track; empty where there is none.
        kernel_genes: Genes under the kernel that reads neighbours, odd.

    Call arguments:
        code: What is known of the patient, `(patients, units)`.
        track: Genes along the genome, `(patients, rows, channels)`; hidden genes are zero.

    Returns:
        `(patients, genes * features)`, gene by gene.
    """

    def __init__(self, spread, features, shrinkage=0.0, rows=(), kernel_genes=1, **kwargs):
        super().__init__(**kwargs)
        self.spread = [float(value) for value in spread]
        self.features = features
        self.shrinkage = shrinkage
        self.rows = [int(row) for row in rows]
        self.kernel_genes = kernel_genes

    def build(self, code_shape, track_shape=None):
        self.loadings = self.add_weight(
            (code_shape[-1], len(self.spread)),
            "zeros",
            constraint=Shrinkage(self.shrinkage),
            name="loadings",
        )
        if self.rows:
            shape = (self.kernel_genes, track_shape[-1], self.features)
            self.neighbours = self.add_weight(shape, "zeros", name="neighbours")

    def call(self, code, track=None):
        told = ops.matmul(code, self.loadings)
        if self.rows:
            near = ops.conv(track, self.neighbours, padding="same")
            near = ops.take(near, np.array(self.rows, "int32"), axis=1)
            told = told + ops.reshape(near, (-1, len(self.spread)))
        return told * ops.convert_to_tensor(self.spread, dtype=told.dtype)

    def compute_output_shape(self, code_shape, track_shape=None):
        return (code_shape[0], len(self.spread))

    def get_config(self):
        own = {"spread": self.spread, "features": self.features, "shrinkage": self.shrinkage}
        near = {"rows": self.rows, "kernel_genes": self.kernel_genes}
        return {**super().get_config(), **own, **near}
