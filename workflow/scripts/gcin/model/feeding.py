"""Batches on their way into the network.

Keras asks a Python object for each batch, converts every array of it and hands it over between
threads, which takes a tenth of an epoch of a small network. TensorFlow can cut the same batches out
of arrays that it holds, and is told by Python which rows they are.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import keras
import numpy as np

from gcin.model.batches import Batches

if TYPE_CHECKING:
    import tensorflow as tf


def fed(batches: Batches) -> "Batches | tf.data.Dataset":
    """Let the backend cut batches itself, where it can; order and contents stay the same.

    The order is asked for when an epoch begins.
    """
    return _cut_by_tensorflow(batches) if keras.backend.backend() == "tensorflow" else batches


def _cut_by_tensorflow(batches: Batches) -> "tf.data.Dataset":
    # Other backends have no TensorFlow.
    import tensorflow as tf

    def rows() -> Iterator[np.ndarray]:
        return map(batches.rows, range(len(batches)))

    # Datasets run on the processor, wherever the network is.
    with tf.device("CPU:0"):
        held = tf.nest.map_structure(tf.convert_to_tensor, (batches.arrays, batches.targets))
        places = tf.data.Dataset.from_generator(
            rows, output_signature=tf.TensorSpec([None], tf.int64)
        )
        cut = places.map(
            lambda chosen: tf.nest.map_structure(lambda values: tf.gather(values, chosen), held)
        )
        return cut.apply(tf.data.experimental.assert_cardinality(len(batches))).prefetch(1)
