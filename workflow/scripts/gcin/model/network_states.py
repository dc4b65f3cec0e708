"""What a trained network makes of each patient's variants, as columns for trees.

The network weighs every variant and pools those of a gene to its state: how far, in each channel,
its variants impair it, and the genes of a pathway to the state of the pathway. Trees that read the
states in place of counts of variants can spend their splits on how genes act together.
"""

from functools import partial

import keras
import numpy as np
import pandas as pd

from gcin.model.baselines import Reader
from gcin.model.inputs import (
    PATHWAY_COLUMN,
    Patients,
    beside_genome,
    feature_columns,
    variant_arrays,
)
from gcin.model.layers.pathways import PathwayTokens, pool_pathways
from gcin.model.pathway_states import impairment_model
from gcin.model.preparation import Preparation
from gcin.model.resuming import PREDICTED_AT_ONCE
from gcin.tensors.genes import BESIDE


def state_reader(network: keras.Model) -> Reader:
    """Make what reads the columns of patients for designs of kind `boosting_on_network`.

    Called with patients and the network's preparation, it gives what `tree_columns` does, with the
    state of each gene in the place of what its variants tell: a column per gene and channel, named
    `GENE state 1` and so on, NaN where the gene was not callable. Beside them stand those of the
    pathways that the network reads, `pathway state 1.1` and so on: all callable genes of one pooled
    as the variants of a gene are, NaN where none was callable.

    Args:
        network: Trained, of a design with variants.

    Raises:
        ValueError: The network reads no variants.
    """
    tokens = [layer for layer in network.layers if isinstance(layer, PathwayTokens)]
    return partial(_columns, impairment_model(network), tokens[0] if tokens else None)


def _columns(
    states: keras.Model,
    tokens: PathwayTokens | None,
    patients: Patients,
    preparation: Preparation,
) -> pd.DataFrame:
    genomes = patients.genomes
    beside = [name for name in preparation.track if name in BESIDE]
    said = states.predict(
        variant_arrays(genomes, preparation), batch_size=PREDICTED_AT_ONCE, verbose=0
    )
    starts = [f"{gene} state " for gene in preparation.genes]
    columns = [_state_frame(np.where(genomes.mask[..., None], said, np.nan), starts)]
    if tokens:
        columns.append(_pathway_frame(said, genomes.mask, tokens, states.layers[-1].pooling))
    columns.append(feature_columns(genomes, preparation.genes, beside))
    return beside_genome(pd.concat(columns, axis=1), patients, preparation)


def _pathway_frame(
    said: np.ndarray, seen: np.ndarray, tokens: PathwayTokens, pooling: str
) -> pd.DataFrame:
    """States of pathways as columns: of callable genes, NaN where none is."""
    edges = tokens.gene, tokens.pathway, tokens.pathways
    said, seen = said * seen[..., None], seen[..., None].astype("float32")
    pooled, known = (
        keras.ops.convert_to_numpy(pool_pathways(values, *edges, how))
        for values, how in ((said, pooling), (seen, "sum"))
    )
    starts = [f"{PATHWAY_COLUMN}{number}." for number in range(1, 1 + tokens.pathways)]
    return _state_frame(np.where(known > 0, pooled, np.nan), starts)


def _state_frame(states: np.ndarray, starts: list[str]) -> pd.DataFrame:
    """States `(patients, owners, channels)` as columns, owner by owner, named START CHANNEL."""
    channels = range(1, states.shape[2] + 1)
    names = [f"{start}{channel}" for start in starts for channel in channels]
    return pd.DataFrame(states.reshape(len(states), len(names)), columns=names)
