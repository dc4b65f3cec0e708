"""Kinship of pairs by KING-robust, on dosages (Manichaikul et al. 2010, Bioinformatics 26:2867).

Equation 11 there, between families: it needs no allele frequencies, so it holds in a cohort of
mixed ancestry and in one of two samples. Pairs are counted as products of matrices, in blocks.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

BLOCK_SAMPLES = 512
BLOCK_MARKERS = 8192
# Shares of both samples' shared sites that are homozygous for the reference, and of the sites that
# either has called which both have: where both are less, a file that lists only where its sample
# differs took part, every shared site is a difference that both have, and all look related.
MIN_REFERENCE_SHARE = 0.1
MIN_SHARED_SHARE = 0.9
COLUMNS = ["first", "second", "markers", "kinship"]


def kinship(
    left: np.ndarray,
    right: np.ndarray,
    min_markers: int,
    own: tuple[np.ndarray, np.ndarray] | None = None,
    *,
    is_list: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the kinship of each sample of one set with each of another.

    Args:
        left: Dosages, int8, samples x markers, -1 = no call.
        right: Dosages of the other set at the same markers.
        min_markers: Fewest markers called in both samples.
        own: Markers that each sample of both sets has called in all, where it has more than those
            here.
        is_list: Whether one set is known to list only where its samples differ, and the other not:
            then all that is asked is whether a kinship is that of one genome.

    Returns:
        Kinship (0.5 one person, 0.25 parents, children and siblings, 0 nobody, less between
        populations; NaN where it cannot be told), and the number of markers, left x right.
    """
    counts = _counts(left, right)
    both = counts["both"]
    all_left, all_right = own or ((side >= 0).sum(axis=1) for side in (left, right))
    with np.errstate(divide="ignore", invalid="ignore"):
        fewer = np.minimum(counts["het_l"], counts["het_r"])
        unlike = counts["het_l"] + counts["het_r"] - 2 * counts["het"] + 4 * counts["opposite"]
        found = 0.5 - unlike / (4 * fewer)
        references = counts["ref_l"] / both, counts["ref_r"] / both
        shared = both / (all_left[:, None] + all_right - both)
        speaks = (np.minimum(*references) >= MIN_REFERENCE_SHARE) | (shared >= MIN_SHARED_SHARE)
    told = (both >= min_markers) & (fewer > 0) & (speaks | is_list)
    return np.where(told, found, np.nan).astype(float), both.astype(int)


def _counts(left: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
    """Count markers of each pair, left x right: called in both, and of each kind among these."""
    names = ("both", "het", "opposite", "het_l", "het_r", "ref_l", "ref_r")
    counts = {name: np.zeros((len(left), len(right)), np.float32) for name in names}
    for start in range(0, left.shape[1], BLOCK_MARKERS):
        a, b = (_kinds(side[:, start : start + BLOCK_MARKERS]) for side in (left, right))
        counts["both"] += a["called"] @ b["called"].T
        counts["het"] += a["het"] @ b["het"].T
        counts["opposite"] += a["ref"] @ b["alt"].T + a["alt"] @ b["ref"].T
        counts["het_l"] += a["het"] @ b["called"].T
        counts["het_r"] += a["called"] @ b["het"].T
        counts["ref_l"] += a["ref"] @ b["called"].T
        counts["ref_r"] += a["called"] @ b["ref"].T
    return counts


def _kinds(dosages: np.ndarray) -> dict[str, np.ndarray]:
    """Samples x markers that are 1 where a genotype is of one kind; float32, to multiply fast."""
    kinds = {"ref": dosages == 0, "het": dosages == 1, "alt": dosages == 2, "called": dosages >= 0}
    return {name: kind.astype(np.float32) for name, kind in kinds.items()}


def related_pairs(
    left: np.ndarray,
    right: np.ndarray | None,
    min_markers: int,
    min_kinship: float,
    always: Iterable[tuple[int, int]] = (),
    own: tuple[np.ndarray, np.ndarray] | None = None,
    *,
    is_list: bool = False,
) -> tuple[pd.DataFrame, np.ndarray]:
    """List the pairs that are related, and those that are asked for.

    Args:
        left: Dosages of one set.
        right: Of another; None for the pairs within the first.
        min_markers: Fewest markers called in both samples.
        min_kinship: Least kinship of a pair that is listed.
        always: Pairs of rows, the smaller first, that are listed whatever their kinship.
        own: As by `kinship`.
        is_list: As by `kinship`.

    Returns:
        `first second` (rows), `markers kinship`, NaN where it cannot be told; and for each sample
        of the first set with how many others its kinship could be told.
    """
    within = right is None
    right = left if within else right
    all_left, all_right = own or ((side >= 0).sum(axis=1) for side in (left, right))
    tables, told = [pd.DataFrame(columns=COLUMNS, dtype=float)], np.zeros(len(left), int)
    for start in range(0, len(left), BLOCK_SAMPLES):
        rows = slice(start, start + BLOCK_SAMPLES)
        totals = all_left[rows], all_right
        found, markers = kinship(left[rows], right, min_markers, totals, is_list=is_list)
        if within:
            found[np.tril_indices_from(found, start)] = np.nan
            told += np.isfinite(found).sum(axis=0)
        told[rows] += np.isfinite(found).sum(axis=1)
        wanted = np.nan_to_num(found, nan=-np.inf) >= min_kinship
        asked = [(one - start, two) for one, two in always if 0 <= one - start < len(found)]
        wanted[tuple(np.array(asked, int).reshape(-1, 2).T)] = True
        first, second = np.nonzero(wanted)
        values = (first + start, second, markers[first, second], found[first, second])
        tables.append(pd.DataFrame(dict(zip(COLUMNS, values, strict=True))))
    table = pd.concat([part for part in tables if len(part)] or tables[:1], ignore_index=True)
    return table.astype(dict.fromkeys(COLUMNS[:3], int)), told
