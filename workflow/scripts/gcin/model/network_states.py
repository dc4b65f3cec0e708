"""What a trained network makes of each patient's variants, as columns for trees.

The network weighs every variant and pools those of a gene to its state: how far, in each channel,
its variants impair it. Trees that read the states in place of counts of variants can spend their
splits on how genes act together.
"""

from functools import partial

import keras
import numpy as np
import pandas as pd

from gcin.model.baselines import Reader
from gcin.model.inputs import (
    VARIANT_ARRAYS,
    Patients,
    beside_genome,
    feature_columns,
    variant_arrays,
)
from gcin.model.layers.variant_set import GenePool
from gcin.model.preparation import Preparation
from gcin.model.resuming import PREDICTED_AT_ONCE
from gcin.tensors.genes import BESIDE


def state_reader(network: keras.Model) -> Reader:
    """Make what reads the columns of patients for designs of kind `boosting_on_network`.

    Called with patients and the network's preparation, it gives what `tree_columns` does, with the
    state of each gene in the place of what its variants tell: a column per gene and channel, named
    `GENE state 1` and so on, NaN where the gene was not callable.

    Args:
        network: Trained, of a design with variants.

    Raises:
        ValueError: The network reads no variants.
    """
    pools = [layer for layer in network.layers if isinstance(layer, GenePool)]
    if not pools:
        raise ValueError("this network was built without variants: its design leaves them out.")
    inputs = {name: network.input[name] for name in VARIANT_ARRAYS}
    return partial(_columns, keras.Model(inputs, pools[0].output, name="gene_states"))


def _columns(states: keras.Model, patients: Patients, preparation: Preparation) -> pd.DataFrame:
    genomes = patients.genomes
    beside = [name for name in preparation.track if name in BESIDE]
    said = states.predict(
        variant_arrays(genomes, preparation), batch_size=PREDICTED_AT_ONCE, verbose=0
    )
    columns = [
        _state_frame(np.where(genomes.mask[..., None], said, np.nan), preparation.genes),
        feature_columns(genomes, preparation.genes, beside),
    ]
    return beside_genome(pd.concat(columns, axis=1), patients, preparation)


def _state_frame(states: np.ndarray, genes: list[str]) -> pd.DataFrame:
    """States `(patients, genes, channels)` as columns, gene by gene."""
    channels = range(1, states.shape[2] + 1)
    names = [f"{gene} state {channel}" for gene in genes for channel in channels]
    return pd.DataFrame(states.reshape(len(states), len(names)), columns=names)
