"""Batches of patients, in an order that follows from seed and epoch alone."""

from typing import TYPE_CHECKING

import keras
import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf


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


def fed(batches: Batches) -> "Batches | tf.data.Dataset":
    """Hand batches to `fit` in the way that costs the backend least.

    Keras asks Python for every batch, which takes TensorFlow a tenth of an epoch. There the order
    of an epoch is asked for once, and its batches are cut by TensorFlow: the same patients in the
    same order.
    """
    return _cut_by_tensorflow(batches) if keras.backend.backend() == "tensorflow" else batches


def _cut_by_tensorflow(batches: Batches) -> "tf.data.Dataset":
    import tensorflow as tf

    with tf.device("CPU"):  # where batches are cut; a GPU sees no more than one of them
        everything = tf.nest.map_structure(tf.convert_to_tensor, (batches.arrays, batches.targets))
    starts = range(0, batches.patients, batches.size)
    sizes = [min(batches.size, batches.patients - start) for start in starts]

    def parts(order: tf.Tensor) -> tf.data.Dataset:
        places = tf.data.Dataset.from_tensor_slices((list(starts), sizes))
        return places.map(lambda start, size: order[start : start + size])

    def batch(rows: tf.Tensor) -> tuple:
        return tf.nest.map_structure(lambda values: tf.gather(values, rows), everything)

    told = tf.TensorSpec((batches.patients,), tf.int64)
    # A generator, since the order is another one in every epoch.
    orders = tf.data.Dataset.from_generator(lambda: [batches.order], output_signature=told)
    cut = orders.flat_map(parts).map(batch)
    return cut.apply(tf.data.experimental.assert_cardinality(len(batches)))
