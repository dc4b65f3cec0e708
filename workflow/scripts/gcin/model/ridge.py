"""Ridge models of questions, solved without writing their design out.

Each arm's own weights would make a design of (1 + arms) times the columns, and survival repeats it
for every interval that a patient entered: gigabytes for ten thousand patients and a thousand
columns. A score needs each patient's columns once.
"""

import logging

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from gcin.model.questions import Questions

logger = logging.getLogger(__name__)

# A column this many times as large pays a hundredth of the penalty: levels of intervals are not to
# be shrunk.
UNSHRUNK = 10.0
# Level of an arm beside the others (log odds, log hazard ratio, or standardised amount): standard
# deviation of its prior, whatever the penalty. Three patients without an event would settle an arm.
ARM_SPREAD = 1.0
GRADIENT, GAIN = 1e-5, 1e-9  # of the mean loss: where a fit ends


def base_levels(questions: Questions, intervals: int) -> np.ndarray:
    """Log odds of all patients' answers in each interval, from which its level departs.

    Were levels drawn to even odds instead, hazards would be too high: where 200 patients are
    followed, the survival told at two years was 0.04 too low.

    Returns:
        `(intervals,)`; zeros of amounts, which are standardised. An interval of few questions is
        drawn to what all are answered.
    """
    if questions.numeric:
        return np.zeros(intervals)
    asked = np.bincount(questions.interval, minlength=intervals)
    answered = np.bincount(questions.interval, questions.answer, intervals)
    return logit((answered + questions.answer.mean()) / (asked + 1))


class Terms:
    """Scores of questions as a linear function of weights.

    The weights are those of all columns in every arm; with several arms, what each adds to every
    column, divided by the share, and its level; then the level of each interval.

    Args:
        questions: Whose scores are asked.
        arms: Number of arms.
        intervals: Number of intervals.
        share: Size of what an arm adds; the smaller, the heavier the penalty on it.
        base: What each interval's level is added to.
    """

    def __init__(
        self,
        questions: Questions,
        arms: int,
        intervals: int,
        share: float,
        base: np.ndarray | float = 0.0,
    ) -> None:
        """Put the patients of an arm side by side, so that each arm is one product."""
        patient, first, place = np.unique(questions.patient, return_index=True, return_inverse=True)
        arm = questions.arm[first]
        order = np.argsort(arm, kind="stable")
        self.place = np.argsort(order, kind="stable")[place]
        self.ends = np.searchsorted(arm[order], np.arange(1, arms))
        columns = questions.columns[patient[order]].astype("float64")
        self.blocks = np.split(columns, self.ends)
        self.interval, self.patients = questions.interval, len(patient)
        self.arms, self.intervals, self.share, self.base = arms, intervals, share, base

    @property
    def count(self) -> int:
        """Number of weights."""
        columns = self.blocks[0].shape[1]
        return columns + (self.arms * (columns + 1) if self.arms > 1 else 0) + self.intervals

    def parts(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Weights of all arms, what each arm adds, levels of arms, and levels of intervals."""
        columns = self.blocks[0].shape[1]
        shared, rest, times = np.split(weights, [columns, len(weights) - self.intervals])
        times = self.base + UNSHRUNK * times
        if self.arms == 1:
            return shared, np.zeros((1, columns)), np.zeros(1), times
        own, levels = np.split(rest, [self.arms * columns])
        own = self.share * own.reshape(self.arms, columns)
        return shared, own, levels, times

    def pull(self, strength: float) -> np.ndarray:
        """Penalty on half the square of each weight, beside the sum of the losses."""
        pull = np.full(self.count, 1 / strength)
        if self.arms > 1:
            end = self.count - self.intervals
            pull[end - self.arms : end] = 1 / ARM_SPREAD**2
        return pull

    def scores(self, weights: np.ndarray) -> np.ndarray:
        """Score of each question."""
        shared, own, levels, times = self.parts(weights)
        kinds = zip(self.blocks, own, levels, strict=True)
        of_patient = np.concatenate(
            [block @ (shared + mine) + level for block, mine, level in kinds]
        )
        return of_patient[self.place] + times[self.interval]

    def gradient(self, slopes: np.ndarray) -> np.ndarray:
        """Slope of each weight, given those of the scores."""
        of_patient = np.bincount(self.place, slopes, self.patients)
        of_arm = np.split(of_patient, self.ends)
        by_arm = [block.T @ mine for block, mine in zip(self.blocks, of_arm, strict=True)]
        times = UNSHRUNK * np.bincount(self.interval, slopes, self.intervals)
        if self.arms == 1:
            return np.concatenate([by_arm[0], times])
        levels = np.array([mine.sum() for mine in of_arm])
        own = self.share * np.concatenate(by_arm)
        return np.concatenate([np.sum(by_arm, axis=0), own, levels, times])


class RidgeSolver:
    """Ridge models of the same questions under one penalty after another.

    What is least is half the squared weights, each times its pull (one over the strength), plus the
    questions' losses: the log-loss, or half the squared error of amounts. Each fit starts where the
    last one ended.

    Args:
        questions: Learnt from.
        terms: Of the same questions.
        most: Iterations of a fit.
    """

    def __init__(self, questions: Questions, terms: Terms, most: int) -> None:
        """Start at weights of zero."""
        self.answer, self.numeric = questions.answer, questions.numeric
        self.terms, self.most = terms, most
        self.weights = np.zeros(terms.count)

    def fit(self, strength: float) -> np.ndarray:
        """Weights under a penalty (`strength` is scikit-learn's `C`)."""
        pull = self.terms.pull(strength) / len(self.answer)

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            scores = self.terms.scores(weights)
            if self.numeric:
                losses, told = (scores - self.answer) ** 2 / 2, scores
            else:
                losses, told = np.logaddexp(0, scores) - self.answer * scores, expit(scores)
            slope = self.terms.gradient((told - self.answer) / len(scores)) + pull * weights
            return losses.mean() + pull @ weights**2 / 2, slope

        limits = {"maxiter": self.most, "gtol": GRADIENT, "ftol": GAIN}
        found = minimize(loss, self.weights, jac=True, method="L-BFGS-B", options=limits)
        if found.nit >= self.most:
            logger.warning("strength %g: not at its end after %d iterations", strength, self.most)
        self.weights = found.x
        return found.x
