"""Training that survives a kill: its state is kept after every epoch, and taken up again.

A run that is taken up ends as an undisturbed one: weights, moments of the optimizer, seeds of the
dropout layers and the counts of early stopping are kept, and the order of the batches follows from
seed and epoch alone.
"""

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import keras
import numpy as np

from gcin.model.losses import of_outcomes

logger = logging.getLogger(__name__)

PREDICTED_AT_ONCE = 256  # patients; the answer is the same for any number
STOPPING = ("wait", "best", "best_epoch", "stopped_epoch", "best_weights")
PATIENCE_PER_PATIENT = 2 / 3  # epochs for each patient of the inner split (docs/designs.md)
EXHAUSTED = ("RESOURCE_EXHAUSTED", "ResourceExhausted", "OutOfMemory", "out of memory", "OOM when")


@dataclass(frozen=True)
class Kept:
    """Where the state of a run is kept.

    Attributes:
        path: A file beside the outputs, which no rule knows of.
        key: Of code, settings and data; a state of another key is not taken up.
    """

    path: Path
    key: str

    def of(self, *facts: str | Mapping[str, np.ndarray]) -> "Kept":
        """Bind the state to facts that it rests on beside the key: words, or arrays by name."""
        found = hashlib.sha256()
        for fact in facts:
            parts = [fact.encode()] if isinstance(fact, str) else map(fact.get, sorted(fact))
            for part in parts:
                found.update(part if isinstance(part, bytes) else np.ascontiguousarray(part))
        return replace(self, key=f"{self.key} {found.hexdigest()}")

    def load(self) -> dict | None:
        """Read the state of an interrupted run; None where there is none, or one of another key."""
        if not self.path.is_file():
            return None
        state = joblib.load(self.path)
        if state["key"] != self.key:
            logger.info("began anew: code, settings or data are not those of the interrupted run")
            return None
        logger.info("went on after epoch %d, where the run was interrupted", state["epoch"])
        return state

    def save(self, state: Mapping) -> None:
        """Write a state; a kill while it is written leaves the one before."""
        draft = self.path.with_name(self.path.name + ".part")
        joblib.dump({**state, "key": self.key}, draft)
        draft.replace(self.path)

    def drop(self) -> None:
        """Remove the state of a run that has ended."""
        self.path.unlink(missing_ok=True)


class Batches(keras.utils.PyDataset):
    """Batches of patients in an order that follows from the seed and the epoch.

    Args:
        arrays: Inputs of the network, first axis patients.
        targets: Targets by endpoint, likewise.
        size: Patients in a batch; the last may be smaller.
        seed: Of the order.
    """

    def __init__(self, arrays: dict, targets: dict, size: int, seed: int) -> None:
        """Order the first epoch."""
        super().__init__()
        self.arrays, self.targets, self.size, self.seed = arrays, targets, size, seed
        self.patients = len(next(iter(arrays.values())))
        self.order_epoch(0)

    def order_epoch(self, epoch: int) -> None:
        """Draw the order of an epoch."""
        random = np.random.default_rng([self.seed, epoch])
        self.order = random.permutation(self.patients)

    def __len__(self) -> int:
        """Count the batches."""
        return -(-self.patients // self.size)

    def __getitem__(self, index: int) -> tuple[dict, dict]:
        """Inputs and targets of one batch."""
        rows = self.order[index * self.size : (index + 1) * self.size]
        return tuple(
            {name: values[rows] for name, values in block.items()}
            for block in (self.arrays, self.targets)
        )


class Keeping(keras.callbacks.Callback):
    """Order each epoch's batches, keep the state after it, and say in the log how it goes.

    Put behind whatever corrects the losses, and behind the early stopping.

    Args:
        batches: What is trained on.
        stopping: Early stopping of the same run.
        kept: Where the state goes; None where nothing is kept.
        epochs: Most epochs.
    """

    def __init__(
        self,
        batches: Batches,
        stopping: keras.callbacks.EarlyStopping,
        kept: Kept | None,
        epochs: int,
    ) -> None:
        """Read the state of an interrupted run."""
        super().__init__()
        self.batches, self.stopping, self.epochs = batches, stopping, epochs
        self.kept = kept
        self.state = self.kept.load() if self.kept else None
        self.history: list[dict] = self.state["history"] if self.state else []
        self.began = time.monotonic()

    @property
    def first_epoch(self) -> int:
        """Epochs done before; all of them where early stopping had ended the run already."""
        if self.state and self.state["stopping"]["wait"] >= self.stopping.patience:
            return self.epochs
        return self.state["epoch"] if self.state else 0

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Take up the state of an interrupted run."""
        if self.state:
            _assign(self.model.variables, self.state["network"])
            _assign(self.model.optimizer.variables, self.state["optimizer"])
            for name, value in self.state["stopping"].items():
                setattr(self.stopping, name, value)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Order the batches."""
        self.batches.order_epoch(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Keep the state."""
        self.history.append({name: float(value) for name, value in logs.items()})
        done, spent = epoch + 1 - self.first_epoch, time.monotonic() - self.began
        left = spent / done * (self.epochs - epoch - 1) / 60
        losses = (logs["loss"], logs["val_loss"])
        text = "epoch %d of at most %d: loss %.4f, val_loss %.4f, at most %.1f min left"
        logger.info(text, epoch + 1, self.epochs, *losses, left)
        if self.kept:
            self.kept.save(
                {
                    "epoch": epoch + 1,
                    "network": _values(self.model.variables),
                    "optimizer": _values(self.model.optimizer.variables),
                    "stopping": {name: getattr(self.stopping, name) for name in STOPPING},
                    "history": self.history,
                }
            )


class WithoutPenalties(keras.callbacks.Callback):
    """Take penalties on weights off the reported losses, so that likelihood of outcomes decides."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Correct the losses of an epoch."""
        of_outcomes(logs)
        penalty = penalty_of(self.model)
        for name in ("loss", "val_loss"):
            logs[name] -= penalty


def fit_epochs(
    network: keras.Model,
    train: tuple,
    held: tuple,
    settings: Mapping,
    seed: int,
    kept: Kept | None,
) -> list[dict]:
    """Train until the inner split says stop, and leave the network with its best weights there.

    Args:
        network: Compiled, its optimizer built.
        train: Arrays and targets to fit.
        held: Arrays and targets of the inner split.
        settings: `batch_size`, `max_epochs`, `patience_epochs`, `patience_steps`.
        seed: Of the order of batches.
        kept: Where an interrupted run is taken up and this one keeps its state.

    Returns:
        The losses of each epoch, those before an interruption included.

    Raises:
        MemoryError: Names the batch size to try.
    """
    batches = Batches(*train, settings["batch_size"], seed)
    patience = patience_of(settings, len(batches), len(next(iter(held[0].values()))))
    stopping = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=patience, restore_best_weights=True
    )
    kept = kept and kept.of(*train, *held)
    keeping = Keeping(batches, stopping, kept, settings["max_epochs"])
    try:
        network.fit(
            batches,
            initial_epoch=keeping.first_epoch,
            epochs=settings["max_epochs"],
            shuffle=False,
            validation_data=held,
            validation_batch_size=PREDICTED_AT_ONCE,
            callbacks=[WithoutPenalties(), stopping, keeping],
            verbose=0,
        )
    except Exception as error:
        tell_exhaustion(error, settings["batch_size"])
        raise
    return keeping.history


def patience_of(settings: Mapping, steps: int, held: int) -> int:
    """Choose how many epochs without a better loss end the training.

    The loss rises while clinical columns are overfitted, and falls again once variants are
    understood, which takes steps; but among many epochs the loss of few patients is best
    somewhere by chance.

    Args:
        settings: `patience_epochs`, the least; `patience_steps`, where many patients judge.
        steps: In an epoch.
        held: Patients of the inner split.
    """
    allowed = min(PATIENCE_PER_PATIENT * held, settings["patience_steps"] / steps)
    return max(settings["patience_epochs"], int(allowed))


def penalty_of(network: keras.Model) -> float:
    """Sum the penalties on the weights of a network."""
    return float(sum(keras.ops.convert_to_numpy(loss) for loss in network.losses))


def tell_exhaustion(error: Exception, batch_size: int) -> None:
    """Say what to do where memory was exhausted, whichever backend's error says so.

    Args:
        error: What training ended with.
        batch_size: Patients in a batch.

    Raises:
        MemoryError: Names the batch size to try; no other error is raised.
    """
    words = f"{type(error).__name__} {error}"
    if isinstance(error, MemoryError) or any(word in words for word in EXHAUSTED):
        raise MemoryError(
            f"memory ran out with {batch_size} patients in a batch: set model.training.batch_size "
            f"to {max(batch_size // 2, 1)}, or give the job more memory."
        ) from error


def _values(variables: list) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def _assign(variables: list, values: list[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
