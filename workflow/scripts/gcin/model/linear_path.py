"""The network's linear path: the ridge model that it begins as."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gcin.model.inputs import PATHWAYS, Patients, arm_numbers, column_blocks, linear_columns
from gcin.model.linear import LinearFit, fit_by_block
from gcin.model.outcomes import targets_of
from gcin.model.preparation import Preparation
from gcin.splits.groups import groups_of

if TYPE_CHECKING:
    import keras

logger = logging.getLogger(__name__)


class LinearPath(NamedTuple):
    """The linear path of one endpoint.

    Attributes:
        shares: Numbers of the columns that it reads, each with what it is multiplied by.
        fit: The ridge model of these columns, so multiplied.
    """

    shares: dict[int, float]
    fit: LinearFit


def fit_linear_paths(
    train: Patients,
    columns: np.ndarray,
    preparation: Preparation,
    settings: Mapping,
    states: np.ndarray | None = None,
) -> dict[str, LinearPath]:
    """Fit the linear path of every endpoint.

    It is the `ridge` design of the design's halves: hundreds of columns that say nothing cost more
    than the rest of the network can mend, so a block that predicts no training patients left out
    better is not read at all.

    Args:
        train: Training patients.
        columns: Their columns, as by `linear_columns`.
        preparation: Fitted on them.
        settings: `network` (which halves there are), `linear` and `ridge` of the model's
            configuration.
        states: Columns of their pathways' states, which stand behind the others; None = none.
    """
    arm, arms = arm_numbers(train.table, preparation.arms), len(preparation.arms)
    families = groups_of(train.table, ["family"]).to_numpy()
    offered, blocks = _offered(train, preparation, settings["network"])
    if states is not None:
        offered += range(columns.shape[1], columns.shape[1] + states.shape[1])
        blocks += [PATHWAYS] * states.shape[1]
        columns = np.hstack([columns, states])
    paths = {}
    for name, endpoint in preparation.endpoints.items():
        targets = targets_of(train.table, name, endpoint)
        given = columns[:, offered], blocks, arm, targets, families, arms
        asked = settings["ridge"]["block_shares"], settings["linear"], endpoint.numeric
        share, fit = fit_by_block(*given, *asked)
        shares = {offered[place]: float(share[place]) for place in np.flatnonzero(share)}
        paths[name] = LinearPath(shares, fit)
        logger.info("linear path of %s: %d of %d columns", name, len(shares), columns.shape[1])
    return paths


def start_at(network: "keras.Model", endpoint: str, fit: LinearFit) -> None:
    """Set an endpoint's linear path, and the levels of its deep head, to a fitted linear model."""
    linear, deep = (network.get_layer(f"{path}_{endpoint}") for path in ("linear", "deep"))
    linear.shared.assign(fit.shared[:, None])
    if linear.own is not None:
        linear.own.assign(fit.own[:, :, None])
    deep.bias.assign(fit.bias)


def _offered(
    patients: Patients, preparation: Preparation, design: Mapping
) -> tuple[list[int], list[str]]:
    """Number the columns that belong to the design's halves, and say the block of each."""
    columns = linear_columns(patients.rows(np.array([0])), preparation)
    blocks = column_blocks(columns, patients, preparation)
    halves = {**design, "visits": design["clinical"] and design["visits"]}
    offered = [number for number, block in enumerate(blocks) if halves[block.split()[0]]]
    return offered, [blocks[number] for number in offered]
