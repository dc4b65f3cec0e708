"""New and external patients: averages over frozen models, with intervals."""

import numpy as np
import pandas as pd
import pytest

from gcin.model.calibration import Calibration
from gcin.prediction.applying import run_rows, unseen_patients
from gcin.prediction.averaging import external_table, patient_table, validation_rows

RANDOM = np.random.default_rng(0)


def applied(values, endpoint="response", role="new"):
    return pd.DataFrame(
        {
            "cohort": "a",
            "role": role,
            "run": range(len(values)),
            "patient": "N1",
            "endpoint": endpoint,
            "arm": "drug",
            "raw": values,
            "value": values,
        }
    )


def held(patients, runs=3):
    raw = RANDOM.uniform(0.1, 0.9, (runs, patients))
    response = (RANDOM.random(patients) < raw.mean(axis=0)).astype(float)
    blocks = [
        pd.DataFrame(
            {"run": run, "patient": range(patients), "raw": raw[run], "response": response}
        )
        for run in range(runs)
    ]
    return pd.concat(blocks)


def test_value_is_the_mean_and_lies_in_its_interval():
    row = patient_table(applied([0.4, 0.5, 0.6]), held(60), 20).iloc[0]
    assert row["value"] == pytest.approx(0.5)
    assert 0 < row["low"] < 0.5 < row["high"] < 1


def test_interval_narrows_with_validation_patients():
    widths = []
    for patients in (20, 2000):
        row = patient_table(applied([0.5, 0.5, 0.5]), held(patients), 50).iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[1] < widths[0] / 2


def test_risk_spreads_over_models_alone():
    row = patient_table(applied([1.0, 2.0, 3.0], "os"), held(20), 20).iloc[0]
    assert (row["low"], row["value"], row["high"]) == pytest.approx((1.05, 2.0, 2.95))


def test_without_new_patients_the_table_is_empty_but_named():
    table = patient_table(applied([0.5], role="external"), held(20, 1), 5)
    assert table.empty
    assert list(table) == ["patient", "arm", "endpoint", "value", "low", "high"]


def test_external_table_averages_the_models_of_each_design():
    designs = [applied([0.2, 0.4], role="external"), applied([0.9], role="external")]
    table = external_table([*designs, applied([0.1])], ["gcin", "lasso", "cox"])
    assert table.set_index("design")["value"].to_dict() == pytest.approx(
        {"gcin": 0.3, "lasso": 0.9}
    )


def test_validation_rows_are_of_the_arm_received():
    runs = [
        pd.DataFrame(
            {
                "patient": ["P1", "P1", "P2"],
                "part": ["validation", "validation", "test"],
                "endpoint": "response",
                "arm": ["drug", "control", "drug"],
                "raw": [0.8, 0.3, 0.9],
            }
        )
    ]
    patients = pd.DataFrame(
        {
            "patient": ["P1", "P2"],
            "role": "train",
            "arm": ["control", "drug"],
            "response": [1.0, 0.0],
        }
    )
    rows = validation_rows(runs, patients)
    assert rows[["run", "patient", "raw", "response"]].to_numpy().tolist() == [[0, "P1", 0.3, 1.0]]


def test_rows_of_a_run_belong_to_their_patients():
    patients = pd.DataFrame(
        {
            "patient": ["T", "E", "N"],
            "cohort": ["a", "b", "a"],
            "role": ["train", "external", "new"],
        }
    )
    table = unseen_patients(patients)
    predicted = {"response": np.array([[0.1, 0.2], [0.3, 0.4]]), "os": np.ones((2, 2))}
    rows = run_rows(table, predicted, ["x", "y"], Calibration(1.0, 0.0), 4)
    new = rows[(rows["patient"] == "N") & (rows["endpoint"] == "response")].set_index("arm")
    assert new["value"].to_dict() == pytest.approx({"x": 0.3, "y": 0.4})
    assert set(rows.loc[rows["patient"] == "E", "cohort"]) == {"b"}
    assert len(rows) == 8
