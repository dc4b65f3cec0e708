"""Frozen trees that read a network, on unseen patients."""

import joblib
import pandas as pd

from gcin.model.baselines import predict_baseline
from gcin.model.calibration import from_lines
from gcin.model.network import load_network
from gcin.model.network_states import state_reader
from gcin.model.preparation import from_plain
from gcin.model.study import Cohorts, read_patients
from gcin.prediction.applying import COLUMNS, run_rows


def apply_on_networks(
    models: list[str], networks: list[str], table: pd.DataFrame, cohorts: Cohorts
) -> pd.DataFrame:
    """Predict with all frozen trees of a design.

    Args:
        models: Saved trees, one per fold and seed.
        networks: The saved network that each reads.
        table: Patients, indexed by `patient`, with `cohort`, `role`, `arm`.
        cohorts: Stores and clinical columns of their cohorts.

    Returns:
        `cohort role run patient endpoint arm raw value`.
    """
    if table.empty:
        return pd.DataFrame(columns=COLUMNS)
    blocks = []
    for run, (model, network) in enumerate(zip(models, networks, strict=True)):
        frozen = joblib.load(model)
        preparation = from_plain(frozen["preparation"])
        patients = read_patients(table, cohorts, preparation.genes, preparation.variants)
        read = state_reader(load_network(network))
        predicted = predict_baseline(frozen["kind"], frozen["fits"], patients, preparation, read)
        calibrations = from_lines(frozen["calibrations"])
        blocks.append(run_rows(table, predicted, preparation.arms, calibrations, run))
    return pd.concat(blocks, ignore_index=True)
