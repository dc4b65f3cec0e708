"""Frozen networks, and trees that read them, on unseen patients."""

import pandas as pd

from gcin.model.baselines import predict_baseline
from gcin.model.inputs import Patients
from gcin.model.network import load_network
from gcin.model.network_states import state_reader
from gcin.model.preparation import Preparation
from gcin.model.study import Cohorts
from gcin.model.training import predict_network
from gcin.prediction.applying import apply_each


def apply_networks(
    networks: list[str], preparations: list[str], table: pd.DataFrame, cohorts: Cohorts
) -> pd.DataFrame:
    """Predict with the frozen networks of a design; see `apply_each`.

    Args:
        networks: Saved networks, one per fold and seed.
        preparations: What was saved beside each.
        table: Patients.
        cohorts: Stores and clinical columns of their cohorts.
    """

    def predict(run: int, frozen: dict, patients: Patients, preparation: Preparation) -> dict:
        return predict_network(load_network(networks[run]), patients, preparation)

    return apply_each(preparations, table, cohorts, predict)


def apply_on_networks(
    networks: list[str], models: list[str], table: pd.DataFrame, cohorts: Cohorts
) -> pd.DataFrame:
    """Predict with the frozen trees of a design that read networks; see `apply_each`.

    Args:
        networks: The saved network that each reads.
        models: Saved trees, one per fold and seed.
        table: Patients.
        cohorts: Stores and clinical columns of their cohorts.
    """

    def predict(run: int, frozen: dict, patients: Patients, preparation: Preparation) -> dict:
        read = state_reader(load_network(networks[run]))
        return predict_baseline(frozen["kind"], frozen["fits"], patients, preparation, read)

    return apply_each(models, table, cohorts, predict)
