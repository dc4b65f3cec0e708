"""What a fitted design says of a fold: calibrated on its validation patients, as a table."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from gcin.model.calibration import Calibration
from gcin.model.inputs import Patients
from gcin.model.predictions import calibrate, prediction_table, reported, taught_rows
from gcin.model.preparation import Preparation


def told(
    predict: Callable[[Patients], Mapping[str, np.ndarray]],
    patients: Patients,
    preparation: Preparation,
) -> tuple[dict[str, Calibration], pd.DataFrame]:
    """Calibrate a design, and predict with it.

    Args:
        predict: Gives, of some patients, endpoint to `(patients, arms)`: probability, risk of
            survival, or amount.
        patients: Of all parts; only outcomes of part validation are looked at.
        preparation: Fitted on part train.

    Returns:
        Binary endpoint to its calibration; and `patient part endpoint arm raw value` of parts
        validation and test, without arms in which nobody taught the endpoint.
    """
    inner, arms = patients.part("validation"), preparation.arms
    calibrations = calibrate(predict(inner), inner.table, arms)
    rows = prediction_table(patients.table.index, predict(patients), arms, calibrations)
    return calibrations, reported(taught_rows(rows, preparation.endpoints), patients.table)
