"""What networks tell of the arm received: measured by hand, seeds averaged, whom it leaves out."""

import logging

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from gcin.evaluation.assignment import assignment_table, read_chances
from gcin.report.assignment import assignment_rows, assignment_words
from gcin.report.reading import read_table

SETTINGS = {"bootstrap_draws": 40, "seed": 1, "confidence": 0.95}
ARMS = ["a", "b", "c"]


def cohort(count=240, seed=1):
    """Chances of three arms, and an arm drawn by them for each patient."""
    random = np.random.default_rng(seed)
    chances = random.dirichlet([1.0, 1.0, 0.4], count)
    names = [f"P{number:03d}" for number in range(count)]
    arm = [random.choice(ARMS, p=own) for own in chances]
    patients = pd.DataFrame({"patient": names, "arm": arm, "family": None})
    said = pd.DataFrame(chances, index=pd.Index(names, name="patient"), columns=ARMS)
    said = said.reset_index().melt("patient", var_name="arm", value_name="propensity")
    return patients, said.assign(design="gcin", fold=0)


def figures(table, design="gcin"):
    own = table[table["design"] == design].fillna({"arm": "any"})
    return own.set_index(["arm", "metric"])["value"]


def test_each_measure_is_what_others_compute():
    patients, said = cohort()
    table = assignment_table(said, patients, SETTINGS, 0.1)
    found = figures(table)
    wide = said.pivot_table(values="propensity", index="patient", columns="arm")
    received = patients.set_index("patient")["arm"].loc[wide.index]
    shares = received.value_counts(normalize=True)
    assert found["any", "log_loss"] == pytest.approx(log_loss(received, wide, labels=ARMS))
    told = np.tile(shares[ARMS], (len(wide), 1))
    assert found["any", "log_loss_of_shares"] == pytest.approx(log_loss(received, told))
    assert found["any", "below_floor"] == pytest.approx((wide < 0.1).any(axis=1).mean())
    for arm in ARMS:
        assert found[arm, "roc_auc"] == pytest.approx(roc_auc_score(received == arm, wide[arm]))
        assert found[arm, "share"] == pytest.approx(shares[arm])
        assert found[arm, "below_floor"] == pytest.approx((wide[arm] < 0.1).mean())
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert set(table["n"]) == {len(patients)}


def test_pairs_are_of_one_fold_as_two_models_have_two_scales():
    patients, said = cohort()
    first = said["patient"] < "P120"
    shifted = said.assign(fold=np.where(first, 0, 1))
    shifted.loc[first, "propensity"] *= 0.01
    plain, moved = (assignment_table(t, patients, SETTINGS, 0.1) for t in
                    (said.assign(fold=shifted["fold"]), shifted))  # fmt: skip
    assert figures(moved)["a", "roc_auc"] == pytest.approx(figures(plain)["a", "roc_auc"])


def written(folder, fold, seed, chances):
    """Write what one run tells of patients P and Q; nothing where it has no head."""
    path = folder / "model" / "gcin" / f"fold-{fold}" / f"seed-{seed}" / "propensity.parquet"
    path.parent.mkdir(parents=True)
    wide = pd.DataFrame(chances, index=pd.Index(["P", "Q"], name="patient"), dtype=float)
    rows = wide.reset_index().melt("patient", var_name="arm", value_name="propensity")
    rows.to_parquet(path, index=False)
    return str(path)


def test_seeds_are_averaged_and_one_that_knows_no_such_arm_gives_it_no_chance(tmp_path):
    first, second = {"a": [0.2, 0.6], "b": [0.8, 0.4]}, {"a": [1.0, 1.0]}
    paths = [written(tmp_path, 3, 1, first), written(tmp_path, 3, 2, second)]
    said = read_chances(paths).set_index(["design", "fold", "patient", "arm"])["propensity"]
    assert said["gcin", 3, "P", "a"] == pytest.approx(0.6)
    assert said["gcin", 3, "P", "b"] == pytest.approx(0.4)
    assert said.groupby("patient").sum().tolist() == pytest.approx([1, 1])


def test_a_fold_whose_trials_chose_no_head_is_passed_over(tmp_path):
    paths = [written(tmp_path, 0, 1, {}), written(tmp_path, 1, 1, {"a": [0.5, 1.0]})]
    assert set(read_chances(paths)["fold"]) == {1}
    patients = pd.DataFrame({"patient": ["P", "Q"], "arm": "a", "family": None})
    assert assignment_table(read_chances(paths[:1]), patients, SETTINGS, 0.1).empty


def test_who_received_an_unknown_arm_is_left_out_and_counted(caplog):
    patients, said = cohort(60)
    patients.loc[:4, "arm"] = None
    patients.loc[5:6, "arm"] = "elsewhere"
    with caplog.at_level(logging.INFO):
        table = assignment_table(said, patients, SETTINGS, 0.1)
    assert set(table["n"]) == {53}
    assert "left out 7 of 60" in caplog.text


def test_words_and_rows_say_what_stands_in_the_table(tmp_path):
    patients, said = cohort()
    table = assignment_table(said, patients, SETTINGS, 0.05)
    table.to_csv(tmp_path / "propensity.tsv", sep="\t", index=False)
    read = read_table(tmp_path / "propensity.tsv")
    rows = assignment_rows(read)
    assert rows["arm"].tolist() == ARMS
    assert "chance below 5 %" in rows
    [words] = assignment_words({"propensity": read})
    assert words.startswith("gcin: log loss ")
    assert words.endswith("of 240 patients")
