"""Frozen networks on unseen patients."""

import joblib
import pandas as pd

from gcin.model.calibration import from_lines
from gcin.model.network import load_network
from gcin.model.preparation import from_plain
from gcin.model.study import Cohorts, read_patients
from gcin.model.training import predict_network
from gcin.prediction.applying import COLUMNS, run_rows


def apply_networks(
    networks: list[str], preparations: list[str], table: pd.DataFrame, cohorts: Cohorts
) -> pd.DataFrame:
    """Predict with every frozen network of a design.

    Args:
        networks: Saved networks, one per fold and seed.
        preparations: What was saved beside each.
        table: Patients, indexed by `patient`, with `cohort`, `role`, `arm`.
        cohorts: Stores and clinical columns of their cohorts.

    Returns:
        `cohort role run patient endpoint arm raw value`.
    """
    if table.empty:
        return pd.DataFrame(columns=COLUMNS)
    blocks = []
    for run, (network, beside) in enumerate(zip(networks, preparations, strict=True)):
        frozen = joblib.load(beside)
        preparation = from_plain(frozen["preparation"])
        patients = read_patients(table, cohorts, preparation.genes, preparation.variants)
        predicted = predict_network(load_network(network), patients, preparation)
        calibrations = from_lines(frozen["calibrations"])
        blocks.append(run_rows(table, predicted, preparation.arms, calibrations, run))
    return pd.concat(blocks, ignore_index=True)
