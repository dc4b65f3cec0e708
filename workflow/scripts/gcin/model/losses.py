"""The losses of questions that only some patients answer."""

import keras
from keras import ops

from gcin.model.shape import ARM

# What the propensity head adds to the loss, as Keras names it; the mean over patients is exact,
# that of the loss of one output is not where batches differ in size (keras 3.15).
ADDED = "added"


@keras.saving.register_keras_serializable(package="gcin")
class AnsweredCrossEntropy(keras.losses.Loss):
    """Binary cross-entropy of logits over the questions that a patient has answered.

    Response is one question; survival in discrete time is one per interval ("does the event fall
    into it, once entered?"), and the sum over intervals is the negative log-likelihood of the
    hazards under censoring. A patient without any answer adds zero and gets no gradient.

    Call arguments:
        y_true: `(patients, arms, intervals, 2)`: answer, and weight (0 = not asked).
        y_pred: Logits, `(patients, arms, intervals)`.
    """

    def call(self, y_true, y_pred):
        answer, weight = y_true[..., 0], y_true[..., 1]
        entropy = ops.softplus(y_pred) - answer * y_pred
        return ops.sum(weight * entropy, axis=(1, 2))


@keras.saving.register_keras_serializable(package="gcin")
class AnsweredSquaredError(keras.losses.Loss):
    """Half the squared error of standardised amounts over the questions answered.

    It is the negative log-likelihood of an amount with an error of one standard deviation, so that
    a quantity weighs about as much as a yes-or-no question beside it.

    Call arguments:
        y_true: `(patients, arms, 1, 2)`: amount, and weight (0 = not asked).
        y_pred: Amounts, `(patients, arms, 1)`.
    """

    def call(self, y_true, y_pred):
        amount, weight = y_true[..., 0], y_true[..., 1]
        return ops.sum(weight * ops.square(y_pred - amount) / 2, axis=(1, 2))


@keras.saving.register_keras_serializable(package="gcin")
class MeasuredError(keras.losses.Loss):
    """Squared error of the values that were measured; a patient without any adds zero.

    Call arguments:
        y_true: `(patients, values, 2)`: value, and weight (0 = not measured).
        y_pred: `(patients, values)`.
    """

    def call(self, y_true, y_pred):
        return ops.sum(y_true[..., 1] * ops.square(y_true[..., 0] - y_pred), axis=1)


@keras.saving.register_keras_serializable(package="gcin")
class ReceivedCrossEntropy(keras.losses.Loss):
    """Cross-entropy of the arm that a patient received, over the arms.

    A patient whose arm is unknown adds zero and gets no gradient.

    Call arguments:
        y_true: `(patients, arms)`: weight in the arm received, zero in the others.
        y_pred: Logits, `(patients, arms)`.
    """

    def call(self, y_true, y_pred):
        return -ops.sum(y_true * ops.log_softmax(y_pred), axis=-1)


def added_entropy() -> keras.metrics.Metric:
    """Make the measure of what the propensity head adds to the loss."""
    return keras.metrics.MeanMetricWrapper(ReceivedCrossEntropy().call, name=ADDED)


def of_outcomes(losses: dict[str, float]) -> dict[str, float]:
    """Take what the propensity head adds off the losses, so that outcomes alone decide.

    Args:
        losses: As Keras reports them, of training patients and perhaps of others (`val_`).
    """
    for part in ("", "val_"):
        if f"{part}{ARM}_{ADDED}" in losses:
            losses[f"{part}{ARM}_loss"] = losses.pop(f"{part}{ARM}_{ADDED}")
            losses[f"{part}loss"] -= losses[f"{part}{ARM}_loss"]
    return losses
