"""Principal components of a cohort's genotypes, for the reader: where its people come from.

They are fitted on everybody at once, so no model may read them; its own are fitted in each fold.
"""

import logging

import numpy as np
import pandas as pd

from gcin.quality.kin import leavers
from gcin.quality.markers import Markers

logger = logging.getLogger(__name__)


def ancestry(
    markers: Markers, pairs: pd.DataFrame, components: int, min_markers: int
) -> pd.DataFrame:
    """Place each sample on the principal components of those who are not related.

    Genotypes are scaled by their expected spread (Patterson, Price and Reich 2006); a no-call is
    the mean. Relatives would draw components to their family: one of each pair is only projected.

    Args:
        markers: Common SNVs, one a window, so that they are nearly independent.
        pairs: Related pairs: `sample_1 sample_2 relation`, the last empty where it is not told.
        components: How many.
        min_markers: Fewest markers of a sample that is placed.

    Returns:
        One row per sample: `sample founder markers PC1 …`; `founder` is 1 where it was fitted on,
        components are missing where the markers are too few, or the founders no more than
        components.
    """
    called = (markers.dosages >= 0).sum(axis=1)
    related = pairs[~pairs["relation"].isin(["", "unrelated"])]
    of_sample = pd.Series(called, index=markers.samples)
    left_out = leavers(set(map(frozenset, related[["sample_1", "sample_2"]].to_numpy())), of_sample)
    placed = called >= min_markers
    founders = placed & ~np.isin(markers.samples, list(left_out))
    names = [f"PC{number}" for number in range(1, components + 1)]
    table = pd.DataFrame({"sample": markers.samples, "founder": founders.astype(int)})
    table["markers"] = called
    table[names] = np.nan
    if founders.sum() > components:
        table.loc[placed, names] = _scores(markers.dosages, founders, components)[placed]
    else:
        logger.info("%d founders are too few for %d components", founders.sum(), components)
    return table


def _scores(dosages: np.ndarray, founders: np.ndarray, components: int) -> np.ndarray:
    """Fit components on the founders and project everybody: samples x components."""
    own = np.ma.masked_less(dosages[founders], 0)
    frequency = np.ma.filled(own.mean(axis=0) / 2, 0.0)
    varies = (frequency > 0) & (frequency < 1)
    frequency = frequency[varies]
    spread = np.sqrt(2 * frequency * (1 - frequency))
    known = dosages[:, varies]
    scaled = np.where(known >= 0, (known - 2 * frequency) / spread, 0).astype(np.float32)
    fitted = scaled[founders]
    values, vectors = np.linalg.eigh((fitted @ fitted.T).astype(float))
    top = np.argsort(values)[::-1][:components]
    shares = values[top] / values.sum()
    logger.info("%d founders, %d markers; shares of their spread: %s", founders.sum(), varies.sum(),
                ", ".join(f"{share:.4f}" for share in shares))  # fmt: skip
    loadings = fitted.T @ vectors[:, top] / np.sqrt(values[top])
    # A component has no side of its own: its largest loading is made positive.
    largest = np.abs(loadings).argmax(axis=0)
    loadings *= np.sign(loadings[largest, range(components)])
    return scaled @ loadings
