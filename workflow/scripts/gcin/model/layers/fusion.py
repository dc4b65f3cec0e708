"""Where the genomic and the clinical half meet, and where treatment arms part."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="gcin")
class Film(keras.layers.Layer):
    """Let clinical facts scale and shift what the genome says (feature-wise linear modulation).

    At the start it changes nothing: the weights of scale and shift begin at zero.

    Call arguments:
        inputs: What is modulated, `(patients, channels)`.
        condition: What modulates, `(patients, features)`.

    Returns:
        `(patients, channels)`.
    """

    def build(self, inputs_shape, condition_shape):
        shape = (condition_shape[-1], inputs_shape[-1])
        self.scale = self.add_weight(shape, "zeros", name="scale")
        self.shift = self.add_weight(shape, "zeros", name="shift")

    def call(self, inputs, condition):
        scaled = inputs * (1 + ops.matmul(condition, self.scale))
        return scaled + ops.matmul(condition, self.shift)

    def compute_output_shape(self, inputs_shape, condition_shape):
        return inputs_shape


@keras.saving.register_keras_serializable(package="gcin")
class ArmHeads(keras.layers.Layer):
    """A linear head per treatment arm: one kernel for all arms plus a smaller one for each.

    All weights begin at zero, so a head says nothing until it has learnt something.

    Args:
        arms: Number of treatment arms.
        units: Numbers out per arm.
        shared_l2: Penalty on the squared weights of the kernel of all arms.
        arm_l2: Penalty on the squared weights of each arm's own kernel.
        use_bias: Whether each arm adds a number of its own.

    Call arguments:
        inputs: `(patients, features)`.

    Returns:
        `(patients, arms, units)`.
    """

    def __init__(self, arms, units, shared_l2=0.0, arm_l2=0.0, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.arms = arms
        self.units = units
        self.shared_l2 = shared_l2
        self.arm_l2 = arm_l2
        self.use_bias = use_bias

    def build(self, input_shape):
        features = input_shape[-1]
        self.shared = self.add_weight(
            (features, self.units),
            "zeros",
            regularizer=keras.regularizers.L2(self.shared_l2),
            name="shared",
        )
        self.own = self.bias = None
        if self.arms > 1:
            self.own = self.add_weight(
                (self.arms, features, self.units),
                "zeros",
                regularizer=keras.regularizers.L2(self.arm_l2),
                name="own",
            )
        if self.use_bias:
            self.bias = self.add_weight((self.arms, self.units), "zeros", name="bias")

    def call(self, inputs):
        scores = ops.expand_dims(ops.matmul(inputs, self.shared), 1)
        scores = ops.repeat(scores, self.arms, axis=1)
        if self.own is not None:
            scores = scores + ops.einsum("pf,afu->pau", inputs, self.own)
        return scores if self.bias is None else scores + self.bias

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.arms, self.units)

    def get_config(self):
        own = {"arms": self.arms, "units": self.units, "use_bias": self.use_bias}
        penalties = {"shared_l2": self.shared_l2, "arm_l2": self.arm_l2}
        return {**super().get_config(), **own, **penalties}


@keras.saving.register_keras_serializable(package="gcin")
class PatientToken(keras.layers.Layer):
    """Put the patient's own token, made from clinical facts, before the pathway tokens.

    Call arguments:
        own: `(patients, units)`.
        tokens: `(patients, tokens, units)`.
        seen: `(patients, tokens)`.

    Returns:
        Tokens `(patients, 1 + tokens, units)` and `(patients, 1 + tokens)`, the first seen.
    """

    def call(self, own, tokens, seen):
        first = ops.expand_dims(own, 1)
        always = ops.ones_like(seen[:, :1])
        return ops.concatenate([first, tokens], axis=1), ops.concatenate([always, seen], axis=1)

    def compute_output_spec(self, own, tokens, seen):
        patients, count, units = tokens.shape
        return (
            keras.KerasTensor((patients, count + 1, units), dtype=self.compute_dtype),
            keras.KerasTensor((patients, count + 1), dtype="bool"),
        )


@keras.saving.register_keras_serializable(package="gcin")
class ModalityDropout(keras.layers.Layer):
    """Hide a whole modality of some patients in training, as if it had not been measured.

    Args:
        rate: Share of patients from whom it is hidden.

    Call arguments:
        inputs: First axis patients; zero says that nothing is known.

    Returns:
        The same shape. What is left is not scaled: it may be a mask.
    """

    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs, training=None):
        if not training:
            return inputs
        shape = (ops.shape(inputs)[0], *[1] * (len(inputs.shape) - 1))
        chance = keras.random.uniform(shape, seed=self.seed_generator)
        return inputs * ops.cast(chance >= self.rate, inputs.dtype)

    def compute_output_shape(self, inputs_shape):
        return inputs_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
