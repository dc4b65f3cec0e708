"""Pooling: unseen patients only, seeds averaged, the arm received, repeats told apart."""

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.comparison import external_table
from gcin.evaluation.pooling import external_rows, pool, read_runs, repeats_of, with_curves


def patients(**columns):
    names = [f"P{i}" for i in range(6)]
    table = pd.DataFrame({"patient": names, "arm": ["a", "b", "a", "b", "a", None], "family": None})
    table["response"] = [1.0, 0.0, 1.0, np.nan, 0.0, 1.0]
    table["os_time"], table["os_event"] = [5.0, 4.0, 3.0, 2.0, 1.0, 6.0], 1.0
    return table.assign(cohort="h", site=None, role="train", **columns)


def folds():
    names = patients()["patient"]
    parts = {0: names[:3], 1: names[3:]}
    return {
        fold: pd.DataFrame(
            {"patient": names, "part": np.where(names.isin(tested), "test", "train")}
        )
        for fold, tested in parts.items()
    }


def predictions(designs=("net",), seeds=(1, 2), endpoints=("response", "os")):
    rows = [
        (design, fold, seed, patient, endpoint, arm, 0.1 * seed + (0.5 if arm == "a" else 0))
        for design in designs
        for fold, parts in folds().items()
        for patient in parts["patient"][parts["part"] == "test"]
        for seed in seeds
        for endpoint in endpoints
        for arm in "ab"
    ]
    columns = ["design", "fold", "seed", "patient", "endpoint", "arm", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_runs_are_read_by_their_path_and_only_the_part_asked_for(tmp_path):
    folder = tmp_path / "model" / "net" / "fold-3" / "seed-2"
    folder.mkdir(parents=True)
    row = {"patient": ["P1", "P2"], "endpoint": "os", "arm": "a", "value": 0.5}
    table = pd.DataFrame(row | {"part": ["test", "validation"]})
    table.to_parquet(folder / "predictions.parquet")
    found = read_runs([str(folder / "predictions.parquet")])
    assert found[["design", "fold", "seed", "patient"]].to_numpy().tolist() == [["net", 3, 2, "P1"]]


def test_seeds_are_averaged_and_only_the_arm_received_is_kept():
    pooled = pool(predictions(), patients(), folds(), []).query("endpoint == 'response'")
    assert dict(zip(pooled["patient"], pooled["value"], strict=True)) == pytest.approx(
        {"P0": 0.65, "P1": 0.15, "P2": 0.65, "P4": 0.65}
    )


def test_patients_without_outcome_or_arm_are_left_out_and_counted(caplog):
    caplog.set_level("INFO")
    pool(predictions(), patients(), folds(), [])
    assert "response: kept 4 of 6 patients" in caplog.text
    assert "os: kept 5 of 6 patients" in caplog.text


def test_weights_come_from_the_patients_of_training():
    pooled = pool(predictions(), patients(os_event=[1, 1, 1, 1, 0, 1.0]), folds(), [])
    weights = pooled.query("endpoint == 'os' and fold == 0").set_index("patient")["uno_weight"]
    assert weights["P2"] == pytest.approx(1 / (2 / 3) ** 2)


def test_a_repeat_begins_when_a_patient_is_tested_again():
    assert repeats_of({1: "ab", 2: "cd", 3: "ac", 4: "bd"}) == {1: 0, 2: 0, 3: 1, 4: 1}
    assert repeats_of({0: "ab"}) == {0: 0}


def test_designs_must_predict_the_same_patients():
    both = predictions(designs=("net", "cox"))
    short = both[(both["design"] != "cox") | (both["patient"] != "P0")]
    with pytest.raises(ValueError, match="different patients"):
        pool(short, patients(), folds(), [])


@pytest.mark.parametrize("seeds", [(1, 2), (2,)])
def test_a_missing_number_is_refused_though_other_seeds_have_one(seeds):
    table = predictions()
    table.loc[(table["patient"] == "P0") & table["seed"].isin(seeds), "value"] = np.nan
    with pytest.raises(ValueError, match="has no number"):
        pool(table, patients(), folds(), [])


def test_external_cohorts_weigh_by_their_own_censoring():
    role = ["train", "train", "train", "external", "external", "external"]
    table = patients().assign(role=role, arm="a")
    frozen = predictions(seeds=(1,)).query("fold == 1").assign(cohort="b").drop(columns="fold")
    rows = external_rows(frozen, table, [])
    assert set(rows["patient"]) == {"P3", "P4", "P5"}
    assert set(rows["fold"]) == {"b"}
    assert rows.query("endpoint == 'os'")["uno_weight"].notna().all()


@pytest.mark.parametrize("role", ["external", "related"])
def test_external_cohorts_of_nobody_to_be_held_against_make_no_rows(role):
    """Nobody's arm is written down, or all are kin of patients who train."""
    table = patients().assign(role=role, arm=None)
    frozen = predictions(seeds=(1,)).query("fold == 1").assign(cohort="b").drop(columns="fold")
    told = frozen if role == "external" else frozen.iloc[:0]
    rows = external_rows(told, table, [12])
    assert rows.empty
    assert external_table(rows, 10, 1, 0.95).empty


def write_curves(folder, without=None):
    """Curves that fall to one half at month 10, of the test patients of both folds."""
    paths = []
    for fold, parts in folds().items():
        path = folder / f"model/net/fold-{fold}/seed-1/curves.parquet"
        path.parent.mkdir(parents=True)
        names = [n for n in parts["patient"][parts["part"] == "test"] if n != without]
        rows = [(n, "os", arm, month) for n in names for arm in "ab" for month in (0.0, 10.0)]
        table = pd.DataFrame(rows, columns=["patient", "endpoint", "arm", "time"])
        table.assign(survival=1 - table["time"] / 20).to_parquet(path)
        paths.append(str(path))
    return paths


def test_curves_are_scored_beside_survival_and_not_beside_response(tmp_path):
    table = patients()
    pooled = with_curves(
        pool(predictions(), table, folds(), []), write_curves(tmp_path), table, folds()
    )
    survival = pooled["endpoint"] == "os"
    assert pooled.loc[~survival, ["own_survival", "curve_error"]].isna().all(axis=None)
    own = pooled[survival].set_index("patient")
    assert own["own_survival"].to_numpy() == pytest.approx(1 - own["time"].to_numpy() / 20)
    assert own["curve_error"].between(0, 1).all()


def test_a_patient_without_a_curve_stops_the_run(tmp_path):
    table = patients()
    paths = write_curves(tmp_path, without="P1")
    with pytest.raises(KeyError, match="P1"):
        with_curves(pool(predictions(), table, folds(), []), paths, table, folds())
