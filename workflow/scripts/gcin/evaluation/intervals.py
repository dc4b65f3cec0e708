"""Bootstrap intervals: patients are redrawn as weights, so that one pass serves every draw."""

import numpy as np
import pandas as pd

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
        cohort as it is.
    """
    codes, units = _units(families)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(units, np.full(units, 1 / units), size=draws)
    return np.vstack([np.ones(len(families)), drawn[:, codes]])


def _units(families: pd.Series) -> tuple[np.ndarray, int]:
    """Number the families from 0, a patient without one being one's own; and count them."""
    codes, names = pd.factorize(families)
    alone = codes < 0
    codes[alone] = len(names) + np.arange(alone.sum())
    return codes, len(names) + int(alone.sum())


def percentile_interval(draws: np.ndarray, confidence: float) -> tuple[float, float]:
    """Take the central share of the resamples' values.

    Args:
        draws: A metric's value in each resample, NaN where it is undefined there.
        confidence: The share, such as 0.95.

    Returns:
        Lower and upper limit; both NaN where more than a tenth of the draws are undefined.
    """
    defined = draws[np.isfinite(draws)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(draws) or not len(defined):
        return np.nan, np.nan
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)
