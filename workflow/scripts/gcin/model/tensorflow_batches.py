"""Batches that TensorFlow cuts of its own tensors; imported only where it is the backend."""

from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    from gcin.model.batches import Batches


def cut_by_tensorflow(batches: "Batches") -> tf.data.Dataset:
    """Make a dataset of an epoch's batches, anew in each epoch.

    Args:
        batches: Patients, and their order in the epoch that begins.

    Returns:
        Inputs and targets of each batch, by name.
    """
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
