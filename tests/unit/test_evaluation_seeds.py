"""Seeds by themselves, beside their average, on the same patients."""

import numpy as np
import pandas as pd
import pytest
import synthetic_study as made
from sklearn.metrics import roc_auc_score

from gcin.evaluation.pooling import pool
from gcin.evaluation.seeds import seed_table


@pytest.fixture(scope="module")
def study():
    """Three seeds of each design, who agree on what is true and not on the rest; two folds."""
    table = made.patients()
    train = table[table["role"] == "train"]
    runs = [made.predictions(table, seed).assign(seed=seed) for seed in (1, 2, 3)]
    said = pd.concat(runs).drop(columns="cohort")
    said = said[said["patient"].isin(train["patient"])]
    place = pd.Series(np.arange(len(train)) % 2, train["patient"])
    said["fold"] = said["patient"].map(place)
    folds = {
        fold: pd.DataFrame(
            {"patient": train["patient"], "part": np.where(place == fold, "test", "train")}
        )
        for fold in (0, 1)
    }
    return said, pool(said, table, folds, [12]), train


def test_each_seed_is_measured_alone_and_their_average_is_better(study):
    said, pooled, train = study
    found = seed_table(said, pooled)
    row = found.set_index(["design", "endpoint", "metric"]).loc["gcin", "response", "roc_auc"]
    known = train.set_index("patient")[["arm", "response"]]
    own = said[(said["design"] == "gcin") & (said["endpoint"] == "response")]
    own = own.join(known, "patient", rsuffix="_received")
    own = own[own["arm"] == own["arm_received"]]
    areas = []
    for _, seed in own.groupby("seed"):
        parts = [fold for _, fold in seed.groupby("fold")]
        pairs = [fold["response"].sum() * (1 - fold["response"]).sum() for fold in parts]
        single = [roc_auc_score(fold["response"], fold["value"]) for fold in parts]
        areas.append(np.average(single, weights=pairs))
    assert row["alone"] == pytest.approx(np.mean(areas))
    assert row["sd"] == pytest.approx(np.std(areas, ddof=1))
    assert (row["lowest"], row["highest"]) == pytest.approx((min(areas), max(areas)))
    assert row["averaged"] > row["highest"]
    assert (row["seeds"], row["n"]) == (3, len(train))
    assert set(found["endpoint"][found["design"] == "cox"]) == {"os"}


def test_a_single_seed_and_one_that_lacks_patients_do_not_count(study):
    said, pooled, _ = study
    assert seed_table(said[said["seed"] == 1], pooled).empty
    short = said[(said["seed"] != 2) | (said["patient"] != pooled["patient"].iloc[0])]
    assert seed_table(short, pooled)["seeds"].eq(2).all()
