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


def kinship(left: np.ndarray, right: np.ndarray, min_markers: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the kinship of each sample of one set with each of another.

    Args:
        left: Dosages, int8, samples x markers, -1 = no call.
        right: Dosages of the other set at the same markers.
        min_markers: Fewest markers called in both samples.

    Returns:
        Kinship (0.5 one person, 0.25 parents, children and siblings, 0 nobody, less between
        populations; NaN where it cannot be told), and the number of markers, left x right.
    """
    shape = (len(left), len(right))
    counts = {name: np.zeros(shape, np.float32) for name in ("both", "het", "opposite")}
    own = {name: np.zeros(shape, np.float32) for name in ("het_l", "het_r", "ref_l", "ref_r")}
    for start in range(0, left.shape[1], BLOCK_MARKERS):
        a, b = (_kinds(side[:, start : start + BLOCK_MARKERS]) for side in (left, right))
        counts["both"] += a["called"] @ b["called"].T
        counts["het"] += a["het"] @ b["het"].T
        counts["opposite"] += a["ref"] @ b["alt"].T + a["alt"] @ b["ref"].T
        own["het_l"] += a["het"] @ b["called"].T
        own["het_r"] += a["called"] @ b["het"].T
        own["ref_l"] += a["ref"] @ b["called"].T
        own["ref_r"] += a["called"] @ b["ref"].T
    with np.errstate(divide="ignore", invalid="ignore"):
        fewer = np.minimum(own["het_l"], own["het_r"])
        unlike = own["het_l"] + own["het_r"] - 2 * counts["het"] + 4 * counts["opposite"]
        found = 0.5 - unlike / (4 * fewer)
        reference = np.minimum(own["ref_l"], own["ref_r"]) / counts["both"]
        called = (left >= 0).sum(axis=1)[:, None] + (right >= 0).sum(axis=1) - counts["both"]
        speaks = (reference >= MIN_REFERENCE_SHARE) | (counts["both"] / called >= MIN_SHARED_SHARE)
    told = (counts["both"] >= min_markers) & (fewer > 0) & speaks
    return np.where(told, found, np.nan).astype(float), counts["both"].astype(int)


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
) -> tuple[pd.DataFrame, np.ndarray]:
    """List the pairs that are related, and those that are asked for.

    Args:
        left: Dosages of one set.
        right: Of another; None for the pairs within the first.
        min_markers: Fewest markers called in both samples.
        min_kinship: Least kinship of a pair that is listed.
        always: Pairs of rows, the smaller first, that are listed whatever their kinship.

    Returns:
        `first second` (rows), `markers kinship`, NaN where it cannot be told; and for each sample
        of the first set with how many others its kinship could be told.
    """
    within = right is None
    right = left if within else right
    tables, told = [pd.DataFrame(columns=COLUMNS, dtype=float)], np.zeros(len(left), int)
    for start in range(0, len(left), BLOCK_SAMPLES):
        rows = slice(start, start + BLOCK_SAMPLES)
        found, markers = kinship(left[rows], right, min_markers)
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
