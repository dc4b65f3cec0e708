"""Penalised linear models of outcomes and of hazards, one set of weights per treatment arm.

A yes or no is a logistic regression. Survival is a logistic regression of the hazard in discrete
time (each patient one row per interval entered), which is the grouped-time counterpart of Cox's
model and takes the same penalties. A quantity is a regression of its standardised amount by least
squares, with the same penalties beside half the squared errors.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from sklearn.linear_model import Lasso, LogisticRegression

from gcin.model.questions import Questions, questions_of
from gcin.model.ridge import ARM_SPREAD, UNSHRUNK, RidgeSolver, Terms, base_levels

logger = logging.getLogger(__name__)

CLEARLY_WORSE = 1.03
UNPENALISED = 1000.0  # size of a column whose weight is to be free
ENOUGH = 2000  # patients with an outcome choose strengths and shares of blocks


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

    def spread(self, share: np.ndarray) -> "LinearFit":
        """The same model of all columns, given the share of each with which it was fitted."""
        shared, own = np.zeros(len(share)), np.zeros((len(self.own), len(share)))
        shared[share > 0] = self.shared * share[share > 0]
        own[:, share > 0] = self.own * share[share > 0]
        return replace(self, shared=shared, own=own)

    def scores(self, columns: np.ndarray) -> np.ndarray:
        """Log odds, or standardised amounts, `(patients, arms, intervals)`."""
        return (columns @ (self.shared + self.own).T)[:, :, None] + self.bias


def fit_linear(
    columns: np.ndarray,
    arm: np.ndarray,
    targets: np.ndarray,
    families: np.ndarray,
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
        families: Number of each patient's family; penalties are chosen in folds of whole ones.
        arms: Number of arms.
        l1_ratio: 0 for ridge, 1 for lasso.
        settings: `strengths`, `inner_folds`, `arm_share`, `max_iterations` of `model.linear`.
        numeric: Whether the targets are amounts.
    """
    task = _Task(arms, targets.shape[1], l1_ratio, settings)
    questions = questions_of(columns, arm, targets, families, numeric)
    return task.fit(questions, *task.choose_strength(questions))


def fit_by_block(
    columns: np.ndarray,
    blocks: Sequence[str],
    arm: np.ndarray,
    targets: np.ndarray,
    families: np.ndarray,
    arms: int,
    shares: Sequence[float],
    settings: Mapping,
    numeric: bool = False,
) -> tuple[np.ndarray, LinearFit]:
    """Fit a ridge model in which each block of columns has a penalty of its own.

    A block whose columns are multiplied by a share pays its penalty over the share's square; with
    share 0 it is left out. The first block keeps share 1. The others begin there, and one after the
    other takes the share of the least loss on patients left out, until none changes: a block of
    many columns that say little does not drown a block of few that say much.

    Args:
        columns: Standardised, `(patients, columns)`.
        blocks: Block of each column; the first column's is the first block.
        arm: Number of the arm received.
        targets: `(patients, intervals, 2)`.
        families: Number of each patient's family; penalties are chosen in folds of whole ones.
        arms: Number of arms.
        shares: To try, each for each block.
        settings: As `fit_linear` takes them.
        numeric: Whether the targets are amounts.

    Returns:
        The share of each column, and the model of those that have one, multiplied by it.
    """
    task = _Task(arms, targets.shape[1], 0.0, settings)
    names = list(dict.fromkeys(blocks))

    def offered(own: tuple[float, ...]) -> tuple[np.ndarray, Questions]:
        share = np.array([own[names.index(block)] for block in blocks])
        scaled = columns[:, share > 0] * share[share > 0]
        return share, questions_of(scaled, arm, targets, families, numeric)

    @cache
    def found(own: tuple[float, ...]) -> tuple[float, float]:
        return task.choose_strength(offered(own)[1])

    chosen, before = (1.0,) * len(names), None
    while chosen != before:
        before = chosen
        for place in range(1, len(names)):
            tried = [(*chosen[:place], share, *chosen[place + 1 :]) for share in shares]
            chosen = min([chosen, *tried], key=lambda own: found(own)[1])
    strength, loss = found(chosen)
    logger.info("chose shares %s: loss %.4f", dict(zip(names, chosen, strict=True)), loss)
    share, questions = offered(chosen)
    return share, task.fit(questions, strength, loss)


@dataclass(frozen=True)
class _Task:
    """Linear models of one kind.

    Attributes:
        arms: Number of arms.
        intervals: Number of intervals.
        l1_ratio: 0 for ridge, 1 for lasso.
        settings: As `fit_linear` takes them.
    """

    arms: int
    intervals: int
    l1_ratio: float
    settings: Mapping

    @property
    def sizes(self) -> tuple[int, int, float]:
        """Number of arms and of intervals, and the share of what an arm adds."""
        return self.arms, self.intervals, self.settings["arm_share"]

    def terms(self, asked: Questions, learnt: Questions) -> Terms:
        """Terms of some questions, in a model that is learnt from some."""
        base = 0.0 if self.l1_ratio else base_levels(learnt, self.intervals)
        return Terms(asked, *self.sizes, base)

    def solver(self, questions: Questions) -> "RidgeSolver | LassoSolver":
        """A solver of the kind's models of some questions."""
        most = self.settings["max_iterations"]
        if self.l1_ratio:
            return LassoSolver(questions, self.sizes, most)
        return RidgeSolver(questions, self.terms(questions, questions), most)

    def fit(self, questions: Questions, strength: float, loss: float) -> LinearFit:
        """Fit a model of a strength, of which the loss on patients left out is known."""
        if questions.is_settled:
            raise ValueError(
                "all training patients have the same outcome; leave this endpoint out."
            )
        weights = self.solver(questions).fit(strength)
        shared, own, levels, times = self.terms(questions, questions).parts(weights)
        return LinearFit(shared, own, levels[:, None] + times, strength, loss)

    def choose_strength(self, questions: Questions) -> tuple[float, float]:
        """The strength of least loss on patients left out, and that loss.

        Folds whose other patients all gave the same answer are not looked at. Of many patients a
        part is enough: a strength is a variance of weights, which more patients do not change.

        From the heaviest penalty on, and no further once a loss is clearly worse than the best:
        light penalties take the longest to fit. Small differences do not count, since the heaviest
        lasso penalties leave nothing but chance to compare.
        """
        patients = np.random.default_rng(0).permutation(np.unique(questions.patient))[:ENOUGH]
        questions = questions.some(np.isin(questions.patient, patients))
        tried = []
        for learnt, left_out in questions.folds(self.settings["inner_folds"]):
            if not learnt.is_settled:
                terms = self.terms(left_out, learnt)
                tried.append((self.solver(learnt), terms, left_out.answer))
        losses: dict[float, float] = {}
        for strength in sorted(self.settings["strengths"]):
            outside = [
                _loss(terms.scores(solver.fit(strength)), answer, questions.numeric)
                for solver, terms, answer in tried
            ]
            losses[strength] = float(np.mean(outside)) if outside else np.inf
            best = min(losses, key=losses.get)
            if losses[strength] > CLEARLY_WORSE * losses[best]:
                break
        logger.info("chose strength %g: loss %s", best, losses)
        return float(best), losses[best]


class LassoSolver:
    """Models of the same questions with a penalty on absolute weights, of which few stay.

    Args:
        questions: Learnt from.
        sizes: Number of arms and of intervals, and the share of what an arm adds, as of `Terms`.
        most: Iterations of a fit.
    """

    def __init__(self, questions: Questions, sizes: tuple[int, int, float], most: int) -> None:
        """Write the design out: columns, each arm's own, levels of arms and of intervals."""
        self.answer, self.numeric, self.most = questions.answer, questions.numeric, most
        arms, intervals, share = sizes
        self.columns, columns = questions.columns.shape[1], questions.rows
        arm, interval = np.eye(arms)[questions.arm], np.eye(intervals)[questions.interval]
        own = (columns[:, None] * arm[:, :, None]).reshape(len(arm), -1) * share
        levels = [own, arm] if arms > 1 else []
        self.design = np.hstack([columns, *levels, interval * UNSHRUNK])
        end = self.design.shape[1] - intervals
        self.levels = slice(end - arms, end) if arms > 1 else slice(0)
        self.intervals, self.base = intervals, base_levels(questions, intervals)
        self.based = UNPENALISED * self.base[questions.interval, None]

    def fit(self, strength: float) -> np.ndarray:
        """Weights under a penalty, in the order of `Terms`."""
        # A penalty of a / b on a level a is a Laplace prior with a standard deviation of b root 2.
        size = ARM_SPREAD / (np.sqrt(2) * strength)
        design = self.design.copy()
        design[:, self.levels] *= size
        weights = self._fit(design, strength)
        weights[self.levels] *= size
        return weights

    def _fit(self, design: np.ndarray, strength: float) -> np.ndarray:
        if not self.numeric:
            model = LogisticRegression(
                C=strength,
                l1_ratio=1.0,
                solver="liblinear",
                fit_intercept=False,
                max_iter=self.most,
                random_state=0,
            )
            # liblinear takes no base to start from, but a column of it, whose weight is about one.
            found = np.ravel(model.fit(np.hstack([design, self.based]), self.answer).coef_)
            weights = found[:-1]
            weights[-self.intervals :] += UNPENALISED * found[-1] * self.base / UNSHRUNK
            return weights
        model = Lasso(
            # scikit-learn's takes the mean of half the squared errors, not their sum.
            1 / (strength * len(self.answer)),
            precompute=self.columns < len(self.answer) // 4,
            # A finer tolerance than this only circles among columns that tell the same.
            tol=1e-3,
            max_iter=20 * self.most,
        ).fit(design, self.answer)
        # The one interval of an amount is a constant, which the model's own intercept stands for.
        return np.append(model.coef_[:-1], model.intercept_ / UNSHRUNK)


def _loss(scores: np.ndarray, answer: np.ndarray, numeric: bool) -> float:
    """Mean log-loss, or squared error."""
    losses = (scores - answer) ** 2 if numeric else np.logaddexp(0, scores) - answer * scores
    return float(losses.mean())
