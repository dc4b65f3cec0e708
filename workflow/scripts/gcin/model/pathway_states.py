"""How far pathways are impaired, by an encoder that read-outs have taught.

What impairs a gene is then known before any outcome is looked at, and so is which pathways are
impaired. Where the network begins as a model that reads this too, outcomes need not teach anew
what all genes of a pathway have in common.
"""

import logging
from collections.abc import Mapping

import keras
import numpy as np

from gcin.model.inputs import VARIANT_ARRAYS
from gcin.model.layers.pathways import pool_pathways
from gcin.model.layers.variant_set import GenePool
from gcin.model.pathways import Edges
from gcin.model.resuming import PREDICTED_AT_ONCE
from gcin.model.shape import States

logger = logging.getLogger(__name__)

LEAST_SCALE = 1e-3  # of a state between 0 and 1; one that varies less is left as it is


def impairment_model(network: keras.Model) -> keras.Model:
    """Make a model of how far each gene is impaired, from VARIANT_ARRAYS to `(genes, channels)`.

    Raises:
        ValueError: The network reads no variants.
    """
    pools = [layer for layer in network.layers if isinstance(layer, GenePool)]
    if not pools:
        raise ValueError("this network was built without variants: its design leaves them out.")
    inputs = {name: network.input[name] for name in VARIANT_ARRAYS}
    return keras.Model(inputs, pools[0].output, name="gene_states")


def fit_states(
    network: keras.Model, arrays: Mapping[str, np.ndarray], edges: Edges, pooling: str
) -> tuple[States, np.ndarray]:
    """Fit how the states of pathways become columns to training patients.

    Args:
        network: Whose encoder was taught.
        arrays: Of training patients.
        edges: Of the network's pathways.
        pooling: Of the design.

    Returns:
        What was fitted, and the columns of the patients, `(patients, pathways x channels)`.
    """
    variants = {name: arrays[name] for name in VARIANT_ARRAYS}
    said = impairment_model(network).predict(variants, batch_size=PREDICTED_AT_ONCE, verbose=0)
    seen = arrays["gene_mask"][..., None]
    unseen = (said * seen).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    filled = np.where(seen, said, unseen).astype("float32")
    pooled = pool_pathways(filled, edges.gene, edges.pathway, len(edges.pathways), pooling)
    pooled = keras.ops.convert_to_numpy(pooled)
    mean, scale = pooled.mean(axis=0), pooled.std(axis=0)
    scale = np.where(scale > LEAST_SCALE, scale, 1)
    logger.info("the states of %d pathways are read", len(mean))
    states = States(unseen.tolist(), mean.tolist(), scale.tolist())
    return states, ((pooled - mean) / scale).reshape(len(pooled), -1)
