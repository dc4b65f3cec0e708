"""Which treatment arm a patient received, told from what the network made of the patient."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class PropensityHead(keras.layers.Layer):
    """A linear score per treatment arm; their softmax is the chance that it was given.

    All weights begin at zero: every arm is as likely until something has been learnt.

    Args:
        arms: Number of treatment arms.
        l2: Penalty on the squared weights of the kernel.

    Call arguments:
        inputs: `(patients, features)`.

    Returns:
        Logits, `(patients, arms)`.
    """

    def __init__(self, arms, l2=0.0, **kwargs):
        super().__init__(**kwargs)
        self.arms = arms
        self.l2 = l2

    def build(self, input_shape):
        self.kernel = self.add_weight(
            (input_shape[-1], self.arms),
            "zeros",
            regularizer=keras.regularizers.L2(self.l2),
            name="kernel",
        )
        self.bias = self.add_weight((self.arms,), "zeros", name="bias")

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel) + self.bias

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.arms)

    def get_config(self):
        return {**super().get_config(), "arms": self.arms, "l2": self.l2}
