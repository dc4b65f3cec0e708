"""From tables of omics to tokens beside the pathways'."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class OmicsTokens(keras.layers.Layer):
    """Make one token of each table of omics: a linear map of its columns, and a vector of its own.

    Args:
        widths: Columns of each table, which stand side by side in this order.
        units: Width of a token.
        decay: Penalty on the squared weights.

    Call arguments:
        inputs: `(patients, columns)`, zero where a table was not measured.
        present: `(patients, tables)`, one where it was.

    Returns:
        Tokens `(patients, tables, units)`, zero where a table was not measured, and
        `(patients, tables)`, true where it was.
    """

    def __init__(self, widths, units, decay=0.0, **kwargs):
        super().__init__(**kwargs)
        self.widths = [int(width) for width in widths]
        self.units = units
        self.decay = decay

    def build(self, inputs_shape, present_shape):
        penalty = keras.regularizers.L2(self.decay) if self.decay else None
        self.kernel = self.add_weight(
            (inputs_shape[-1], self.units), "glorot_uniform", regularizer=penalty, name="kernel"
        )
        self.identity = self.add_weight(
            (len(self.widths), self.units),
            keras.initializers.RandomNormal(stddev=0.05),
            name="identity",
        )

    def call(self, inputs, present):
        table = np.repeat(np.arange(len(self.widths)), self.widths)
        member = (table == np.arange(len(self.widths))[:, None]).astype("float32")
        columns = ops.expand_dims(inputs, 1) * ops.convert_to_tensor(member, dtype=inputs.dtype)
        present = ops.cast(present, inputs.dtype)
        tokens = ops.matmul(columns, self.kernel) + self.identity
        return tokens * ops.expand_dims(present, -1), present > 0

    def compute_output_spec(self, inputs, present):
        shape = (inputs.shape[0], len(self.widths))
        return (
            keras.KerasTensor((*shape, self.units), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        own = {"widths": self.widths, "units": self.units, "decay": self.decay}
        return {**super().get_config(), **own}
