"""From impairments of genes to what pathways show of them."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class PathwayReadout(keras.layers.Layer):
    """Read out of each pathway how far its genes are impaired, on a scale of its own.

    Args:
        members: Pathways x genes, one where a gene belongs to a pathway, else zero.

    Call arguments:
        inputs: Impairments, `(patients, genes, channels)`.

    Returns:
        `(patients, pathways)`.
    """

    def __init__(self, members, **kwargs):
        super().__init__(**kwargs)
        self.members = members

    def build(self, input_shape):
        shape = (len(self.members),)
        # Half of what is standardised: harm lies above the mean, and more harm further above it.
        self.scale = self.add_weight(shape, keras.initializers.Constant(0.5), name="scale")
        self.level = self.add_weight(shape, "zeros", name="level")

    def call(self, inputs):
        members = np.array(self.members, "float32")
        members /= np.sqrt(np.maximum(members.sum(axis=1, keepdims=True), 1))
        weights = ops.convert_to_tensor(members.T, dtype=inputs.dtype)
        return ops.matmul(ops.mean(inputs, axis=-1), weights) * self.scale + self.level

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.members))

    def get_config(self):
        return {**super().get_config(), "members": self.members}
