"""The heads of the network: what it says of each arm, and which arm a patient received."""

from collections.abc import Mapping

import numpy as np
from keras import layers, ops

from gcin.model.layers.fusion import ArmHeads
from gcin.model.layers.propensity import PropensityHead
from gcin.model.shape import ARM, Shape

EXACT = "float32"  # of answers and the linear path: coarser numbers would make ties


def outcome_logits(
    trunk: object,
    wide: list[object],
    columns: object,
    design: Mapping,
    shape: Shape,
    linear_l2: Mapping[str, float],
) -> dict[str, object]:
    """Add up what is said of every endpoint, `(patients, arms, intervals)`.

    Args:
        trunk: What the deep heads read.
        wide: What is read beside it, gene by gene and token by token.
        columns: Those of the linear path.
        design: As for `gcin.model.network.build_network`.
        shape: Sizes of the data.
        linear_l2: Endpoint to the penalty on the squared weights of its linear path.
    """
    return {
        endpoint: layers.Add(name=endpoint, dtype=EXACT)(
            [
                *_heads(endpoint, trunk, wide, design, shape),
                _linear(endpoint, columns, design, shape, linear_l2[endpoint]),
            ]
        )
        for endpoint in shape.endpoints
    }


def arm_logits(trunk: object, design: Mapping, shape: Shape) -> object:
    """Tell from the trunk which arm a patient received, `(patients, arms)`.

    It reads what the deep heads read, so that the trunk keeps what decides treatment (DragonNet:
    Shi, Blei and Veitch, NeurIPS 2019). No input of the network knows the arm.
    """
    return PropensityHead(shape.arms, design["weight_decay"], name=ARM, dtype=EXACT)(trunk)


def _heads(
    endpoint: str, trunk: object, wide: list[object], design: Mapping, shape: Shape
) -> list[object]:
    """A deep head per arm and interval, and beside it one score per arm for all intervals."""
    wide = wide[0] if len(wide) == 1 else ops.concatenate(wide, axis=-1)
    decay, own = design["weight_decay"], design["weight_decay"] / design["arm_share"] ** 2
    arms, intervals = shape.arms, shape.endpoints[endpoint]
    deep = ArmHeads(arms, intervals, decay, own, name=f"deep_{endpoint}", dtype=EXACT)
    beside = ArmHeads(arms, 1, decay, own, use_bias=False, name=f"wide_{endpoint}", dtype=EXACT)
    return [deep(trunk), beside(wide)]


def _linear(endpoint: str, columns: object, design: Mapping, shape: Shape, l2: float) -> object:
    """The linear path of an endpoint: one score per arm for all intervals."""
    shares = shape.linear_shares[endpoint]
    if len(shares) < columns.shape[1]:
        columns = ops.take(columns, np.array(list(shares), "int32"), axis=1)
    if set(shares.values()) - {1.0}:
        columns = ops.multiply(columns, np.array(list(shares.values()), "float32"))
    own = l2 / design["linear_arm_share"] ** 2
    name = f"linear_{endpoint}"
    return ArmHeads(shape.arms, 1, l2, own, use_bias=False, name=name, dtype=EXACT)(columns)
