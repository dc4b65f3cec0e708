"""Pre-training of the variant encoder on what pathways show of the damage to their genes.

Outcomes are few and noisy; a table of omics that reads out pathways (the expression of their
targets, say) tells of every variant of every gene whether it did any harm. The encoder, which all
genes share, learns that first, from training patients alone and without any outcome.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd

from gcin.model.backend import compiles_steps
from gcin.model.inputs import VARIANT_ARRAYS, Patients, variant_arrays
from gcin.model.layers.readouts import PathwayReadout
from gcin.model.losses import MeasuredError
from gcin.model.preparation import Preparation
from gcin.model.resuming import PREDICTED_AT_ONCE

logger = logging.getLogger(__name__)

ENCODER = ("variant_encoder_1", "variant_encoder_2")
LEAST_GAIN = 1e-3  # of the loss of a patient; what is less does not count as better
# Of the variance of held-out read-outs, times the root of their number: by less, which the best of
# many epochs reaches by chance, the encoder is not frozen.
LEAST_EXPLAINED = 2.0


class Readout(NamedTuple):
    """A feature of omics that reads out a pathway.

    Attributes:
        feature: Its name, `table pathway`.
        genes: Places of the pathway's genes.
        mean: Of training patients.
        scale: Standard deviation over the same.
    """

    feature: str
    genes: list[int]
    mean: float
    scale: float


class Taught(NamedTuple):
    """What one way of pre-training gave.

    Attributes:
        means: What taught.
        left: Share of the variance of what was asked that it leaves in patients held out.
        kept: Whether training starts from what it taught.
    """

    means: str
    left: float
    kept: bool


def columns_of(taught: Iterable[Taught]) -> dict[str, float | bool]:
    """What the history of a run says of its pre-training: `MEANS left` and `MEANS kept`."""
    return {
        f"{one.means} {name}": getattr(one, name) for one in taught for name in ("left", "kept")
    }


def pretrain(
    network: keras.Model,
    patients: Patients,
    preparation: Preparation,
    members: pd.DataFrame,
    settings: Mapping[str, Mapping],
) -> list[Taught]:
    """Train the variant encoder of a network on the read-outs of pathways, and freeze it.

    Where variants do not explain the read-outs of patients held out, nothing is changed.

    Args:
        network: As built.
        patients: Of parts train and validation; part test is not looked at.
        preparation: Fitted on part train.
        members: `pathway` and `gene`.
        settings: `network`, `training` and `pretraining` of the model's configuration.

    Returns:
        What it gave; nothing where there was nothing to learn from.
    """
    design, asked = settings["network"], settings["pretraining"]["readouts"]
    if not (asked and design["genome"] and design["variant_set"]):
        return []
    readouts = _readouts(preparation, members)
    train, held = (
        _examples(patients.part(part), preparation, readouts) for part in ("train", "validation")
    )
    if not (len(train[1]) and len(held[1])):
        logger.info("not pre-trained: no table of omics reads out a pathway of the genome")
        return []
    encoder = [network.get_layer(name) for name in ENCODER]
    start = [layer.get_weights() for layer in encoder]
    model = _reader(network, len(preparation.genes), readouts)
    batch_size = settings["training"]["batch_size"]
    left = _fit(model, train, held, settings["pretraining"], batch_size) / _spread(held[1])
    taught = (1 - left) * held[1][..., 1].sum() ** 0.5 >= LEAST_EXPLAINED
    for layer, weights in zip(encoder, start, strict=True):
        if taught:
            layer.trainable = False
        else:
            layer.set_weights(weights)
    words = "the encoder is frozen" if taught else "they taught nothing, and are left out"
    logger.info("%d read-outs: %.3f of variance left; %s", len(readouts), left, words)
    return [Taught("read-outs", float(left), bool(taught))]


def _spread(targets: np.ndarray) -> float:
    """Mean square of the read-outs that were measured."""
    return float((targets[..., 1] * targets[..., 0] ** 2).sum() / targets[..., 1].sum())


def _readouts(preparation: Preparation, members: pd.DataFrame) -> list[Readout]:
    """Features of omics that are named after a pathway of the genome."""
    place = {gene: number for number, gene in enumerate(preparation.genes)}
    known = members[members["gene"].isin(place)].drop_duplicates()
    genes = known.groupby("pathway")["gene"].agg(lambda names: [place[name] for name in names])
    return [
        Readout(feature, genes[feature.removeprefix(f"{omics.table} ")], mean, scale)
        for omics in preparation.omics
        for feature, mean, scale in zip(omics.features, omics.mean, omics.scale, strict=True)
        if feature.removeprefix(f"{omics.table} ") in genes
    ]


def _examples(
    patients: Patients, preparation: Preparation, readouts: list[Readout]
) -> tuple[dict, np.ndarray]:
    """Variants, and standardised read-outs with weights, of the patients who have both."""
    values = patients.omics[[readout.feature for readout in readouts]]
    # A patient without a genome would read as one without variants.
    measured = values.notna().to_numpy(dtype=bool) & patients.genomes.mask.any(axis=1)[:, None]
    rows = measured.any(axis=1)
    mean, scale = (np.array([getattr(r, name) for r in readouts]) for name in ("mean", "scale"))
    standard = np.nan_to_num((values.to_numpy("float64") - mean) / scale)
    targets = np.stack([standard, measured], axis=-1).astype("float32")
    return variant_arrays(patients.rows(rows).genomes, preparation), targets[rows]


def _reader(network: keras.Model, genes: int, readouts: list[Readout]) -> keras.Model:
    """The network's encoder with read-outs in place of everything behind it."""
    members = np.zeros((len(readouts), genes))
    for row, readout in enumerate(readouts):
        members[row, readout.genes] = 1
    inputs = {name: network.input[name] for name in VARIANT_ARRAYS}
    impairment = network.get_layer("gene_pool").output
    return keras.Model(inputs, PathwayReadout(members.tolist(), name="readouts")(impairment))


def _fit(
    model: keras.Model, train: tuple, held: tuple, settings: Mapping, batch_size: int
) -> float:
    """Fit to `train`, and say the mean squared error of the read-outs in `held`."""
    model.compile(
        keras.optimizers.Adam(settings["learning_rate"]),
        MeasuredError(),
        jit_compile=compiles_steps(),
    )
    stopping = keras.callbacks.EarlyStopping(
        min_delta=LEAST_GAIN, patience=settings["patience_epochs"], restore_best_weights=True
    )
    model.fit(
        *train,
        validation_data=held,
        batch_size=batch_size,
        epochs=settings["max_epochs"],
        callbacks=[stopping],
        verbose=0,
    )
    # Of the weights that are kept, and without the penalties that the losses of epochs hold.
    value, weight = held[1][..., 0], held[1][..., 1]
    told = model.predict(held[0], batch_size=PREDICTED_AT_ONCE, verbose=0)
    return float((weight * (value - told) ** 2).sum() / weight.sum())
