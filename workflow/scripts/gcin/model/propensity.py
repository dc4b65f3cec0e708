"""Which arm each patient received, as the network's propensity head learns and tells it.

The head is there for the trunk: what tells arms apart in it cannot be mistaken for their effect
(Shi, Blei and Veitch, NeurIPS 2019). What it says is penalised and may overfit, so policies are
not valued by it (`gcin.evaluation.propensity` estimates their chances from declared confounders).
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import softmax

from gcin.model.inputs import Patients, arm_numbers, network_arrays
from gcin.model.preparation import Preparation
from gcin.model.resuming import PREDICTED_AT_ONCE
from gcin.model.shape import ARM

if TYPE_CHECKING:
    import keras

COLUMNS = ["patient", "arm", "propensity"]


def received_targets(table: pd.DataFrame, arms: list[str], weight: float) -> np.ndarray:
    """Targets of the propensity head.

    Args:
        table: Patients, with `arm`.
        arms: Names of the arms.
        weight: Of the head's loss beside the outcomes'.

    Returns:
        `(patients, arms)`: the weight in the arm received; all zero where it is unknown.
    """
    received = arm_numbers(table, arms)[:, None] == np.arange(len(arms))
    return (weight * received).astype("float32")


def start_at_shares(network: "keras.Model", table: pd.DataFrame, arms: list[str]) -> None:
    """Let the propensity head begin at the shares of the training patients, alike for everybody.

    Args:
        network: As built, with a propensity head.
        table: Training patients, with `arm`.
        arms: Names of the arms, each with a patient.

    Raises:
        ValueError: All received one arm.
    """
    if len(arms) < 2:
        raise ValueError(
            f"All training patients of this fold received {', '.join(arms)}, so a propensity head "
            "has nothing to tell. Write propensity: 0 for this network, or correct treatment.arm "
            "in the cards."
        )
    counts = np.bincount(arm_numbers(table, arms), minlength=len(arms))
    network.get_layer(ARM).bias.assign(np.log(counts / counts.sum()).astype("float32"))


def arms_told(network: "keras.Model", patients: Patients, preparation: Preparation) -> pd.DataFrame:
    """Tell each patient's chance of each arm.

    Args:
        network: Trained.
        patients: Of any part; the arms that they received are not looked at.
        preparation: Fitted on part train.

    Returns:
        `patient arm propensity`, summing to one over the arms of each patient; empty where the
        network has no propensity head.
    """
    if ARM not in network.output:
        return pd.DataFrame(columns=COLUMNS).astype({"propensity": float})
    arrays, names = network_arrays(patients, preparation), patients.table.index
    logits = network.predict(arrays, batch_size=PREDICTED_AT_ONCE, verbose=0)[ARM]
    chances = pd.DataFrame(softmax(logits.astype("float64"), axis=1), names, preparation.arms)
    long = chances.rename_axis("patient").reset_index()
    return long.melt("patient", var_name="arm", value_name="propensity")[COLUMNS]
