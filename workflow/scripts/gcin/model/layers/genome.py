"""Genes along the genome: what was not callable, gaps, convolution, arms and their recurrence."""

import keras
import numpy as np
from keras import ops

FEWEST_SEEN = 1e-6  # patients, by weight: below it there is no mean


@keras.saving.register_keras_serializable(package="gcin")
class MeanWhereUnseen(keras.layers.Layer):
    """Read genes that are not callable as the average patient's, neither as whole nor as impaired.

    The average is of the patients trained on in whom the gene is callable, later batches counting
    more, since what the layers before say of a gene moves with training. It is zero where no
    batch had the gene.

    Args:
        memory: Weight of what came before at each step of training.

    Call arguments:
        inputs: `(patients, genes, channels)`.
        present: `(patients, genes, 1)`, one where a gene is callable.

    Returns:
        `(patients, genes, channels)`.
    """

    def __init__(self, memory=0.95, **kwargs):
        super().__init__(**kwargs)
        self.memory = memory

    def build(self, inputs_shape, present_shape):
        genes, channels = inputs_shape[1:]
        self.total = self.add_weight((genes, channels), "zeros", trainable=False, name="total")
        self.count = self.add_weight((genes, 1), "zeros", trainable=False, name="count")

    def call(self, inputs, present, training=None):
        mean = self.total / ops.maximum(self.count, FEWEST_SEEN)
        if training:
            for kept, seen in ((self.total, inputs * present), (self.count, present)):
                kept.assign(self.memory * kept + ops.sum(ops.stop_gradient(seen), axis=0))
        return inputs * present + mean * (1 - present)

    def compute_output_shape(self, inputs_shape, present_shape):
        return inputs_shape

    def get_config(self):
        return {**super().get_config(), "memory": self.memory}


@keras.saving.register_keras_serializable(package="gcin")
class ChromosomeGaps(keras.layers.Layer):
    """Lay genes along the genome with rows of zeros wherever the chromosome changes.

    Args:
        chromosomes: Chromosome of each gene, genes in genome order.
        gap: Rows between chromosomes; half a kernel keeps a convolution from crossing.

    Call arguments:
        inputs: `(patients, genes, channels)`.

    Returns:
        `(patients, rows, channels)`, rows being genes and gaps.
    """

    def __init__(self, chromosomes, gap, **kwargs):
        super().__init__(**kwargs)
        self.chromosomes = [str(name) for name in chromosomes]
        self.gap = gap

    @property
    def source(self):
        """Gene of each row; the number of genes stands for a gap."""
        genes, rows = len(self.chromosomes), []
        for gene, name in enumerate(self.chromosomes):
            if gene and name != self.chromosomes[gene - 1]:
                rows += [genes] * self.gap
            rows.append(gene)
        return rows

    def call(self, inputs):
        padded = ops.pad(inputs, ((0, 0), (0, 1), (0, 0)))
        return ops.take(padded, np.array(self.source, dtype="int32"), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.source), input_shape[2])

    def get_config(self):
        own = {"chromosomes": self.chromosomes, "gap": self.gap}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="gcin")
class TrackConvolution(keras.layers.Layer):
    """Convolve along the genome; masked rows give nothing and receive nothing.

    Args:
        filters: Channels out.
        kernel_size: Rows under the kernel, odd.

    Call arguments:
        inputs: `(patients, rows, channels)`.
        present: `(patients, rows, 1)`, one where a gene is callable, zero elsewhere.

    Returns:
        `(patients, rows, filters)`, zero where not present.
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.convolution = keras.layers.Conv1D(
            filters, kernel_size, padding="same", activation="gelu", dtype=self.dtype_policy
        )

    def build(self, inputs_shape, present_shape):
        self.convolution.build(inputs_shape)

    def call(self, inputs, present):
        return self.convolution(inputs * present) * present

    def compute_output_shape(self, inputs_shape, present_shape):
        return (*inputs_shape[:2], self.filters)

    def get_config(self):
        own = {"filters": self.filters, "kernel_size": self.kernel_size}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="gcin")
class ArmSummary(keras.layers.Layer):
    """Average the callable genes of each chromosome arm.

    Args:
        arms: Name of the chromosome arm of each row, in genome order; empty for a gap.

    Call arguments:
        inputs: `(patients, rows, channels)`.
        present: `(patients, rows, 1)`, one where a gene is callable.

    Returns:
        `(patients, arms, channels + 1)` in genome order; the last channel is the share of the
        arm's genes that are callable, so an arm of zeros differs from an arm not seen.
    """

    def __init__(self, arms, **kwargs):
        super().__init__(**kwargs)
        self.arms = [str(name) for name in arms]

    @property
    def names(self):
        """Arms in the order in which they come."""
        return [name for name in dict.fromkeys(self.arms) if name]

    def call(self, inputs, present):
        member = np.array(self.names)[:, None] == np.array(self.arms)
        members = ops.convert_to_tensor(member.astype("float32"), dtype=inputs.dtype)
        total = ops.matmul(members, inputs * present)
        count = ops.matmul(members, ops.cast(present, inputs.dtype))
        size = ops.expand_dims(ops.sum(members, axis=1), -1)
        return ops.concatenate([total / ops.maximum(count, 1.0), count / size], axis=-1)

    def compute_output_shape(self, inputs_shape, present_shape):
        return (inputs_shape[0], len(self.names), inputs_shape[2] + 1)

    def get_config(self):
        return {**super().get_config(), "arms": self.arms}


@keras.saving.register_keras_serializable(package="gcin")
class GatedRecurrence(keras.layers.Layer):
    """Read chromosome arms one after the other, and say what state is left at the end.

    Each arm moves every unit of the state towards what it shows, as far as a gate lets it. Gate and
    candidate read the arm alone and not the state before (a minimal gated recurrent unit: Feng et
    al. 2024, arXiv:2410.01201), so the last state is a sum over arms, and no loop is needed: a GRU
    in one took half the time of training.

    Args:
        units: Width of the state.
        backwards: Whether the arms are read from the last to the first.
        decay: Penalty on the squared weights.

    Call arguments:
        inputs: `(patients, arms, channels)`.

    Returns:
        `(patients, units)`, within -1 and 1.
    """

    def __init__(self, units, backwards=False, decay=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.backwards = backwards
        self.decay = decay

    def build(self, input_shape):
        self.kernel = self.add_weight(
            (input_shape[-1], 2 * self.units),
            "glorot_uniform",
            regularizer=keras.regularizers.L2(self.decay) if self.decay else None,
            name="kernel",
        )
        self.bias = self.add_weight((2 * self.units,), "zeros", name="bias")

    def call(self, inputs):
        gate, candidate = ops.split(ops.matmul(inputs, self.kernel) + self.bias, 2, axis=-1)
        kept = ops.log_sigmoid(-gate)
        through = ops.cumsum(kept, axis=1)
        # What is left of each arm once all that are read after it have had their say.
        later = through - kept if self.backwards else through[:, -1:] - through
        return ops.sum(ops.exp(later) * ops.sigmoid(gate) * ops.tanh(candidate), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        own = {"units": self.units, "backwards": self.backwards, "decay": self.decay}
        return {**super().get_config(), **own}
