"""What is hidden of genomes in pre-training, and what is asked of it.

Either whole genes are hidden, which then look as genes that were not callable do, or features of
single variants, which then are at the mean. Asked are the features of genes: counts and scores of
their variants, copies, structural variants. Who looks at what is left cannot see what was hidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from gcin.model.inputs import VARIANT_ARRAYS
from gcin.tensors.genes import BESIDE, CALL_BASED, FLAGGED

GENOME_ARRAYS = (*VARIANT_ARRAYS, "genes", "gene_mask")
ASKED = (*CALL_BASED, *BESIDE)  # features of genes
LEAST_SCALE = 1e-6

Arrays = Mapping[str, np.ndarray]
Hide = Callable[[Arrays, np.random.Generator], tuple[Arrays, np.ndarray]]


@dataclass(frozen=True)
class Features:
    """Features of genes that are asked, and what training patients say of each.

    Attributes:
        places: Of the features among those of the gene track.
        flags: Place of the feature that says if it was measured; -1 where it always is.
        mean: `(genes or 1, features)`, over training patients.
        scale: Standard deviation about that mean, over all genes.
        spread: `(genes or 1, features)`, that of each gene alone, in units of `scale`.
    """

    places: list[int]
    flags: list[int]
    mean: np.ndarray
    scale: np.ndarray
    spread: np.ndarray

    def targets(self, arrays: Arrays, asked: np.ndarray) -> np.ndarray:
        """Standardised features of the genes asked, and their weights.

        Zero is what training patients had on average, of each gene or of all that have variants.

        Args:
            arrays: Of patients; nothing is hidden from them.
            asked: `(patients, genes)`.

        Returns:
            `(patients, genes x features, 2)`: the value, 0 where not asked or not known, and its
            weight, 1 where both.
        """
        values, known = _read(arrays, self.places, self.flags)
        weight = known & asked[..., None]
        standard = np.where(weight, (values - self.mean) / self.scale, 0)
        targets = np.stack([standard, weight], axis=-1).astype("float32")
        return targets.reshape(len(targets), -1, 2)


def genome_alone(arrays: Arrays) -> dict[str, np.ndarray]:
    """Arrays of the patients with a genome, all else unknown: omics may hold what is hidden."""
    rows = np.flatnonzero(arrays["gene_mask"].any(axis=1))
    return {
        name: values[rows]
        if name in GENOME_ARRAYS
        else np.zeros((len(rows), *values.shape[1:]), values.dtype)
        for name, values in arrays.items()
    }


def fit_features(arrays: Arrays, track: list[str], of_variants: bool) -> Features:
    """Choose the features to ask, and fit their mean and scale.

    Args:
        arrays: Of training patients.
        track: Names of the features of the gene track.
        of_variants: Ask only what variants tell, of genes with variants; the mean is then one for
            all genes. Else ask everything, and the mean is that of each gene.
    """
    names = [name for name in track if name in (CALL_BASED if of_variants else ASKED)]
    places = [track.index(name) for name in names]
    flags = [_flag_of(name, track) for name in names]
    asked = carried(arrays) if of_variants else np.ones(arrays["gene_mask"].shape, bool)
    axes, fitted = ((0, 1) if of_variants else (0,)), []
    # One after the other: all at once they would stand in memory several times over.
    for place, flag in zip(places, flags, strict=True):
        values, known = (one[..., 0] for one in _read(arrays, [place], [flag]))
        fitted.append(_moments(values.astype("float64"), known & asked, axes))
    mean, spread, scale = (np.stack(parts, axis=-1) for parts in zip(*fitted, strict=True))
    return Features(places, flags, mean, scale, spread)


def _moments(values: np.ndarray, known: np.ndarray, axes: tuple) -> tuple:
    """Mean, standard deviation in units of the scale, and scale of a feature where it is known."""
    count = np.maximum(known.sum(axis=axes, keepdims=True), 1)
    mean = np.where(known, values, 0).sum(axis=axes, keepdims=True) / count
    off = np.where(known, values - mean, 0) ** 2
    scale = np.sqrt(off.sum() / max(known.sum(), 1))
    scale = scale if scale > LEAST_SCALE else 1.0
    return mean[0], np.sqrt(off.sum(axis=axes, keepdims=True) / count)[0] / scale, np.array(scale)


def carried(arrays: Arrays) -> np.ndarray:
    """Callable genes in which the patient has a variant, `(patients, genes)`."""
    patient, variant = np.nonzero(arrays["variant_mask"])
    found = np.zeros(arrays["gene_mask"].shape, bool)
    found[patient, arrays["variant_gene"][patient, variant]] = True
    return found & arrays["gene_mask"]


def hide_genes(
    arrays: Arrays, random: np.random.Generator, share: float, features: Features
) -> tuple[Arrays, np.ndarray]:
    """Hide a share of each patient's genes, and ask their features.

    Args:
        arrays: Of the network.
        random: Draws what is hidden.
        share: Of the callable genes, hidden.
        features: What is asked.

    Returns:
        All arrays, hidden genes not callable and without variants in them; and
        `features.targets` of the hidden genes.
    """
    seen = arrays["gene_mask"]
    hidden = seen & (random.random(seen.shape) < share)
    left = arrays["variant_mask"] & ~np.take_along_axis(hidden, arrays["variant_gene"], axis=1)
    shown = {
        "variants": np.where(left[..., None], arrays["variants"], 0),
        "variant_gene": np.where(left, arrays["variant_gene"], 0),
        "variant_mask": left,
        "genes": np.where(hidden[..., None], 0, arrays["genes"]),
        "gene_mask": seen & ~hidden,
    }
    return {**arrays, **shown}, features.targets(arrays, hidden)


def hide_variants(
    arrays: Arrays, random: np.random.Generator, share: float, features: Features
) -> tuple[Arrays, np.ndarray]:
    """Hide a share of the features of each variant, and ask those of the genes with variants.

    Args:
        arrays: Of the network.
        random: Draws what is hidden.
        share: Of the features of all variants, hidden one by one.
        features: What is asked.

    Returns:
        VARIANT_ARRAYS alone, hidden features zero, which is the mean; and `features.targets` of
        the callable genes in which the patient has a variant.
    """
    kept = random.random(arrays["variants"].shape) >= share
    shown = {name: arrays[name] for name in VARIANT_ARRAYS}
    shown["variants"] = np.where(kept, arrays["variants"], 0)
    return shown, features.targets(arrays, carried(arrays))


class HiddenBatches(keras.utils.PyDataset):
    """Batches of patients from whom something is hidden, anew in every epoch.

    Args:
        arrays: Of the network, first axis patients.
        hide: From arrays and chance to what is left of them, and targets.
        size: Patients in a batch; the last may be smaller.
        seed: Of the order and of what is hidden.
        draws: How often each patient comes in an epoch, in a fixed order and with the same hidden
            in every epoch; None for patients who teach, whose order and draw change.
    """

    def __init__(
        self, arrays: Arrays, hide: Hide, size: int, seed: int, draws: int | None = None
    ) -> None:
        """Order the first epoch."""
        super().__init__()
        self.arrays, self.hide, self.size, self.seed, self.draws = arrays, hide, size, seed, draws
        self.patients = len(arrays["gene_mask"])
        self.order_epoch(0)

    def order_epoch(self, epoch: int) -> None:
        """Draw the order of an epoch."""
        if self.draws is None:
            self.epoch = epoch
            self.order = np.random.default_rng([self.seed, epoch]).permutation(self.patients)
        else:
            self.epoch = 0
            self.order = np.tile(np.arange(self.patients), self.draws)

    def __len__(self) -> int:
        """Count the batches."""
        return -(-len(self.order) // self.size)

    def __getitem__(self, index: int) -> tuple[Arrays, np.ndarray]:
        """What is left of one batch, and targets."""
        rows = self.order[index * self.size : (index + 1) * self.size]
        random = np.random.default_rng([self.seed, self.epoch, index])
        return self.hide({name: values[rows] for name, values in self.arrays.items()}, random)


def _flag_of(feature: str, track: list[str]) -> int:
    """Place of the flag that tells whether a feature was measured; -1 where there is none."""
    for flag in FLAGGED:
        if flag in track and feature.startswith(flag.removesuffix("measured").rstrip("_")):
            return track.index(flag)
    return -1


def _read(arrays: Arrays, places: list[int], flags: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Features of genes, and where they are known, `(patients, genes, features)`."""
    track = arrays["genes"]
    known = np.stack(
        [np.ones(track.shape[:2], bool) if flag < 0 else track[..., flag] > 0 for flag in flags],
        axis=-1,
    )
    return track[..., places], known & arrays["gene_mask"][..., None]
