"""Penalised linear models of outcomes and of hazards, one set of weights per treatment arm.

A yes or no is a logistic regression. Survival is a logistic regression of the hazard in discrete
time (each patient one row per interval entered), which is the grouped-time counterpart of Cox's
model and takes the same penalties. A quantity is a regression of its standardised amount by least
squares, with the same penalties beside half the squared errors.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GroupKFold

from gcin.model.outcomes import person_periods

logger = logging.getLogger(__name__)

# A column this many times as large pays a hundredth of the penalty: levels are not to be shrunk.
UNSHRUNK = 10.0
CLEARLY_WORSE = 1.03

Solver = LogisticRegression | Ridge | Lasso


@dataclass(frozen=True)
class LinearFit:
    """A fitted linear model.

    Attributes:
        shared: Weight of each column in every arm.
        own: What each arm adds, `(arms, columns)`; zeros where there is one arm.
        bias: Score of each arm and interval at column means, `(arms, intervals)`.
        strength: Inverse penalty chosen (scikit-learn's `C`).
        loss: Loss of that penalty on patients left out.
    """

    shared: np.ndarray
    own: np.ndarray
    bias: np.ndarray
    strength: float
    loss: float

    def scores(self, columns: np.ndarray) -> np.ndarray:
        """Log odds, or standardised amounts, `(patients, arms, intervals)`."""
        return (columns @ (self.shared + self.own).T)[:, :, None] + self.bias


@dataclass(frozen=True)
class Questions:
    """What patients were asked and answered, one row per interval.

    Attributes:
        columns: Columns of the patient asked, `(questions, columns)`.
        arm: Number of the arm received.
        interval: Number of the interval.
        patient: Row of the patient.
        answer: 1.0 or 0.0, or a standardised amount.
        numeric: Whether the answers are amounts.
    """

    columns: np.ndarray
    arm: np.ndarray
    interval: np.ndarray
    patient: np.ndarray
    answer: np.ndarray
    numeric: bool = False

    def of_arm(self, arm: int) -> "Questions":
        """Those of the patients who received an arm."""
        asked = self.arm == arm
        rows = {name: values[asked] for name, values in vars(self).items() if name != "numeric"}
        return replace(self, **rows)

    @property
    def is_settled(self) -> bool:
        """Whether all gave the same answer, so that there is nothing to learn."""
        return len(np.unique(self.answer)) < 2

    def design(self, arms: int, intervals: int, arm_share: float) -> np.ndarray:
        """Columns, then each arm's own, then the levels of arms and intervals."""
        arm = np.eye(arms)[self.arm]
        interval = np.eye(intervals)[self.interval]
        own = (self.columns[:, None] * arm[:, :, None]).reshape(len(self.arm), -1) * arm_share
        blocks = [self.columns, *([own, arm * UNSHRUNK] if arms > 1 else []), interval * UNSHRUNK]
        return np.hstack(blocks)


def questions_of(
    columns: np.ndarray, arm: np.ndarray, targets: np.ndarray, numeric: bool
) -> Questions:
    """Unroll patients into the questions that count; a patient of unknown arm has none.

    Args:
        columns: `(patients, columns)`.
        arm: Number of the arm received, -1 where unknown.
        targets: `(patients, intervals, 2)`.
        numeric: Whether the answers are amounts.
    """
    periods = person_periods(targets * (arm >= 0)[:, None, None])
    patient = periods.patient
    asked = columns[patient], arm[patient], periods.interval, patient, periods.event
    return Questions(*asked, numeric)


def fit_linear(
    columns: np.ndarray,
    arm: np.ndarray,
    targets: np.ndarray,
    arms: int,
    l1_ratio: float,
    settings: Mapping,
    numeric: bool = False,
) -> LinearFit:
    """Fit a linear model whose penalty is chosen by its loss in folds of the patients given.

    Args:
        columns: Standardised, `(patients, columns)`.
        arm: Number of the arm received.
        targets: `(patients, intervals, 2)`.
        arms: Number of arms.
        l1_ratio: 0 for ridge, 1 for lasso.
        settings: `strengths`, `inner_folds`, `arm_share`, `max_iterations` of `model.linear`.
        numeric: Whether the targets are amounts.
    """
    questions = questions_of(columns, arm, targets, numeric)
    intervals, share = targets.shape[1], settings["arm_share"]
    design = questions.design(arms, intervals, share)
    if questions.is_settled:
        raise ValueError("all training patients have the same outcome; leave this endpoint out.")
    strength, loss = _choose_strength(design, questions, l1_ratio, settings)
    model = _solver(strength, l1_ratio, settings, questions).fit(design, questions.answer)
    weights = np.ravel(model.coef_)
    if numeric:
        # The one interval of an amount is a constant, which the model's own intercept stands for.
        weights[-1] = model.intercept_ / UNSHRUNK
    unpacked = _unpack(weights, columns.shape[1], arms, intervals, share)
    return LinearFit(*unpacked, strength, loss)


def fit_by_block(
    columns: np.ndarray,
    blocks: Sequence[str],
    arm: np.ndarray,
    targets: np.ndarray,
    arms: int,
    shares: Sequence[float],
    settings: Mapping,
    numeric: bool = False,
) -> LinearFit:
    """Fit a ridge model in which each block of columns has a penalty of its own.

    A block whose columns are multiplied by a share pays its penalty over the share's square; with
    share 0 it is left out. The shares of all blocks but the first, which keeps 1, are those of the
    least loss on patients left out: a block of many columns that say little does not drown a
    block of few that say much.

    Args:
        columns: Standardised, `(patients, columns)`.
        blocks: Block of each column; the first column's is the first block.
        arm: Number of the arm received.
        targets: `(patients, intervals, 2)`.
        arms: Number of arms.
        shares: To try, each for each block.
        settings: As `fit_linear` takes them.
        numeric: Whether the targets are amounts.
    """
    names = list(dict.fromkeys(blocks))
    best, scale = None, np.ones(len(blocks))
    for tried in product(sorted(shares, reverse=True), repeat=len(names) - 1):
        own = dict(zip(names, (1.0, *tried), strict=True))
        scaled = np.array([own[name] for name in blocks])
        fit = fit_linear(columns * scaled, arm, targets, arms, 0.0, settings, numeric)
        if best is None or fit.loss < best.loss:
            best, scale, chosen = fit, scaled, own
    logger.info("chose shares %s: loss %.4f", chosen, best.loss)
    return replace(best, shared=best.shared * scale, own=best.own * scale)


def _solver(strength: float, l1_ratio: float, settings: Mapping, questions: Questions) -> Solver:
    """A model in which the same strength weighs as much whatever the answers are."""
    if questions.numeric and l1_ratio:
        # scikit-learn's lasso takes the mean of half the squared errors, not their sum.
        weight = 1 / (strength * len(questions.answer))
        # A finer tolerance than this only circles among columns that tell the same.
        limits = {"tol": 1e-3, "max_iter": 20 * settings["max_iterations"]}
        columns = questions.columns.shape[1]
        return Lasso(weight, precompute=columns < len(questions.answer) // 4, **limits)
    if questions.numeric:
        return Ridge(1 / strength)
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
) -> tuple[float, float]:
    """The strength of least loss on patients left out, and that loss.

    All questions of a patient are left out together.

    From the heaviest penalty on, and no further once a loss is clearly worse than the best: light
    penalties take the longest to fit. Small differences do not count, since the heaviest lasso
    penalties leave nothing but chance to compare.
    """
    folds = min(settings["inner_folds"], len(np.unique(questions.patient)))
    splitter = GroupKFold(folds, shuffle=True, random_state=0)
    splits = list(splitter.split(design, groups=questions.patient))
    losses: dict[float, float] = {}
    for strength in sorted(settings["strengths"]):
        solver = _solver(strength, l1_ratio, settings, questions)
        outside = [_loss_outside(solver, design, questions, split) for split in splits]
        losses[strength] = float(np.mean(outside))
        best = min(losses, key=losses.get)
        if losses[strength] > CLEARLY_WORSE * losses[best]:
            break
    logger.info("chose strength %g: loss %s", best, losses)
    return float(best), losses[best]


def _loss_outside(solver: Solver, design: np.ndarray, questions: Questions, split: tuple) -> float:
    """Mean log-loss, or squared error, on the rows of a split left out.

    It is a number even where one answer is so rare that no row of the split has it.
    """
    (inside, outside), answer = split, questions.answer
    if questions.numeric:
        said = solver.fit(design[inside], answer[inside]).predict(design[outside])
        return float(mean_squared_error(answer[outside], said))
    if len(np.unique(answer[inside])) < 2:
        return log_loss(answer[outside], np.full(len(outside), answer[inside][0]), labels=[0, 1])
    model = solver.fit(design[inside], answer[inside])
    return log_loss(answer[outside], model.predict_proba(design[outside])[:, 1], labels=[0, 1])


def _unpack(
    weights: np.ndarray, columns: int, arms: int, intervals: int, share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What all arms share, what each adds, and the levels of arms and intervals."""
    shared, rest = weights[:columns], weights[columns:]
    own, levels = np.zeros((arms, columns)), np.zeros(arms)
    if arms > 1:
        own = rest[: arms * columns].reshape(arms, columns) * share
        levels = rest[arms * columns : arms * (columns + 1)] * UNSHRUNK
    bias = levels[:, None] + rest[-intervals:] * UNSHRUNK
    return shared, own, bias
