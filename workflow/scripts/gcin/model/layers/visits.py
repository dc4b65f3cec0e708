"""Visits before treatment, read in their order, with a memory that fades between them."""

import keras
import numpy as np
from keras import ops

# Months in which a unit forgets half, at the start: the first unit's, and the last one's.
FASTEST, SLOWEST = 0.5, 24.0
# Gates start nearly shut (an eighth open), so that a few later visits do not wipe out a trend.
SHUT = -2.0


@keras.saving.register_keras_serializable(package="gcin")
class VisitRecurrence(keras.layers.Layer):
    """Read a patient's visits from the earliest on, and say what is remembered of them on day 0.

    Each visit moves every unit of the state towards what it shows, as far as a gate lets it; from
    visit to visit, and from the last one to day 0, the unit fades by a learnt share per month (the
    decay of GRU-D: Che et al. 2018, doi:10.1038/s41598-018-24271-9). Units begin with half-lives
    from weeks to years, so that recent values stand beside old ones. Gate and candidate read the
    visit alone, so the last state is a sum over visits, as in `GatedRecurrence`; a trend would be
    a difference of such sums, which is learnt slowly, and changes are therefore read as well.

    What was not measured is masked, and a visit without a measurement is padding: neither changes
    anything. A patient without visits has a state of zero.

    Args:
        units: Width of the state.
        decay: Penalty on the squared weights.

    Call arguments:
        values: `(patients, visits, names)`, the earliest visit first.
        changes: The same shape, what has changed since the name was measured before.
        seen: The same shape, one where measured, zero elsewhere.
        months: `(patients, visits)`, from each visit to day 0.

    Returns:
        `(patients, units)`, within -1 and 1.
    """

    def __init__(self, units, decay=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.decay = decay

    def build(self, values_shape, changes_shape, seen_shape, months_shape):
        self.kernel = self.add_weight(
            (3 * values_shape[-1], 2 * self.units),
            "glorot_uniform",
            regularizer=keras.regularizers.L2(self.decay) if self.decay else None,
            name="kernel",
        )
        start = np.repeat([SHUT, 0.0], self.units)
        self.bias = self.add_weight(
            (2 * self.units,), lambda shape, dtype: start.astype(dtype), name="bias"
        )
        rates = np.log(2) / np.geomspace(FASTEST, SLOWEST, self.units)
        # The inverse of the softplus that keeps rates above zero.
        self.fading = self.add_weight(
            (self.units,), lambda shape, dtype: np.log(np.expm1(rates)).astype(dtype), name="fading"
        )

    def call(self, values, changes, seen, months):
        told = ops.concatenate([values * seen, changes * seen, seen], axis=-1)
        gate, candidate = ops.split(ops.matmul(told, self.kernel) + self.bias, 2, axis=-1)
        real = ops.max(seen, axis=-1, keepdims=True)
        kept = ops.log_sigmoid(-gate) * real
        through = ops.cumsum(kept, axis=1)
        # What later visits leave of each, and what time does.
        left = through[:, -1:] - through - ops.softplus(self.fading) * ops.expand_dims(months, -1)
        return ops.sum(ops.exp(left) * ops.sigmoid(gate) * ops.tanh(candidate) * real, axis=1)

    def compute_output_shape(self, values_shape, changes_shape, seen_shape, months_shape):
        return (values_shape[0], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "decay": self.decay}
