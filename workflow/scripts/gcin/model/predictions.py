"""Predictions as a table: one row per patient, endpoint and arm."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.model.calibration import Calibration, fit_calibration
from gcin.model.inputs import arm_numbers
from gcin.model.outcomes import RESPONSE

REPORTED_PARTS = ("validation", "test")


def prediction_table(
    names: pd.Index, predicted: Mapping[str, np.ndarray], arms: list[str], calibration: Calibration
) -> pd.DataFrame:
    """Put predictions into rows.

    Args:
        names: Patients.
        predicted: Endpoint to `(patients, arms)`: probability of response, risk of survival.
        arms: Names of the arms.
        calibration: Of the response probability.

    Returns:
        `patient endpoint arm raw value`; `value` is calibrated where the endpoint is response.
    """
    blocks = []
    for endpoint, raw in predicted.items():
        value = calibration.apply(raw) if endpoint == RESPONSE else raw
        keys = {
            "patient": np.repeat(names.to_numpy(), len(arms)),
            "endpoint": endpoint,
            "arm": np.tile(arms, len(names)),
        }
        blocks.append(pd.DataFrame({**keys, "raw": raw.ravel(), "value": value.ravel()}))
    return pd.concat(blocks, ignore_index=True)


def calibrate(
    predicted: Mapping[str, np.ndarray], table: pd.DataFrame, arms: list[str]
) -> Calibration:
    """Fit the calibration of response on part validation, in the arm that each received.

    One probability for everybody, as `majority` gives, stays what the training patients made it:
    it orders nobody, and shifting it to fewer patients' rate would only add noise.

    Args:
        predicted: Endpoint to `(patients, arms)`, of the patients of `table`.
        table: Patients of part validation with `arm` and `response`.
        arms: Names of the arms.
    """
    if RESPONSE not in predicted or np.ptp(predicted[RESPONSE]) == 0:
        return Calibration(1.0, 0.0)
    arm = arm_numbers(table, arms)
    received = np.take_along_axis(predicted[RESPONSE], np.maximum(arm, 0)[:, None], axis=1)[:, 0]
    response = np.where(arm >= 0, table[RESPONSE].to_numpy(dtype=float), np.nan)
    return fit_calibration(received, response)


def reported(predictions: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Keep parts validation and test, and name the part.

    Returns:
        `patient part endpoint arm raw value`.
    """
    parted = predictions.assign(part=table["part"].reindex(predictions["patient"]).to_numpy())
    columns = ["patient", "part", "endpoint", "arm", "raw", "value"]
    return parted.loc[parted["part"].isin(REPORTED_PARTS), columns].reset_index(drop=True)
