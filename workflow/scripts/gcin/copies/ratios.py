"""Copy number of genes, as the log2 ratio of their depth to what normals show."""

import logging
from typing import NamedTuple

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

COLUMNS = ["gene", "log2", "error", "bins", "normals"]
SEX = ("X", "Y")
NOT_AUTOSOMAL = (*SEX, "M", "MT")
# Nothing is told from 1/32 of the usual depth downwards: reads are few, and some are misplaced.
FLOOR = -5.0
# A bin that normals show with an eighth of the usual depth is hardly captured or hard to map.
FAINT = -3.0
# Of X beside the autosomes: half way, in log2, between one copy and two.
ONE_COPY = -0.5
# Bins of Y, the best of which tell whether there is one: many genes of Y lie there several times.
BEST_OF_Y = 0.75
MIN_BINS = 3
# Fewer bins do not show how depth depends on GC.
GC_BINS = 100
GC_ROUNDS = 5
# From a median absolute deviation to a standard deviation, and from that to the error of a median.
MAD_TO_SD = 1.4826
SD_TO_MEDIAN = 1.2533


class Expected(NamedTuple):
    """What normals show of each bin.

    Attributes:
        log2: Depth beside the median of the autosomes, NaN where it is not known.
        spread: Standard deviation among the normals; 0 where there is one.
        normals: How many were compared with.
    """

    log2: np.ndarray
    spread: np.ndarray
    normals: np.ndarray


def gene_copies(
    bins: pd.DataFrame,
    depths: np.ndarray,
    genes: pd.DataFrame,
    needed: int,
    inherited: np.ndarray | None,
) -> pd.DataFrame:
    """Measure the copy number of every gene in one sample.

    A tumour loses and gains X and Y as other chromosomes: how many are usual in its patient a
    germline sample tells.

    Args:
        bins: `chromosome start end gc` (0-based, end exclusive), in genome order.
        depths: Mean depth, bins x samples: the sample itself, then its reference.
        genes: The gene universe, with `gene chromosome start end` (1-based, inclusive).
        needed: Fewest normals with which a bin is compared; below it, it is not measured.
        inherited: Mean depth, by bin, of a germline sample of the patient, or of the sample itself
            where it is one; None of a tumour without, which is told by itself where bins lie on Y.

    Returns:
        One row per gene in order: `gene log2 error bins normals`. `log2` is 0 at the copy number of
        the reference, -1 at half of it; on X and Y the reference is of samples with as many X, and
        with a Y where the patient has one.
        It is missing, never 0, where fewer than MIN_BINS bins could be compared.
    """
    names = bins["chromosome"].str.removeprefix("chr")
    sexual, other = (names.isin(some).to_numpy() for some in (SEX, NOT_AUTOSOMAL))
    log2 = log_depths(depths, ~other)
    told = log2[:, 0] if inherited is None else log_depths(inherited[:, None], ~other)[:, 0]
    alike = alike_in_sex(told, log2[:, 1:], names.to_numpy())
    alike &= inherited is not None or (names == "Y").any()
    expected = expected_depths(log2[:, 1:], sexual, alike, needed)
    ratio = centred(log2[:, 0] - expected.log2, bins["gc"].to_numpy(), ~other)
    ratio[other & ~sexual] = np.nan
    logger.info("%d of %d bins can be compared", np.isfinite(ratio).sum(), len(bins))
    table = _by_gene(bins, np.maximum(ratio, FLOOR), expected, genes)
    logger.info("%d of %d genes are measured", table["log2"].notna().sum(), len(genes))
    return table


def log_depths(depths: np.ndarray, autosomal: np.ndarray) -> np.ndarray:
    """Depth beside the median of the sample's autosomal bins, log2; NaN in a sample without."""
    usual = np.median(depths[autosomal], axis=0) if autosomal.any() else np.zeros(depths.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(usual > 0, np.maximum(np.log2(depths / usual), 2 * FLOOR), np.nan)


def alike_in_sex(own: np.ndarray, normals: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Tell which normals have as many X as a sample, and a Y as it has or has not.

    Args:
        own: Its log2 depth, by bin.
        normals: Log2 depth, bins x normals.
        names: Chromosome of each bin, without prefix.
    """
    both = np.column_stack([own, normals])
    is_one, has_y = np.zeros((2, both.shape[1]), bool)
    if (names == "X").any():
        is_one = np.median(both[names == "X"], axis=0) < ONE_COPY
    if (names == "Y").any():
        has_y = np.quantile(both[names == "Y"], BEST_OF_Y, axis=0) > FAINT
    return (is_one[1:] == is_one[0]) & (has_y[1:] == has_y[0])


def expected_depths(
    normals: np.ndarray, sexual: np.ndarray, alike: np.ndarray, needed: int
) -> Expected:
    """Sum up the normals, bin by bin.

    Args:
        normals: Log2 depth, bins x normals.
        sexual: Which bins lie on X or Y.
        alike: Which normals have as many X, and a Y or none, as is usual in the patient.
        needed: Fewest normals.
    """
    usable = np.isfinite(normals).any(axis=0)
    log2, spread = np.full((2, len(normals)), np.nan)
    count = np.zeros(len(normals), int)
    for rows, columns in ((~sexual, usable), (sexual, usable & alike)):
        count[rows] = columns.sum()
        if rows.any() and columns.any() and columns.sum() >= needed:
            chosen = normals[np.ix_(rows, columns)]
            log2[rows] = np.median(chosen, axis=1)
            spread[rows] = MAD_TO_SD * np.median(np.abs(chosen - log2[rows, None]), axis=1)
    log2[log2 < FAINT] = np.nan
    return Expected(log2, spread, count)


def centred(ratio: np.ndarray, gc: np.ndarray, autosomal: np.ndarray) -> np.ndarray:
    """Take from the ratios what the autosomes' GC explains, and put their median to 0.

    A parabola through most bins: those far off it, as deletions are, weigh less in each round.
    """
    known = autosomal & np.isfinite(ratio)
    if not known.any():
        return ratio
    if known.sum() >= GC_BINS and np.ptp(gc[known]) > 0:
        weight = np.ones(known.sum())
        for _ in range(GC_ROUNDS):
            trend = np.polynomial.Polynomial.fit(gc[known], ratio[known], 2, w=np.sqrt(weight))
            off = np.abs(ratio[known] - trend(gc[known]))
            weight = 1 / np.maximum(off, max(MAD_TO_SD * np.median(off), 1e-3))
        # Beyond the autosomes' own GC the parabola would only be guessed.
        ratio = ratio - trend(np.clip(gc, gc[known].min(), gc[known].max()))
    return ratio - np.median(ratio[known])


def _by_gene(
    bins: pd.DataFrame, ratio: np.ndarray, expected: Expected, genes: pd.DataFrame
) -> pd.DataFrame:
    """Sum up the bins of each gene; bins in which normals differ less weigh more."""
    floor = np.nanmedian(expected.spread) if np.isfinite(expected.spread).any() else 0
    weight = 1 / np.maximum(expected.spread, max(floor, 1e-3)) ** 2
    spans = {
        name: (rows.index.to_numpy(), rows["start"].to_numpy(), rows["end"].to_numpy())
        for name, rows in bins.groupby("chromosome", sort=False)
    }
    nothing = (np.empty(0, int),) * 3
    rows = []
    for gene in genes.itertuples():
        places, starts, ends = spans.get(gene.chromosome, nothing)
        first = np.searchsorted(ends, gene.start - 1, side="right")
        own = places[first : np.searchsorted(starts, gene.end, side="left")]
        own = own[np.isfinite(ratio[own])]
        log2, error = _summed(ratio[own], weight[own])
        compared = expected.normals[own].min() if len(own) else 0
        rows.append((gene.gene, log2, error, len(own), compared))
    return pd.DataFrame(rows, columns=COLUMNS)


def _summed(values: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Weighted median and its standard error; NaN of fewer than MIN_BINS values."""
    if len(values) < MIN_BINS:
        return np.nan, np.nan
    order = np.argsort(values)
    reached = np.cumsum(weight[order])
    # From the middle of a weight to that of the next, so that of an even number neither side wins.
    middle = (reached - weight[order] / 2) / reached[-1]
    median = np.interp(0.5, middle, values[order])
    spread = MAD_TO_SD * np.median(np.abs(values - median))
    return float(median), float(SD_TO_MEDIAN * spread / np.sqrt(len(values)))
