"""Predictions as a table: one row per patient, endpoint and arm."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from gcin.model.calibration import UNCHANGED, Calibration, fit_calibration
from gcin.model.endpoints import BINARY, Endpoint, kinds_in
from gcin.model.inputs import arm_numbers
from gcin.model.preparation import Preparation, as_plain

REPORTED_PARTS = ("validation", "test")
COLUMNS = ["patient", "endpoint", "arm", "raw", "value"]


def prediction_table(
    names: pd.Index,
    predicted: Mapping[str, np.ndarray],
    arms: list[str],
    calibrations: Mapping[str, Calibration],
) -> pd.DataFrame:
    """Put predictions into rows.

    Args:
        names: Patients.
        predicted: Endpoint to `(patients, arms)`: probability, risk of survival, or amount.
        arms: Names of the arms.
        calibrations: Binary endpoint to the calibration of its probability.

    Returns:
        `patient endpoint arm raw value`; `value` is calibrated where the endpoint is binary. No
        row where nothing is predicted, as by a Cox model of a fold that knows nobody's survival.
    """
    blocks = [pd.DataFrame(columns=COLUMNS).astype({"raw": float, "value": float})]
    for endpoint, raw in predicted.items():
        value = calibrations[endpoint].apply(raw) if endpoint in calibrations else raw
        keys = {
            "patient": np.repeat(names.to_numpy(), len(arms)),
            "endpoint": endpoint,
            "arm": np.tile(arms, len(names)),
        }
        blocks.append(pd.DataFrame({**keys, "raw": raw.ravel(), "value": value.ravel()}))
    return pd.concat(blocks[1:] or blocks, ignore_index=True)


def taught_rows(rows: pd.DataFrame, endpoints: Mapping[str, Endpoint]) -> pd.DataFrame:
    """Leave out what is said of arms in which no training patient had the endpoint's outcome.

    Args:
        rows: Predictions or curves, with `endpoint` and `arm`.
        endpoints: Of the preparation.
    """
    untaught = [(name, arm) for name, asked in endpoints.items() for arm in asked.untaught]
    places = pd.MultiIndex.from_frame(rows[["endpoint", "arm"]])
    return rows[~places.isin(untaught)].reset_index(drop=True) if untaught else rows


def calibrate(
    predicted: Mapping[str, np.ndarray], table: pd.DataFrame, arms: list[str]
) -> dict[str, Calibration]:
    """Fit the calibration of each binary endpoint on part validation, in the arm received.

    One probability for everybody, as `majority` gives, stays what the training patients made it:
    it orders nobody, and shifting it to fewer patients' rate would only add noise.

    Args:
        predicted: Endpoint to `(patients, arms)`, of the patients of `table`.
        table: Patients of part validation with `arm` and outcomes.
        arms: Names of the arms.

    Returns:
        Binary endpoint to its calibration.
    """
    kinds, arm = kinds_in(table), arm_numbers(table, arms)
    calibrations = {}
    for name, said in predicted.items():
        if kinds[name] != BINARY:
            continue
        received = np.take_along_axis(said, np.maximum(arm, 0)[:, None], axis=1)[:, 0]
        outcome = np.where(arm >= 0, table[name].to_numpy(dtype=float), np.nan)
        same = np.ptp(said) == 0
        calibrations[name] = UNCHANGED if same else fit_calibration(received, outcome)
    return calibrations


def frozen(preparation: Preparation, calibrations: Mapping[str, Calibration]) -> dict[str, dict]:
    """What goes with a model to other patients, as plain values that outlive this code."""
    lines = {name: asdict(calibration) for name, calibration in calibrations.items()}
    return {"preparation": as_plain(preparation), "calibrations": lines}


def reported(predictions: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Keep parts validation and test, and name the part.

    Returns:
        `patient part endpoint arm raw value`.
    """
    parted = predictions.assign(part=table["part"].reindex(predictions["patient"]).to_numpy())
    columns = [COLUMNS[0], "part", *COLUMNS[1:]]
    return parted.loc[parted["part"].isin(REPORTED_PARTS), columns].reset_index(drop=True)
