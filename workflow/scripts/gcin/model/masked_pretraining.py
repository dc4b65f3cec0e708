"""Pre-training on genomes alone: what is hidden of them is told from the rest.

It needs neither outcomes nor omics, so every patient with a genome teaches. First the variant
encoder learns to tell what variants do to their genes from part of what is known of them; then all
layers that carry the genome learn to tell genes that are hidden from the others. What was learnt
is where training starts, unless patients held out say that it is no better than frequencies.
"""

import logging
from collections.abc import Mapping
from functools import partial

import keras
import numpy as np

from gcin.model.backend import compiles_steps
from gcin.model.layers.genome import ChromosomeGaps
from gcin.model.layers.masking import GeneDecoder, ImpairmentDecoder
from gcin.model.losses import MeasuredError
from gcin.model.masking import (
    VARIANT_ARRAYS,
    Arrays,
    Features,
    HiddenBatches,
    fit_features,
    genome_alone,
    hide_genes,
    hide_variants,
)
from gcin.model.pretraining import ENCODER, Taught
from gcin.model.resuming import PREDICTED_AT_ONCE, WithoutPenalties

logger = logging.getLogger(__name__)

# Layers with weights that carry the genome and are taught, by how their names begin. Gates are not:
# what is of no use to tell genes may be of use to tell outcomes.
CARRYING = (
    "variant_encoder_",
    "track_convolution_",
    "arm_recurrence",
    "arms_side_by_side",
    "pathway_tokens",
    "pathway_attention_",
    "patient_",
    "trunk",
)
READ = ("drop_fused", "trunk")  # what the heads read
LEAST_VARIANCE = 1e-8  # of a unit that varies at all
CODE = 8  # numbers between what the heads read and the genes told from it
LEAST_AXIS = 1e-3  # of the first singular value; what is less is the rounding of numbers
LEAST_GAIN = 1e-4  # of the loss of frequencies; what is less does not count as better
LEAST_ERRORS = 2.0  # standard errors by which patients held out must be told better
SHRINKAGE = 0.2  # learning rates; a gene that follows from others moves by nearly one a step
FEWEST = 2  # patients, below whom nothing varies
DRAWS = 4  # of what is hidden from a patient held out


def pretrain_masked(
    network: keras.Model,
    train: Arrays,
    held: Arrays,
    track: list[str],
    settings: Mapping[str, Mapping],
    seed: int,
) -> list[Taught]:
    """Teach the layers that carry the genome, from genomes alone.

    Args:
        network: As built; an encoder that is frozen stays as it is.
        train: Arrays of part train.
        held: Arrays of the inner split.
        track: Names of the features of the gene track.
        settings: `network`, `training` and `pretraining` of the model's configuration.
        seed: Of the order of patients and of what is hidden.

    Returns:
        What each way of hiding gave that the design asks for.
    """
    design, told = settings["network"], []
    asked = design["masked_pretraining"]
    if asked == "none":
        return []
    parts = genome_alone(train), genome_alone(held)
    if min(len(part["gene_mask"]) for part in parts) < FEWEST:
        logger.info("not pre-trained: fewer than %d patients of a part have a genome", FEWEST)
        return []
    if asked != "genes" and design["variant_set"] and network.get_layer(ENCODER[0]).trainable:
        features = fit_features(parts[0], track, of_variants=True)
        hide = partial(hide_variants, features=features)
        model = encoder_model(network, features)
        told.append(_teach("variants", network, model, hide, parts, settings, seed))
    if asked != "variants":
        features = fit_features(parts[0], track, of_variants=False)
        hide = partial(hide_genes, features=features)
        shrinkage = SHRINKAGE * settings["pretraining"]["learning_rate"]
        model = trunk_model(network, features, parts[0], shrinkage)
        told.append(_teach("genes", network, model, hide, parts, settings, seed))
    return told


def encoder_model(network: keras.Model, features: Features) -> keras.Model:
    """The variant encoder and gene pool, with a decoder behind them."""
    inputs = {name: network.input[name] for name in VARIANT_ARRAYS}
    impairment = network.get_layer("gene_pool").output
    return keras.Model(inputs, ImpairmentDecoder(len(features.places), name="decoder")(impairment))


def trunk_model(
    network: keras.Model, features: Features, arrays: Arrays, shrinkage: float = 0.0
) -> keras.Model:
    """Everything before the heads, with a decoder in their place.

    Args:
        network: As built.
        features: Those that are asked.
        arrays: Of training patients, on whom the scale is fitted of what the heads read.
        shrinkage: Of the decoder's weights of single genes, at each step.
    """
    code = _code(network, arrays)
    track, rows, kernel = None, [], 1
    for layer in network.layers:
        if isinstance(layer, ChromosomeGaps):
            rows = [layer.source.index(gene) for gene in range(len(layer.chromosomes))]
    if rows:
        convolution = network.get_layer("track_convolution_2")
        track, kernel = convolution.output, convolution.kernel_size
    asked = len(features.places)
    decoder = GeneDecoder(features.spread.ravel(), asked, shrinkage, rows, kernel, name="decoder")
    return keras.Model(network.input, decoder(code) if track is None else decoder(code, track))


def _code(network: keras.Model, arrays: Arrays) -> keras.KerasTensor:
    """What the heads read, summed up in a few numbers that begin as its principal components.

    Behind gates that are nearly closed, most of it says so little that it would not be heard.
    """
    said = keras.layers.Concatenate()([network.get_layer(name).output for name in READ])
    values = keras.Model(network.input, said).predict(
        dict(arrays), batch_size=PREDICTED_AT_ONCE, verbose=0
    )
    mean, variance = values.mean(axis=0), values.var(axis=0)
    variance = np.where(variance > LEAST_VARIANCE, variance, 1)
    _, size, axes = np.linalg.svd((values - mean) / np.sqrt(variance), full_matrices=False)
    count = min(CODE, int((size > LEAST_AXIS * size[0]).sum()))
    weights = axes[:count].T / (size[:count] / len(values) ** 0.5)
    code = keras.layers.Dense(
        count, use_bias=False, kernel_initializer=lambda *_, **__: weights, name="code"
    )
    # Keras's own layer for this looks for TensorFlow under every library.
    return code((said - mean) / np.sqrt(variance))


def _teach(
    what: str,
    network: keras.Model,
    model: keras.Model,
    hide: partial,
    parts: tuple[Arrays, Arrays],
    settings: Mapping,
    seed: int,
) -> Taught:
    """Fit to part train, and undo it unless patients held out are told better by it."""
    start = [keras.ops.convert_to_numpy(variable) for variable in network.variables]
    hide = partial(hide, share=settings["pretraining"]["hidden_share"])
    train = HiddenBatches(parts[0], hide, settings["training"]["batch_size"], seed)
    held = HiddenBatches(parts[1], hide, PREDICTED_AT_ONCE, seed, DRAWS)
    resting = [
        layer
        for layer in network.layers
        if layer.weights and layer.trainable and not layer.name.startswith(CARRYING)
    ]
    for layer in resting:
        layer.trainable = False
    by_frequency = _errors(held, None)
    _fit(model, train, held, settings["pretraining"], LEAST_GAIN * by_frequency.mean())
    for layer in resting:
        layer.trainable = True
    by_model = _errors(held, model)
    gain = by_frequency - by_model
    left = float(by_model.sum() / by_frequency.sum()) if by_frequency.any() else 1.0
    kept = bool(gain.mean() * len(gain) ** 0.5 > LEAST_ERRORS * gain.std())
    if not kept:
        for variable, value in zip(network.variables, start, strict=True):
            variable.assign(value)
    words = "training starts from there" if kept else "no better than frequencies, and left out"
    logger.info("masked %s: %.4f of variance left in patients held out; %s", what, left, words)
    return Taught(f"masked {what}", left, kept)


def _fit(
    model: keras.Model,
    train: HiddenBatches,
    held: HiddenBatches,
    settings: Mapping,
    least_gain: float,
) -> None:
    """Fit with early stopping on patients held out."""
    model.compile(
        keras.optimizers.Adam(settings["learning_rate"]),
        MeasuredError(),
        jit_compile=compiles_steps(),
    )
    stopping = keras.callbacks.EarlyStopping(
        min_delta=least_gain, patience=settings["patience_epochs"], restore_best_weights=True
    )
    ordering = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, _: train.order_epoch(epoch)
    )
    model.fit(
        train,
        validation_data=held,
        epochs=settings["max_epochs"],
        shuffle=False,
        callbacks=[WithoutPenalties(), stopping, ordering],
        verbose=0,
    )


def _errors(held: HiddenBatches, model: keras.Model | None) -> np.ndarray:
    """Squared error of each patient held out; without a model, of the mean."""
    errors = []
    for index in range(len(held)):
        arrays, targets = held[index]
        told = 0 if model is None else model.predict_on_batch(arrays)
        errors.append((targets[..., 1] * (targets[..., 0] - told) ** 2).sum(axis=1))
    return np.concatenate(errors).reshape(held.draws, held.patients).sum(axis=0)
