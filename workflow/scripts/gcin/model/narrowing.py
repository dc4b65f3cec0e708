"""Forests that read no more than helps: clinical columns, omics beside them, or everything.

A tree of a forest looks at a few columns drawn at random for each split; where thousands say
nothing, it hardly ever meets one that does.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gcin.model.boosting import TreesFit, loss_of
from gcin.model.questions import Questions
from gcin.model.survival_forest import SurvivalForestFit

logger = logging.getLogger(__name__)

Forest = TreesFit | SurvivalForestFit


@dataclass(frozen=True)
class NarrowedFit:
    """A forest that reads some of the columns.

    Attributes:
        seen: Their numbers.
        forest: Fitted on them.
    """

    seen: np.ndarray
    forest: Forest

    def told(self, columns: np.ndarray) -> np.ndarray:
        """Chance of the event, or standardised amount, `(patients, arms, intervals)`."""
        return self.forest.told(columns[:, self.seen])


def fit_narrowed(
    fit: Callable[..., Forest],
    blocks: Sequence[str],
    train: Questions,
    held: Questions,
    arms: int,
    intervals: int,
    settings: Mapping,
    seed: int,
) -> NarrowedFit:
    """Fit a forest to the blocks of columns that predict training patients left out best.

    The inner split is too small to choose by: it chooses the smallest leaf, and calibrates.

    Args:
        fit: Fits a forest to all that follows.
        blocks: Block of each column: `clinical`, `visits`, `genome` or `omics TABLE`.
        train: Questions of part train, of all columns.
        held: Questions of part validation.
        arms: Number of treatment arms.
        intervals: Number of intervals.
        settings: `inner_folds`, and what `fit` reads.
        seed: Of the resampling.
    """
    given = arms, intervals, settings, seed
    folds = _folds(train, settings["inner_folds"])

    def loss(seen: np.ndarray) -> float:
        narrow = [[_only(part, seen) for part in parts] for parts in folds]
        losses = [loss_of(fit(*parts, *given).asked(parts[1]), parts[1]) for parts in narrow]
        return float(np.mean(losses or [0.0]))

    seen = min(_offered(blocks), key=loss)
    logger.info("the forest reads %d of %d columns", len(seen), len(blocks))
    return NarrowedFit(seen, fit(_only(train, seen), _only(held, seen), *given))


def _folds(questions: Questions, count: int) -> list[tuple[Questions, Questions]]:
    """Questions inside and outside of each fold of families, where neither have but one answer."""
    folds = questions.folds(count)
    return [parts for parts in folds if not any(part.is_settled for part in parts)]


def _only(questions: Questions, seen: np.ndarray) -> Questions:
    return replace(questions, columns=questions.columns[:, seen])


def _offered(blocks: Sequence[str]) -> list[np.ndarray]:
    """Numbers of all columns, of clinical ones (visits too) with omics, and of those alone.

    Where there is no genome, or there are no omics, two of these are the same, and tried once.
    """
    kinds = np.array([block.split()[0] for block in blocks])
    bedside = ["clinical", "visits"]
    narrower = (np.isin(kinds, own) for own in ([*bedside, "omics"], bedside))
    offered = [np.arange(len(kinds)), *(np.flatnonzero(own) for own in narrower if own.any())]
    return list({tuple(seen): seen for seen in offered}.values())
