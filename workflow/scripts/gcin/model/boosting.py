"""Trees of outcomes and of hazards: histogram gradient boosting, and random forests.

The treatment arm is a column like others, or each arm has boosted trees of its own.

Survival is learnt in discrete time: one row per patient and interval entered, the number of the
interval a column, and the answer whether the event fell into it. A quantity is learnt as its
standardised amount, by squared error.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gcin.intake.tree_settings import UNSEARCHED, combinations
from gcin.model.calibration import UNCHANGED, Calibration, fit_calibration
from gcin.model.inputs import PATHWAYS
from gcin.model.questions import Questions

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TreesFit:
    """Trees of one endpoint.

    Attributes:
        model: Fitted on the columns, the arm and the interval.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        numeric: Whether it tells amounts rather than chances.
        calibration: Of the chances.
        tried: Of boosted trees, each combination of settings that was fitted: number of its
            `trial`, the settings, `loss` on the inner split with so many `trees`, `chosen`.
        seen: Numbers of the columns that it reads; None where it reads all.
    """

    model: "BaseEstimator"
    arms: int
    intervals: int
    numeric: bool
    calibration: Calibration = UNCHANGED
    tried: tuple[dict, ...] = ()
    seen: np.ndarray | None = None

    def told(self, columns: np.ndarray) -> np.ndarray:
        """Chance of the event, or standardised amount, `(patients, arms, intervals)`."""
        columns = columns if self.seen is None else columns[:, self.seen]
        patients = len(columns)
        arm, interval = np.divmod(np.arange(self.arms * self.intervals), self.intervals)
        rows = np.repeat(columns, len(arm), axis=0)
        place = np.tile(np.column_stack([arm, interval]), (patients, 1))
        told = _told(self.model, np.hstack([rows, place]), self.numeric)
        told = told if self.numeric else self.calibration.apply(told)
        return told.reshape(patients, self.arms, self.intervals)

    def asked(self, questions: Questions) -> np.ndarray:
        """Chance of yes, or standardised amount, of each question."""
        columns = questions.columns if self.seen is None else questions.columns[:, self.seen]
        rows = _rows(replace(questions, columns=columns))
        told = _told(self.model, rows, self.numeric)
        return told if self.numeric else self.calibration.apply(told)


@dataclass(frozen=True)
class ArmwiseFit:
    """Trees of one endpoint, for each treatment arm those of its own patients.

    Attributes:
        fits: One per arm.
    """

    fits: list[TreesFit]

    def told(self, columns: np.ndarray) -> np.ndarray:
        """Chance of the event, or standardised amount, `(patients, arms, intervals)`."""
        own = [fit.told(columns)[:, arm] for arm, fit in enumerate(self.fits)]
        return np.stack(own, axis=1)


def fit_by_arm(
    train: Questions,
    held: Questions,
    arms: int,
    intervals: int,
    settings: Mapping,
    seed: int,
    trials: Sequence[Mapping] = UNSEARCHED,
) -> ArmwiseFit:
    """Fit boosted trees to each arm by itself; the arguments are those of `fit_boosting`.

    An arm whose patients, of part train or validation, all gave the same answer cannot be learnt
    by itself: it is predicted by the trees of all arms, and the log says so.
    """
    everyone, given = None, (arms, intervals, settings, seed, trials)
    fits = []
    for arm in range(arms):
        own = [questions.of_arm(arm) for questions in (train, held)]
        if any(questions.is_settled for questions in own):
            logger.warning("arm %d has but one answer: it gets the trees of all arms", arm)
            everyone = everyone or fit_boosting(train, held, *given)
            fits.append(everyone)
        else:
            fits.append(fit_boosting(*own, *given))
    return ArmwiseFit(fits)


def fit_with_pathways(
    blocks: Sequence[str], train: Questions, held: Questions, *given: object
) -> ArmwiseFit:
    """Fit trees to each arm, which read the states of pathways where that clearly helps.

    What a pathway says is learnt from few patients, and where there are many it stands in the way
    of what its genes say one by one. For each arm it is read where patients of the inner split are
    better off by more than a standard error of the difference.

    Args:
        blocks: Block of each column, from `column_blocks`.
        train: Questions of part train, missing values as NaN.
        held: Questions of part validation.
        given: What `fit_by_arm` takes beside them.
    """
    seen = np.flatnonzero(np.array(blocks) != PATHWAYS)
    narrow = (replace(part, columns=part.columns[:, seen]) for part in (train, held))
    whole, without = fit_by_arm(train, held, *given), fit_by_arm(*narrow, *given)
    fits = [
        _better(one, replace(other, seen=seen), held.of_arm(arm))
        for arm, (one, other) in enumerate(zip(whole.fits, without.fits, strict=True))
    ]
    logger.info("%d of %d arms read pathways", sum(fit.seen is None for fit in fits), len(fits))
    return ArmwiseFit(fits)


def _better(whole: TreesFit, without: TreesFit, held: Questions) -> TreesFit:
    """Of trees with states of pathways and without, the former where patients clearly gain."""
    clear = False
    if len(np.unique(held.patient)) > 1:
        gained = np.subtract(*(_misses(fit.asked(held), held) for fit in (without, whole)))
        gains = np.bincount(held.patient, gained)[np.unique(held.patient)]
        clear = gains.mean() > gains.std(ddof=1) / np.sqrt(len(gains))
    best = whole if clear else without
    tried = tuple(
        {**one, "pathways": fit is whole, "chosen": one["chosen"] and fit is best}
        for fit in (whole, without)
        for one in fit.tried
    )
    return replace(best, tried=tried)


def _misses(said: np.ndarray, questions: Questions) -> np.ndarray:
    """Squared error of what was said of each question, or its log-loss."""
    if questions.numeric:
        return (questions.answer - said) ** 2
    given = np.where(questions.answer > 0, said, 1 - said)
    return -np.log(np.maximum(given, np.finfo(float).eps))


def fit_forest(
    train: Questions, held: Questions, arms: int, intervals: int, settings: Mapping, seed: int
) -> TreesFit:
    """Fit a random forest; the inner split chooses the smallest leaf, and calibrates the chances.

    Averaging trees draws small chances up (Niculescu-Mizil and Caruana 2005, ICML), and curves of
    many intervals then fall too fast.

    Args:
        train: Questions of part train, missing values as NaN.
        held: Questions of part validation.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        settings: `trees` and `min_patients` to try.
        seed: Of the resampling.
    """
    # Slow to import, and the jobs of the other designs have no use for it.
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    rows = _rows(train)
    forest = RandomForestRegressor if train.numeric else RandomForestClassifier
    tried = [
        forest(settings["trees"], min_samples_leaf=leaf, random_state=seed).fit(rows, train.answer)
        for leaf in settings["min_patients"]
    ]
    best, calibration = _best(tried, held), UNCHANGED
    if not train.numeric:
        calibration = fit_calibration(_told(best, _rows(held), False), held.answer)
    return TreesFit(best, arms, intervals, train.numeric, calibration)


def fit_boosting(
    train: Questions,
    held: Questions,
    arms: int,
    intervals: int,
    settings: Mapping,
    seed: int,
    trials: Sequence[Mapping] = UNSEARCHED,
) -> TreesFit:
    """Fit boosted trees; the inner split says how many there are, and chooses among the settings.

    Trees are added until it has been no better off for a while; those of that while are left out.

    Args:
        train: Questions of part train, missing values as NaN.
        held: Questions of part validation.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        settings: `boosting` of the model's configuration.
        seed: Of the binning, and of the columns drawn for a split.
        trials: What each changes in the settings; the first, which changes nothing, tries each
            value that these list.
    """
    rows, inner = _rows(train), {"X_val": _rows(held), "y_val": held.answer}
    # Of a column that none of them has there is nothing to part by; scikit-learn (1.9) fails on it.
    rows[:, np.isnan(rows).all(axis=0)] = 0
    models, tried = [], []
    for trial, values in combinations(settings, trials):
        models.append(_booster(train.numeric, values, settings, seed))
        scores = models[-1].fit(rows, train.answer, **inner).validation_score_
        told = {"loss": -float(scores.max()), "trees": int(np.argmax(scores))}
        tried.append({"trial": trial, **values, **told})
    place = min(range(len(tried)), key=lambda number: tried[number]["loss"])
    best, count = models[place], tried[place]["trees"]
    logger.info("chose %d trees of %s: loss %.4f", count, best, tried[place]["loss"])
    # scikit-learn keeps the trees of its patience, and has no model without any.
    best.set_params(max_iter=max(count, 1), early_stopping=False)
    told = tuple(one | {"chosen": number == place} for number, one in enumerate(tried))
    fitted = best.fit(rows, train.answer)
    return TreesFit(fitted, arms, intervals, train.numeric, tried=told)


def loss_of(said: np.ndarray, questions: Questions) -> float:
    """Mean squared error of what was said of each question, or its log-loss."""
    return float(_misses(said, questions).mean())


def _best(tried: list["BaseEstimator"], held: Questions) -> "BaseEstimator":
    losses = [loss_of(_told(model, _rows(held), held.numeric), held) for model in tried]
    best = int(np.argmin(losses))
    logger.info("chose %s of %d: loss %.4f", tried[best], len(tried), losses[best])
    return tried[best]


def _told(model: "BaseEstimator", rows: np.ndarray, numeric: bool) -> np.ndarray:
    return model.predict(rows) if numeric else model.predict_proba(rows)[:, 1]


def _rows(questions: Questions) -> np.ndarray:
    return np.column_stack([questions.rows, questions.arm, questions.interval])


def _booster(numeric: bool, values: Mapping, settings: Mapping, seed: int) -> "BaseEstimator":
    # Slow to import, and the jobs of the other designs have no use for it.
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if numeric else HistGradientBoostingClassifier
    return kind(
        learning_rate=values["learning_rate"],
        max_leaf_nodes=values["leaves"],
        min_samples_leaf=values["min_patients"],
        l2_regularization=values["l2_regularization"],
        max_features=float(values["max_features"]),
        max_iter=settings["max_iterations"],
        early_stopping=True,
        n_iter_no_change=settings["patience"],
        random_state=seed,
    )
