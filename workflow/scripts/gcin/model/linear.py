"""Penalised linear models of response and of hazards, one set of weights per treatment arm.

Response is a logistic regression. Survival is a logistic regression of the hazard in discrete
time (each patient one row per interval entered), which is the grouped-time counterpart of Cox's
model and takes the same penalties.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from gcin.model.outcomes import person_periods

logger = logging.getLogger(__name__)

# A column this many times as large pays a hundredth of the penalty: levels are not to be shrunk.
UNSHRUNK = 10.0
CLEARLY_WORSE = 1.03


@dataclass(frozen=True)
class LinearFit:
    """A fitted linear model.

    Attributes:
        shared: Weight of each column in every arm.
        own: What each arm adds, `(arms, columns)`; zeros where there is one arm.
        bias: Log odds of each arm and interval at column means, `(arms, intervals)`.
        strength: Inverse penalty chosen (scikit-learn's `C`).
    """

    shared: np.ndarray
    own: np.ndarray
    bias: np.ndarray
    strength: float

    def logits(self, columns: np.ndarray) -> np.ndarray:
        """Log odds, `(patients, arms, intervals)`."""
        return (columns @ (self.shared + self.own).T)[:, :, None] + self.bias


@dataclass(frozen=True)
class Questions:
    """What patients were asked and answered, one row per interval.

    Attributes:
        columns: Columns of the patient asked, `(questions, columns)`.
        arm: Number of the arm received.
        interval: Number of the interval.
        patient: Row of the patient.
        answer: 1.0 or 0.0.
    """

    columns: np.ndarray
    arm: np.ndarray
    interval: np.ndarray
    patient: np.ndarray
    answer: np.ndarray

    def of_arm(self, arm: int) -> "Questions":
        """Those of the patients who received an arm."""
        asked = self.arm == arm
        return Questions(**{name: values[asked] for name, values in vars(self).items()})

    def design(self, arms: int, intervals: int, arm_share: float) -> np.ndarray:
        """Columns, then each arm's own, then the levels of arms and intervals."""
        arm = np.eye(arms)[self.arm]
        interval = np.eye(intervals)[self.interval]
        own = (self.columns[:, None] * arm[:, :, None]).reshape(len(self.arm), -1) * arm_share
        blocks = [self.columns, *([own, arm * UNSHRUNK] if arms > 1 else []), interval * UNSHRUNK]
        return np.hstack(blocks)


def questions_of(columns: np.ndarray, arm: np.ndarray, targets: np.ndarray) -> Questions:
    """Unroll patients into the questions that count; a patient of unknown arm has none.

    Args:
        columns: `(patients, columns)`.
        arm: Number of the arm received, -1 where unknown.
        targets: `(patients, intervals, 2)`.
    """
    periods = person_periods(targets * (arm >= 0)[:, None, None])
    patient = periods.patient
    return Questions(columns[patient], arm[patient], periods.interval, patient, periods.event)


def fit_linear(
    columns: np.ndarray,
    arm: np.ndarray,
    targets: np.ndarray,
    arms: int,
    l1_ratio: float,
    settings: Mapping,
) -> LinearFit:
    """Fit a linear model whose penalty is chosen by log-loss in folds of the patients given.

    Args:
        columns: Standardised, `(patients, columns)`.
        arm: Number of the arm received.
        targets: `(patients, intervals, 2)`.
        arms: Number of arms.
        l1_ratio: 0 for ridge, 1 for lasso.
        settings: `strengths`, `inner_folds`, `arm_share`, `max_iterations` of `model.linear`.
    """
    questions = questions_of(columns, arm, targets)
    intervals, share = targets.shape[1], settings["arm_share"]
    design = questions.design(arms, intervals, share)
    if len(np.unique(questions.answer)) < 2:
        raise ValueError("all training patients have the same outcome; leave this endpoint out.")
    strength = _choose_strength(design, questions, l1_ratio, settings)
    model = _solver(strength, l1_ratio, settings).fit(design, questions.answer)
    return _unpack(model.coef_[0], columns.shape[1], arms, intervals, share, strength)


def _solver(strength: float, l1_ratio: float, settings: Mapping) -> LogisticRegression:
    return LogisticRegression(
        C=strength,
        l1_ratio=l1_ratio,
        solver="liblinear" if l1_ratio else "lbfgs",
        fit_intercept=False,
        max_iter=settings["max_iterations"],
        random_state=0,
    )


def _choose_strength(
    design: np.ndarray, questions: Questions, l1_ratio: float, settings: Mapping
) -> float:
    """The strength of least log-loss on patients left out, all questions of one together.

    From the heaviest penalty on, and no further once a loss is clearly worse than the best: light
    penalties take the longest to fit. Small differences do not count, since the heaviest lasso
    penalties leave nothing but chance to compare.
    """
    folds = min(settings["inner_folds"], len(np.unique(questions.patient)))
    splitter = GroupKFold(folds, shuffle=True, random_state=0)
    splits = list(splitter.split(design, groups=questions.patient))
    losses: dict[float, float] = {}
    for strength in sorted(settings["strengths"]):
        solver = _solver(strength, l1_ratio, settings)
        outside = [_loss_outside(solver, design, questions.answer, split) for split in splits]
        losses[strength] = float(np.mean(outside))
        best = min(losses, key=losses.get)
        if losses[strength] > CLEARLY_WORSE * losses[best]:
            break
    logger.info("chose strength %g: log-loss %s", best, losses)
    return float(best)


def _loss_outside(
    solver: LogisticRegression, design: np.ndarray, answer: np.ndarray, split: tuple
) -> float:
    """Mean log-loss on the rows of a split left out; NaN-free even where one answer is rare."""
    inside, outside = split
    if len(np.unique(answer[inside])) < 2:
        return log_loss(answer[outside], np.full(len(outside), answer[inside][0]), labels=[0, 1])
    model = solver.fit(design[inside], answer[inside])
    return log_loss(answer[outside], model.predict_proba(design[outside])[:, 1], labels=[0, 1])


def _unpack(
    weights: np.ndarray, columns: int, arms: int, intervals: int, share: float, strength: float
) -> LinearFit:
    shared, rest = weights[:columns], weights[columns:]
    own, levels = np.zeros((arms, columns)), np.zeros(arms)
    if arms > 1:
        own = rest[: arms * columns].reshape(arms, columns) * share
        levels = rest[arms * columns : arms * (columns + 1)] * UNSHRUNK
    bias = levels[:, None] + rest[-intervals:] * UNSHRUNK
    return LinearFit(shared, own, bias, strength)
