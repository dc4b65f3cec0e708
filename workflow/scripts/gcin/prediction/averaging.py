"""From the predictions of single models to one prediction with its interval.

The value for a patient is the mean over the frozen models (folds times seeds). The interval is
the range from the 2.5th to the 97.5th percentile of what other models might have said: of
response, every model under calibrations refitted to resampled validation patients; of risk, the
models alone, since risk is not calibrated. It speaks of the model, not of chance: a patient with
a probability of 0.5 responds or does not.
"""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gcin.model.calibration import fit_calibration
from gcin.model.conformal import conformal_answers, in_arm_received
from gcin.model.outcomes import RESPONSE

logger = logging.getLogger(__name__)

PERCENTILES = (2.5, 97.5)
KEYS = ["patient", "arm", "endpoint"]


def external_table(designs: Sequence[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Average each design's models on the external cohorts.

    Args:
        designs: `cohort role run patient endpoint arm raw value`, one per design.
        names: Names of the designs, in the same order.

    Returns:
        `design patient cohort endpoint arm value`.
    """
    named = [table.assign(design=name) for table, name in zip(designs, names, strict=True)]
    rows = pd.concat(named, ignore_index=True)
    keys = ["design", "patient", "cohort", "endpoint", "arm"]
    external = rows[rows["role"] == "external"]
    return external.groupby(keys, as_index=False, sort=False)["value"].mean()


def validation_rows(runs: Sequence[pd.DataFrame], patients: pd.DataFrame) -> pd.DataFrame:
    """Gather what each model said of its validation patients in the arm received.

    Args:
        runs: `patient part endpoint arm raw value`, one per model, in the models' order.
        patients: The study's table with `patient role arm cancer_type family` and `response`.

    Returns:
        `run patient arm raw value cancer_type response`, response known; empty where response is
        not an endpoint.
    """
    rows = pd.concat([rows.assign(run=run) for run, rows in enumerate(runs)])
    held = rows[rows["part"] == "validation"]
    columns = ["run", "patient", "arm", "raw", "value", "cancer_type", RESPONSE]
    return in_arm_received(held, patients[patients["role"] == "train"])[columns]


def patient_table(applied: pd.DataFrame, held: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Predict patients without an outcome.

    Args:
        applied: `role run patient endpoint arm raw value` of one design's models.
        held: From `validation_rows`, of the same models.
        draws: Refits of each model's calibration.

    Returns:
        `patient arm endpoint value low high`; value lies within its interval.
    """
    new = applied[applied["role"] == "new"]
    response = new["endpoint"] == RESPONSE
    by_run = dict(list(held.groupby("run")))
    blocks = [_spread(rows, by_run.get(run), draws) for run, rows in new[response].groupby("run")]
    possible = pd.concat([*blocks, new.loc[~response, [*KEYS, "value"]]], ignore_index=True)
    if possible.empty:
        return pd.DataFrame(columns=[*KEYS, "value", "low", "high"])
    logger.info(
        "predicted %d patients from %d models", new["patient"].nunique(), new["run"].nunique()
    )
    value = new.groupby(KEYS)["value"].mean()
    low, high = (possible.groupby(KEYS)["value"].quantile(p / 100) for p in PERCENTILES)
    table = value.to_frame().assign(low=np.minimum(low, value), high=np.maximum(high, value))
    return table.reset_index()


def with_answers(
    table: pd.DataFrame,
    applied: pd.DataFrame,
    held: pd.DataFrame,
    patients: pd.DataFrame,
    coverage: float,
    min_patients: int,
) -> pd.DataFrame:
    """Add which outcome, if a single one, is to be expected of each patient under each arm.

    Args:
        table: From `patient_table`.
        applied: As `patient_table` was given them.
        held: From `validation_rows`.
        patients: The study's table with `patient` and `cancer_type`.
        coverage: Wanted share of patients whose true outcome is among the answers.
        min_patients: Fewest validation patients with either outcome, of a group of its own.

    Returns:
        `table` with `answer` (`response`, `no response`, `both`, `neither`; missing for other
        endpoints).
    """
    asked = applied[(applied["role"] == "new") & (applied["endpoint"] == RESPONSE)]
    rows = asked.merge(patients[["patient", "cancer_type"]], on="patient")
    units = ["patient", "arm"]
    answers = conformal_answers(held, rows, ["run"], units, coverage, min_patients)
    return table.merge(answers.assign(endpoint=RESPONSE), on=[*units, "endpoint"], how="left")


def _spread(rows: pd.DataFrame, held: pd.DataFrame | None, draws: int) -> pd.DataFrame:
    """One model's probabilities under its calibration and under resampled ones."""
    blocks = [rows[[*KEYS, "value"]]]
    if held is not None:
        random = np.random.default_rng(int(rows["run"].iloc[0]))
        for calibration in _resampled(held, draws, random):
            blocks.append(rows[KEYS].assign(value=calibration.apply(rows["raw"].to_numpy())))
    return pd.concat(blocks, ignore_index=True)


def _resampled(held: Mapping, draws: int, random: np.random.Generator) -> list:
    raw, response = (held[name].to_numpy(dtype=float) for name in ("raw", RESPONSE))
    places = random.integers(0, len(held), (draws, len(held)))
    return [fit_calibration(raw[drawn], response[drawn]) for drawn in places]
