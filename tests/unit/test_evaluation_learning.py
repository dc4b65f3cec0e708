"""Learning curves measure each size on the same test patients."""

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.learning import learning_table

SETTINGS = {"bootstrap_draws": 50, "seed": 1, "confidence": 0.95, "horizons_months": [12]}


@pytest.fixture
def study(tmp_path):
    """Doses of 60 patients in two folds, predicted better after more patients."""
    rng = np.random.default_rng(0)
    names = np.array([f"P{number:02}" for number in range(60)])
    patients = pd.DataFrame({"patient": names, "arm": "a", "family": None})
    patients["dose_amount"] = rng.gamma(4, 9, 60)
    part = np.arange(60) % 2
    folds = {
        fold: pd.DataFrame({"patient": names, "part": np.where(part == fold, "test", "train")})
        for fold in (0, 1)
    }
    paths = []
    for size, skill in ((10, 0.2), (30, 0.8)):
        for fold in (0, 1):
            path = tmp_path / f"size-{size}/model/lasso/fold-{fold}/seed-1/predictions.parquet"
            path.parent.mkdir(parents=True)
            own = patients[part == fold]
            value = skill * own["dose_amount"] + (1 - skill) * 36
            rows = own[["patient", "arm"]].assign(value=value, endpoint="dose", part="test")
            rows.to_parquet(path)
            paths.append(str(path))
    return paths, patients, folds


def test_more_patients_more_skill_on_the_same_patients(study):
    table = learning_table(*study, SETTINGS)
    assert set(table["metric"]) == {"mae", "within_20_percent"}
    mae = table[table["metric"] == "mae"].set_index("size")
    assert mae.loc[30, "high"] < mae.loc[10, "low"]
    assert (mae["n"] == 60).all()


def test_an_arm_that_a_small_size_never_learnt_is_left_out_of_all(study, caplog):
    """Or the smallest would be measured on other patients than the rest."""
    paths, patients, folds = study
    rare = patients["patient"].isin(patients.nlargest(9, "dose_amount")["patient"])
    armed = patients.assign(arm=np.where(rare, "b", "a"))
    for path in paths:
        rows = pd.read_parquet(path).drop(columns="arm").merge(armed[["patient", "arm"]])
        silent = (rows["arm"] == "b") & ("size-10" in path)
        rows[~silent].to_parquet(path)
    table = learning_table(paths, armed, folds, SETTINGS)
    assert set(table["n"]) == {51}
    assert "dose: 9 patients are left out" in caplog.text
