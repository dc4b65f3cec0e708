"""The loss of questions that only some patients answer."""

import keras
from keras import ops


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
