"""The smooth calibration error: how far predictions are off, without bins to choose.

Blasiok and Nakkiran 2024 (ICLR; arXiv 2309.12236): what came to pass less what was predicted is
smoothed over predictions by a Gaussian kernel reflected at 0 and 1, and its size is summed. The
kernel is as wide as the error that it finds, which is the one width that suits each error.
"""

import numpy as np
from scipy.fft import dct, idct

POINTS = 512  # of the grid of predictions
STEPS = 12  # of halving; the width is then known to 0.0002


def smooth_error(drawn: np.ndarray, value: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Find the kernel's width at which it equals the error, in every resample.

    The error falls as the kernel widens, so there is one such width.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        value: Predicted probability of each patient.
        response: 1 or 0.

    Returns:
        The error, from 0 to 1, `(draws,)`; NaN where a resample holds nobody, or is none.
    """
    known = np.isfinite(drawn).all(axis=1) & (drawn.sum(axis=1) > 0)
    counts = np.where(known[:, None], drawn, 1.0)
    excess = _on_grid(counts * (response - value), value) / counts.sum(axis=1, keepdims=True)
    waves = dct(excess, axis=1)
    low, high = np.zeros(len(drawn)), np.ones(len(drawn))
    for _ in range(STEPS):
        width = (low + high) / 2
        is_narrow = _error_at(waves, width) > width
        low, high = np.where(is_narrow, width, low), np.where(is_narrow, high, width)
    return np.where(known, _error_at(waves, (low + high) / 2), np.nan)


def _on_grid(excess: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Sum over patients at the middles of equal cells, each between its two nearest by distance."""
    place = np.clip(value * POINTS - 0.5, 0, POINTS - 1)
    cell = np.minimum(place.astype(int), POINTS - 2)
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    share, sums = place - cell, np.zeros((len(excess), POINTS))
    for step, part in enumerate((1 - share, share)):
        cells = cell[order][starts] + step
        sums[:, cells] += np.add.reduceat((excess * part)[:, order], starts, axis=1)
    return sums


def _error_at(waves: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Smooth by a kernel of this width, and sum the sizes.

    Cosines are what a reflected Gaussian kernel leaves in shape: it only makes the k-th smaller, by
    `exp(-(pi k width)^2 / 2)`.
    """
    fading = np.exp(-0.5 * np.square(np.pi * width[:, None] * np.arange(POINTS)))
    return np.abs(idct(waves * fading, axis=1)).sum(axis=1)
