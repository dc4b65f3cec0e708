"""A stack is the average of its designs, and learns from the inner split of its fold alone."""

import numpy as np
import pandas as pd
import pytest

from gcin.model.calibration import Calibration
from gcin.model.curves import curve_table
from gcin.model.stacking import (
    Stack,
    by_design,
    fit_stack,
    rank_among,
    stack_fold,
    stacked,
    stacked_curves,
)
from gcin.prediction.applying import COLUMNS
from gcin.prediction.stacks import apply_stacks

RANDOM = np.random.default_rng(0)
NAMES = [f"P{number:02d}" for number in range(60)]
PARTS = np.repeat(["validation", "test"], 30)


def said(endpoint, values):
    """What a design says of every patient under two arms; the second arm doubles it."""
    rows = pd.DataFrame({"patient": NAMES, "part": PARTS, "endpoint": endpoint, "value": values})
    return pd.concat([rows.assign(arm="a"), rows.assign(arm="b", value=rows["value"] / 2)])


@pytest.fixture
def designs():
    chance, other = RANDOM.uniform(size=(2, 60))
    risk = RANDOM.normal(size=60)
    return {
        "gcin": pd.concat([said("response", chance), said("os", 1 / (1 + np.exp(-risk)))]),
        "lasso": said("response", other),
        "cox": said("os", 40 * RANDOM.normal(size=60)),
    }


@pytest.fixture
def patients():
    response = (RANDOM.random(60) < 0.5).astype(float)
    table = pd.DataFrame({"patient": NAMES, "arm": "a", "response": response, "part": PARTS})
    return table.assign(os_time=1.0, os_event=1.0)


def test_ranks_keep_the_order_within_and_beyond_the_reference():
    reference = np.array([1.0, 2.0, 2.0, 5.0])
    ranks = rank_among(np.array([-3.0, 1.0, 2.0, 4.0, 5.0, 9.0]), reference)
    assert (np.diff(ranks) > 0).all()
    assert ranks[[1, 4]].tolist() == [0.0, 1.0]
    assert rank_among(np.array([1.0, 7.0]), np.full(3, 2.0)).tolist() == [0.5, 0.5]


def test_response_is_the_mean_of_the_designs_that_speak_of_it(designs, patients):
    rows = stacked(designs, fit_stack(designs, patients))
    raw = rows[rows["endpoint"] == "response"].set_index(["arm", "patient"])["raw"]
    one, two = (
        designs[name][designs[name]["endpoint"] == "response"].set_index(["arm", "patient"])[
            "value"
        ]
        for name in ("gcin", "lasso")
    )
    pd.testing.assert_series_equal(raw, (one + two) / 2, check_names=False)


def test_no_design_outweighs_another_by_its_scale(designs, patients):
    larger = designs | {"cox": designs["cox"].assign(value=designs["cox"]["value"] * 1000 + 7)}
    one, two = (stacked(names, fit_stack(names, patients)) for names in (designs, larger))
    np.testing.assert_allclose(one["raw"], two["raw"], atol=1e-9)


def test_a_patient_is_ranked_without_the_others(designs, patients):
    stack = fit_stack(designs, patients)
    alone = {name: rows[rows["patient"] == "P45"] for name, rows in designs.items()}
    together = stacked(designs, stack)
    together = together[together["patient"] == "P45"].reset_index(drop=True)
    pd.testing.assert_frame_equal(stacked(alone, stack), together)


def test_outcomes_of_the_test_part_change_nothing(designs, patients):
    other = patients.copy()
    tested = other["part"] == "test"
    other.loc[tested, "response"] = 1 - other.loc[tested, "response"]
    blind = patients.assign(response=patients["response"].mask(tested))
    assert (
        fit_stack(designs, blind).calibrations
        == fit_stack(designs, other.assign(response=other["response"].mask(tested))).calibrations
    )
    early = {name: rows[rows["part"] == "validation"] for name, rows in designs.items()}
    assert fit_stack(early, other).calibrations == fit_stack(designs, other).calibrations


def test_stack_without_response_is_not_calibrated(designs, patients):
    timed = {
        name: rows[rows["endpoint"] == "os"] for name, rows in designs.items() if name != "lasso"
    }
    stack = fit_stack(timed, patients.drop(columns="response"))
    assert stack.calibrations == {}
    rows = stacked(timed, stack)
    assert (rows["raw"] == rows["value"]).all()


def test_runs_of_a_design_are_averaged_before_designs_are():
    tables = [pd.DataFrame({"patient": ["P"], "value": [value]}) for value in (0.0, 1.0, 0.9)]
    means = by_design(tables, ["gcin", "gcin", "lasso"])
    assert {name: table["value"].item() for name, table in means.items()} == {
        "gcin": 0.5,
        "lasso": 0.9,
    }


def test_whoever_validates_for_one_seed_calibrates_the_average(designs, patients):
    """A seed says nothing of the patients who taught it, and another seed speaks of them."""
    rows, first = designs["gcin"], ["validation"] * 20 + ["train"] * 20 + ["test"] * 20
    turns = [NAMES[:20] + NAMES[40:], NAMES[20:]]
    runs = [
        rows[rows["patient"].isin(turn)].assign(
            part=lambda told: np.where(told["patient"].isin(NAMES[40:]), "test", "validation")
        )
        for turn in turns
    ]
    averaged = by_design(runs, ["gcin", "gcin"])
    stack, averages = stack_fold(averaged, patients.assign(part=first))
    assert len(stack.references["gcin"]["os"]) == 2 * 40
    parts = averages.drop_duplicates("patient").set_index("patient")["part"]
    assert set(parts.index) == set(NAMES)
    assert parts[NAMES].tolist() == ["validation"] * 40 + ["test"] * 20


def test_curves_are_averaged_month_by_month():
    keys = {"patient": "P", "endpoint": "os", "arm": "a", "time": [0.0, 6.0]}
    curves = {
        name: pd.DataFrame(keys | {"survival": [1.0, late]})
        for name, late in {"gcin": 0.8, "cox": 0.4}.items()
    }
    assert stacked_curves(curves)["survival"].tolist() == pytest.approx([1.0, 0.6])


def test_a_study_that_asks_nobodys_survival_has_no_curves():
    none = curve_table(pd.Index(NAMES), {}, {}, ["a", "b"])
    averaged = stacked_curves(by_design([none, none], ["gcin", "lasso"]))
    assert averaged.dtypes.to_dict() == none.dtypes.to_dict()
    assert averaged.empty


def test_designs_of_survival_are_silent_together_where_nobody_was_followed(designs, patients):
    """A fold whose training patients have no survival, beside others that have."""
    silent = [designs["cox"].iloc[:0].assign(raw=0.0)] * 2
    stack, rows = stack_fold(by_design(silent, ["cox", "coxnet"]), patients)
    assert rows.empty
    applied = pd.DataFrame(columns=COLUMNS).astype({"raw": float, "value": float, "run": int})
    new = {"cohort": "h", "role": "new", "run": 1, "patient": "N", "endpoint": "os", "arm": "a"}
    spoken = pd.DataFrame([{**new, "raw": 0.5, "value": 0.5, "models": 1}])
    other = Stack({"cox": {"os": np.array([0.0, 1.0])}}, {})
    told = apply_stacks([stack, other], {"cox": spoken, "coxnet": applied}, {"cox": 1, "coxnet": 1})
    assert told[["run", "value"]].to_numpy().tolist() == [[1, 0.5]]


def test_unseen_patients_are_averaged_fold_by_fold():
    def applied(values):
        rows = {"cohort": "h", "role": "new", "patient": "N", "endpoint": "response", "arm": "a"}
        values = {"raw": values, "value": values, "run": range(len(values))}
        return pd.DataFrame(rows | values).assign(models=1)

    stack = Stack({"gcin": {}, "lasso": {}}, {"response": Calibration(1.0, 0.0)})
    designs = {"gcin": applied([0.1, 0.3, 0.5, 0.7]), "lasso": applied([0.4, 0.8])}
    rows = apply_stacks([stack, stack], designs, {"gcin": 2, "lasso": 1})
    assert rows["run"].tolist() == [0, 1]
    assert rows["value"].tolist() == pytest.approx([0.3, 0.7])
    assert rows["models"].tolist() == [3, 3]
    fewer = designs | {"gcin": designs["gcin"].query("run != 2")}
    assert apply_stacks([stack, stack], fewer, {"gcin": 2, "lasso": 1})["models"].tolist() == [3, 2]
    empty = {name: rows.iloc[:0] for name, rows in designs.items()}
    assert list(apply_stacks([stack], empty, {"gcin": 2, "lasso": 1})) == COLUMNS
