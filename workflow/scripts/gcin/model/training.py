"""Training of the network: linear path first, then everything, with early stopping."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from gcin.model.backend import compiles_steps
from gcin.model.curves import clocks_of, curve_table, survival_of
from gcin.model.inputs import Patients, arm_numbers, network_arrays
from gcin.model.losses import (
    AnsweredCrossEntropy,
    AnsweredSquaredError,
    ReceivedCrossEntropy,
    added_entropy,
    of_outcomes,
)
from gcin.model.masked_pretraining import pretrain_masked
from gcin.model.outcomes import by_arm, targets_of, values_of
from gcin.model.predictions import taught_rows
from gcin.model.preparation import Preparation
from gcin.model.pretraining import columns_of
from gcin.model.propensity import received_targets
from gcin.model.resuming import PREDICTED_AT_ONCE, Kept, fit_epochs, penalty_of
from gcin.model.shape import ARM
from gcin.model.starting import start_network

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """A trained network and how it went.

    Attributes:
        network: With the weights of the best epoch on the inner split.
        history: `epoch loss val_loss` and the endpoints' losses; epoch 0 is before training. What
            a propensity head adds is `arm_loss val_arm_loss`, and no part of `loss` and `val_loss`.
            Of each pre-training that was tried, how much it `left` and whether it was `kept`.
    """

    network: keras.Model
    history: pd.DataFrame


def train_network(
    patients: Patients,
    preparation: Preparation,
    members: pd.DataFrame,
    settings: Mapping[str, Mapping],
    seed: int,
    kept: Kept | None = None,
) -> Trained:
    """Train one network of a fold.

    It begins as a ridge model, and the weights kept are never worse than that on the inner split.
    The variant encoder learns from read-outs of pathways before, where there are any, and from what
    is hidden of genomes where the design says so.

    Args:
        patients: Of parts train and validation; outcomes of others are not looked at.
        preparation: Fitted on part train.
        members: `pathway` and `gene`.
        settings: `network`, `linear`, `ridge`, `preparation`, `pretraining` and `training` of the
            model's configuration.
        seed: Of initial weights, order of batches and dropout.
        kept: Where an interrupted run is taken up and this one keeps its state.
    """
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(settings["training"]["precision"])
    train, inner = patients.part("train"), patients.part("validation")
    weight = settings["network"]["propensity"]
    arrays, targets = examples(train, preparation, weight)
    network, shape, taught = start_network(patients, arrays, preparation, members, settings, seed)
    held = examples(inner, preparation, weight)
    taught += pretrain_masked(network, arrays, held[0], list(preparation.track), settings, seed)
    numeric = [name for name, asked in preparation.endpoints.items() if asked.numeric]
    parts = (arrays, targets), held
    # Pathways say which weight belongs to which genes, and are no part of the arrays.
    kept = kept and kept.of(repr(shape))
    history = fit_network(network, *parts, settings["training"], seed, kept, numeric)
    return Trained(network, history.assign(**columns_of(taught)))


def examples(
    patients: Patients, preparation: Preparation, propensity: float = 0
) -> tuple[dict, dict]:
    """Make the arrays and targets of a network.

    Args:
        patients: Of one part.
        preparation: Fitted on part train.
        propensity: Weight of the arm received beside outcomes; 0 for a network that tells none.

    Returns:
        Arrays of the network, and targets of every endpoint in the arm that each received.
    """
    arm = arm_numbers(patients.table, preparation.arms)
    targets = {
        name: by_arm(targets_of(patients.table, name, endpoint), arm, len(preparation.arms))
        for name, endpoint in preparation.endpoints.items()
    }
    if propensity:
        targets[ARM] = received_targets(patients.table, preparation.arms, propensity)
    return network_arrays(patients, preparation), targets


def fit_network(
    network: keras.Model,
    train: tuple,
    held: tuple,
    settings: Mapping,
    seed: int,
    kept: Kept | None = None,
    numeric: Collection[str] = (),
) -> pd.DataFrame:
    """Fit a network to arrays and targets, and leave it with the best weights on `held`.

    Args:
        network: As built, perhaps with weights to start from.
        train: Arrays and targets to fit.
        held: Arrays and targets of the inner split.
        settings: `batch_size`, `learning_rate`, `max_epochs`, `patience_epochs`,
            `patience_steps`.
        seed: Of the order of batches.
        kept: Where an interrupted run is taken up and this one keeps its state.
        numeric: Endpoints that are quantities.

    Returns:
        `epoch loss val_loss …`, from epoch 0.

    Raises:
        MemoryError: Names the batch size to try.
    """
    network.compile(
        keras.optimizers.Adam(settings["learning_rate"], clipnorm=1.0),
        loss={name: _loss_of(name, numeric) for name in network.output},
        metrics={ARM: added_entropy()} if ARM in network.output else None,
        jit_compile=compiles_steps(),
    )
    # Made now, its variables do not make TensorFlow trace the training step a second time.
    network.optimizer.build(network.trainable_variables)
    start = network.get_weights()
    before = _losses(network, train) | {
        f"val_{name}": value for name, value in _losses(network, held).items()
    }
    epochs = fit_epochs(network, train, held, settings, seed, kept)
    history = pd.DataFrame([before, *epochs])
    best = int(history["val_loss"].idxmin())
    if best == 0:
        network.set_weights(start)
    losses = [best, len(history) - 1, history["val_loss"].min(), before["val_loss"]]
    logger.info("kept epoch %d of %d: val_loss %.4f, at the start %.4f", *losses)
    return history.rename_axis("epoch").reset_index()


def _loss_of(output: str, numeric: Collection[str]) -> keras.losses.Loss:
    if output == ARM:
        return ReceivedCrossEntropy()
    return AnsweredSquaredError() if output in numeric else AnsweredCrossEntropy()


def predict_network(
    network: keras.Model,
    patients: Patients,
    preparation: Preparation,
    batch_size: int = PREDICTED_AT_ONCE,
) -> dict[str, np.ndarray]:
    """Predict every arm of every patient.

    Returns:
        Endpoint to `(patients, arms)`: probability, risk (higher = sooner event) or amount.
    """
    told = _told(network, patients, preparation, batch_size)
    return {name: values_of(preparation.endpoints[name], values) for name, values in told.items()}


def network_curves(
    network: keras.Model,
    patients: Patients,
    preparation: Preparation,
    batch_size: int = PREDICTED_AT_ONCE,
) -> pd.DataFrame:
    """Predict the survival curves of part test under every arm.

    Args:
        network: Trained.
        patients: Of all parts; outcomes of part test are not looked at.
        preparation: Fitted on part train.
        batch_size: Patients predicted at once.

    Returns:
        `patient endpoint arm time survival`.
    """
    clocks = clocks_of(patients.table, preparation.endpoints)
    test = patients.part("test")
    told = _told(network, test, preparation, batch_size)
    curves = {
        name: survival_of(told[name], preparation.endpoints[name].cuts, clock)
        for name, clock in clocks.items()
    }
    table = curve_table(test.table.index, curves, clocks, preparation.arms)
    return taught_rows(table, preparation.endpoints)


def _told(
    network: keras.Model, patients: Patients, preparation: Preparation, batch_size: int
) -> dict[str, np.ndarray]:
    """Chance of the event in each interval, or score, `(patients, arms, intervals)`."""
    arrays = network_arrays(patients, preparation)
    outputs = network.predict(arrays, batch_size=batch_size, verbose=0)
    asked = preparation.endpoints
    scores = {name: values.astype("float64") for name, values in outputs.items() if name in asked}
    return {
        name: values if asked[name].numeric else 1 / (1 + np.exp(-values))
        for name, values in scores.items()
    }


def _losses(network: keras.Model, data: tuple) -> dict[str, float]:
    losses = network.evaluate(*data, batch_size=PREDICTED_AT_ONCE, verbose=0, return_dict=True)
    return of_outcomes(losses | {"loss": losses["loss"] - penalty_of(network)})
