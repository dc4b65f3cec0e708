"""Bootstrap intervals: patients are redrawn as weights, so that one pass serves every draw."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

MOST_GROUPS = 200  # passes of the jackknife at most
SMALLEST_SPREAD = 1e-24  # below it the jackknife's values differ by rounding alone
NO_WIDTH = 1e-12  # an interval no wider is one value, but for rounding
MOST_UNDEFINED = 0.1  # share of draws that may lack a value before the interval is withheld


def resample(families: pd.Series, draws: int, seed: int) -> np.ndarray:
    """Draw patients with replacement, whole families at a time.

    A relative of a drawn patient is no new evidence, hence the family is the unit.

    Args:
        families: The family of each patient; missing where a patient has none here.
        draws: How many resamples.
        seed: Of the random numbers; equal seeds give equal resamples, which is what makes
            differences between designs paired.

    Returns:
        How often each patient was drawn, `(draws + 1, patients)`; the first row is all ones, the
        cohort as it is. NaN where there is but one family, as drawing it again tells nothing of
        others.
    """
    codes, units = units_of(families)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(units, np.full(units, 1 / units), size=draws)
    resamples = drawn[:, codes] if units > 1 else np.full((draws, len(families)), np.nan)
    return np.vstack([np.ones(len(families)), resamples])


def units_of(families: pd.Series) -> tuple[np.ndarray, int]:
    """Number the families from 0 and count them; a patient without one is a family of one."""
    codes, names = pd.factorize(families)
    alone = codes < 0
    codes[alone] = len(names) + np.arange(alone.sum())
    return codes, len(names) + int(alone.sum())


def leave_out(families: pd.Series, seed: int) -> np.ndarray:
    """Leave out one group of families after the other, for the jackknife.

    Groups hold one family each where there are at most `MOST_GROUPS` families. Beyond that they
    hold several, drawn at random: the acceleration of `bca_interval` has the same expectation, and
    a cohort of ten thousand does not need ten thousand passes.

    Args:
        families: The family of each patient; missing where a patient has none here.
        seed: Of the random groups.

    Returns:
        1 for patients kept and 0 for those left out, `(groups, patients)`.
    """
    codes, units = units_of(families)
    groups = min(units, MOST_GROUPS)
    group = np.random.default_rng(seed).permutation(units) % groups
    return (group[codes] != np.arange(groups)[:, None]).astype(float)


@dataclass(frozen=True)
class Estimate:
    """A measure in the cohort, and how it moves when patients change.

    Attributes:
        whole: Its value in the cohort as it is, NaN where undefined.
        drawn: Its value in each resample.
        left_out: Its value without each group of `leave_out`.
        is_moved: Whether drawing patients twice moves the resamples as nothing moves the cohort,
            which `bca_interval` would take for a bias of the measure. Percentiles are taken then.
    """

    whole: float
    drawn: np.ndarray
    left_out: np.ndarray
    is_moved: bool = False

    def __sub__(self, other: "Estimate") -> "Estimate":
        """The paired difference of two measures of the same patients."""
        return Estimate(
            self.whole - other.whole,
            self.drawn - other.drawn,
            self.left_out - other.left_out,
            self.is_moved or other.is_moved,
        )

    def recentred(self) -> "Estimate":
        """The same of a share, its resamples moved so that their mean is the value."""
        known = _known(self)
        moved = self.drawn + (self.whole - known.mean() if len(known) else np.nan)
        return replace(self, drawn=np.clip(moved, 0, 1))


def bca_interval(estimate: Estimate, confidence: float) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987, JASA 82:171).

    Args:
        estimate: The measure; of one whose resamples `is_moved`, plain percentiles.
        confidence: Share of such intervals that hold the truth, such as 0.95.

    Returns:
        Lower and upper limit; both NaN where the measure is undefined in the cohort or in more
        than a tenth of the resamples, or lies outside all of them.
    """
    drawn, shift = _known(estimate), _bias(estimate)
    if not np.isfinite(shift):
        return np.nan, np.nan
    tail = stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    place = stats.norm.cdf(shift + (shift + tail) / (1 - _acceleration(estimate) * (shift + tail)))
    low, high = np.quantile(drawn, place)
    return float(low), float(high)


def measure_interval(estimate: Estimate, confidence: float) -> tuple[float, float]:
    """The BCa interval of a measure, none where its limits are one.

    What never failed in these patients may fail in others, and what never moved may move; resamples
    cannot say how far, and an interval without width would claim that it never does. Resamples that
    are moved are moved back; a difference, where much of the move cancels, is left where it is.

    Args:
        estimate: The measure; no difference of two, whose 0 may be exact.
        confidence: As for `bca_interval`.
    """
    low, high = bca_interval(estimate.recentred() if estimate.is_moved else estimate, confidence)
    return (low, high) if high - low > NO_WIDTH else (np.nan, np.nan)


def bca_p(estimate: Estimate) -> float:
    """The two-sided p value of zero: one less the confidence at which the interval meets it.

    Where all resamples lie on one side of zero it is `least_p`, of which they tell only that the
    true one is smaller.

    Args:
        estimate: The measure, usually a difference.

    Returns:
        The p value; NaN where `bca_interval` is.
    """
    return _p_at(estimate, _share_below(_known(estimate), 0.0))


def least_p(estimate: Estimate) -> float:
    """The least p value that so many resamples can tell on the side on which zero lies.

    No resample speaks of anything rarer than one in so many: it is that of a zero which a single
    resample more would lie beyond, and never below `2 / (draws + 1)`.

    Args:
        estimate: As for `bca_p`.

    Returns:
        The p value; NaN where `bca_interval` is.
    """
    return _p_at(estimate, float(_share_below(_known(estimate), 0.0) >= 0.5))


def _p_at(estimate: Estimate, below: float) -> float:
    """The p value of a number below which this share of the resamples lies."""
    shift, drawn = _bias(estimate), _known(estimate)
    if not np.isfinite(shift):
        return np.nan
    finest = 1 / (len(drawn) + 1)
    moved = stats.norm.ppf(np.clip(below, finest, 1 - finest)) - shift
    tail = stats.norm.cdf(moved / (1 + _acceleration(estimate) * moved) - shift)
    return float(np.clip(2 * min(tail, 1 - tail), 2 * finest, 1))


def _known(estimate: Estimate) -> np.ndarray:
    """The values of the resamples that have one."""
    return estimate.drawn[np.isfinite(estimate.drawn)]


def _share_below(drawn: np.ndarray, value: float) -> float:
    """The share of resamples below a value, those at it counting half; NaN of none."""
    if not len(drawn):
        return np.nan
    return float(np.mean(drawn < value) + np.mean(drawn == value) / 2)


def _bias(estimate: Estimate) -> float:
    """How far the resamples' median lies off the value, in standard normal units."""
    drawn = _known(estimate)
    known = len(drawn) >= (1 - MOST_UNDEFINED) * len(estimate.drawn) and len(drawn) > 0
    if not known or not np.isfinite(estimate.whole):
        return np.nan
    shift = float(stats.norm.ppf(_share_below(drawn, estimate.whole)))
    return 0.0 if estimate.is_moved and np.isfinite(shift) else shift


def _acceleration(estimate: Estimate) -> float:
    """How the spread grows with the value: a sixth of the skewness of the jackknife's sum."""
    if estimate.is_moved:
        return 0.0
    kept = estimate.left_out[np.isfinite(estimate.left_out)]
    pull = kept.mean() - kept if len(kept) else np.zeros(1)
    spread = np.sum(pull**2)
    return float(np.sum(pull**3) / (6 * spread**1.5)) if spread > SMALLEST_SPREAD else 0.0
