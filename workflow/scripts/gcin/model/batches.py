"""Batches of patients, in an order that follows from seed and epoch alone."""

import keras
import numpy as np


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


def fed(batches: Batches) -> object:
    """Hand batches to `fit` in the way that costs the backend least, as themselves or a dataset.

    Keras asks Python for every batch, which takes TensorFlow a tenth of an epoch. There the order
    of an epoch is asked for once, and its batches are cut by TensorFlow: the same patients in the
    same order.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    from gcin.model.tensorflow_batches import cut_by_tensorflow

    return cut_by_tensorflow(batches)
