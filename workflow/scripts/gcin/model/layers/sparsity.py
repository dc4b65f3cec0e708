"""Gates that close: few genes matter, and the others must not be learnt by heart."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class SoftThreshold(keras.constraints.Constraint):
    """After every step of training, move weights towards zero, where they stay.

    Beside gradient steps it is the proximal step of an L1 penalty on weights of zero or more
    (Parikh and Boyd 2014, section 6.5.2): unlike the penalty itself, it reaches zero.

    Args:
        step: How far.
    """

    def __init__(self, step):
        self.step = step

    def __call__(self, weights):
        return ops.maximum(weights - self.step, 0)

    def get_config(self):
        return {"step": self.step}


@keras.saving.register_keras_serializable(package="gcin")
class SparseGates(keras.layers.Layer):
    """Multiply every input by a gate of its own, zero or more, that closes unless it is of use.

    Args:
        step: How far a gate closes at each step of training; 0 leaves all to the gradient.
        start: Gates at the start; small, so that what follows begins by saying little.

    Call arguments:
        inputs: First axis patients.

    Returns:
        The same shape.
    """

    def __init__(self, step, start=0.1, **kwargs):
        super().__init__(**kwargs)
        self.step = step
        self.start = start

    def build(self, input_shape):
        self.gates = self.add_weight(
            input_shape[1:],
            keras.initializers.Constant(self.start),
            constraint=SoftThreshold(self.step),
            name="gates",
        )

    def call(self, inputs):
        return inputs * self.gates

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "step": self.step, "start": self.start}
