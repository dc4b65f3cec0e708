"""The network's linear path: the ridge model that it begins as."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gcin.model.inputs import Patients, arm_numbers, column_blocks, linear_columns
from gcin.model.linear import LinearFit, fit_linear
from gcin.model.outcomes import targets_of
from gcin.model.preparation import Preparation

if TYPE_CHECKING:
    import keras

logger = logging.getLogger(__name__)


class LinearPath(NamedTuple):
    """The linear path of one endpoint.

    Attributes:
        seen: Numbers of the columns that it reads.
        fit: The ridge model of these columns.
    """

    seen: list[int]
    fit: LinearFit


def fit_linear_paths(
    train: Patients,
    columns: np.ndarray,
    preparation: Preparation,
    design: Mapping,
    settings: Mapping,
) -> dict[str, LinearPath]:
    """Fit the linear path of every endpoint.

    It reads all columns of the design's halves, or the clinical ones alone where that predicts
    training patients left out better: hundreds of gene burdens that say nothing cost more than
    the rest of the network can mend.

    Args:
        train: Training patients.
        columns: Their columns, as by `linear_columns`.
        preparation: Fitted on them.
        design: Which halves there are.
        settings: `model.linear` of the configuration.
    """
    arm, arms = arm_numbers(train.table, preparation.arms), len(preparation.arms)
    offered = _offered(train, preparation, design)
    paths = {}
    for name, endpoint in preparation.endpoints.items():
        targets = targets_of(train.table, name, endpoint)
        tried = [
            LinearPath(
                seen,
                fit_linear(columns[:, seen], arm, targets, arms, 0.0, settings, endpoint.numeric),
            )
            for seen in offered
        ]
        paths[name] = min(tried, key=lambda path: path.fit.loss)
        counts = len(paths[name].seen), columns.shape[1]
        logger.info("the linear path of %s reads %d of %d columns", name, *counts)
    return paths


def start_at(network: "keras.Model", endpoint: str, fit: LinearFit) -> None:
    """Set an endpoint's linear path, and the levels of its deep head, to a fitted linear model."""
    linear, deep = (network.get_layer(f"{path}_{endpoint}") for path in ("linear", "deep"))
    linear.shared.assign(fit.shared[:, None])
    if linear.own is not None:
        linear.own.assign(fit.own[:, :, None])
    deep.bias.assign(fit.bias)


def _offered(patients: Patients, preparation: Preparation, design: Mapping) -> list[list[int]]:
    """Choices of columns that belong to the design's halves, the fewest first."""
    columns = linear_columns(patients.rows(np.array([0])), preparation)
    blocks = column_blocks(columns, patients, preparation)
    every = [number for number, block in enumerate(blocks) if design[block]]
    clinical = [number for number in every if blocks[number] == "clinical"]
    return [clinical, every] if 0 < len(clinical) < len(every) else [every]
