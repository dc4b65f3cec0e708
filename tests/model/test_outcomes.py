"""Outcomes become targets; those of part test are never seen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_hospital import make_hospital, split_of

from gcin.intake.schema import schema_of
from gcin.model.outcomes import (
    fold_table,
    hazard_targets,
    interval_cuts,
    person_periods,
    risk_of,
    training_table,
)
from gcin.model.study import prepare_fold


def table_of(parts):
    names = [f"P{number}" for number in range(len(parts))]
    patients = pd.DataFrame(
        {
            "patient": names,
            "cohort": "a",
            "role": "train",
            "response": 1.0,
            "os_time": 5.0,
            "os_event": 1.0,
        }
    )
    return patients, pd.DataFrame({"patient": names[::-1], "part": parts})


def test_outcomes_of_part_test_are_blank_and_the_others_kept():
    table = training_table(*table_of(["train", "test", "validation"]))
    outcomes = table[["response", "os_time", "os_event"]]
    assert outcomes[table["part"] == "test"].isna().all(axis=None)
    assert outcomes[table["part"] != "test"].notna().all(axis=None)
    assert table.index.tolist() == ["P2", "P1", "P0"]


def test_fold_of_unknown_patients_is_refused():
    patients, split = table_of(["train", "test"])
    with pytest.raises(ValueError, match=r"P1.*Make the splits again"):
        training_table(patients[:1], split)


def test_patient_called_na_stays_in_the_fold(tmp_path):
    patients, split = table_of(["train", "test", "train"])
    patients["patient"] = split["patient"] = ["NA", "P1", "P2"]
    patients.to_parquet(tmp_path / "patients.parquet")
    split.assign(turn=[1, 0, 2]).to_csv(tmp_path / "fold-1.tsv", sep="\t", index=False)
    table = fold_table(tmp_path / "patients.parquet", tmp_path / "fold-1.tsv", seed=1)
    assert table["part"].to_dict() == {"NA": "validation", "P1": "test", "P2": "train"}


def test_intervals_hold_equally_many_events():
    random = np.random.default_rng(0)
    time, event = random.exponential(10, 1000), random.random(1000) < 0.6
    cuts = interval_cuts(time, event.astype(float), 10)
    counts = np.bincount(np.searchsorted(cuts, time[event]), minlength=10)
    assert len(cuts) == 9
    assert np.ptp(counts) <= 2


@pytest.mark.parametrize(
    ("column", "value", "refused"),
    [("response", 1.0, "response"), ("response", 0.0, "response"), ("os_event", 0.0, "os")],
)
def test_an_endpoint_of_one_outcome_is_refused_by_name(settings, column, value, refused):
    """scikit-learn's words name neither the endpoint nor a remedy, and differ by design."""
    hospital = make_hospital(60, genes=5)
    patients = hospital.patients.assign(**{column: value})
    table = training_table(patients, split_of(patients))
    with pytest.raises(ValueError, match=rf"same outcome of {refused} \(.*Leave it out"):
        prepare_fold(table, hospital.cohorts, settings["preparation"], 1)
    patients.loc[:9, column] = 1 - value
    table = training_table(patients, split_of(patients))
    assert prepare_fold(table, hospital.cohorts, settings["preparation"], 1)


def test_everybody_may_have_an_event_in_the_end(settings):
    hospital = make_hospital(60, genes=5)
    patients = hospital.patients.assign(os_event=1.0)
    table = training_table(patients, split_of(patients))
    assert prepare_fold(table, hospital.cohorts, settings["preparation"], 1)


def test_the_fewest_intervals_that_may_be_asked_for_teach_something():
    random, schema = np.random.default_rng(0), schema_of("config")
    for key in ("model", "preparation", "intervals"):
        schema = schema["properties"][key]
    time, event = random.exponential(10, 100), (random.random(100) < 0.6).astype(float)
    targets = hazard_targets(time, event, interval_cuts(time, event, schema["minimum"]))
    assert {*targets[..., 0][targets[..., 1] > 0]} == {0, 1}


@pytest.mark.parametrize("decimals", [0, 3])
@pytest.mark.parametrize("count", [1, 3, 11, 40])
def test_no_interval_but_the_last_is_without_events(count, decimals):
    time = np.random.default_rng(count).exponential(10, count).round(decimals)
    cuts = interval_cuts(time, np.ones(count), 10)
    counts = np.bincount(np.searchsorted(cuts, time), minlength=len(cuts) + 1)
    assert cuts == sorted(set(cuts))
    assert len(cuts) >= 1
    assert (counts[:-1] > 0).all()


def test_without_events_there_is_one_interval_without_questions():
    time = np.array([3.0, 9.0])
    assert interval_cuts(time, np.zeros(2), 10) == []
    assert hazard_targets(time, np.zeros(2), [])[..., 1].sum() == 0


def test_person_periods_end_with_the_event():
    targets = hazard_targets(np.array([7.0, 4.0]), np.array([1.0, 0.0]), [6.0, 12.0])
    periods = person_periods(targets)
    assert periods.patient.tolist() == [0, 0, 1]
    assert periods.interval.tolist() == [0, 1, 0]
    assert periods.event.tolist() == [0, 1, 0]


@given(
    hazards=st.lists(st.floats(0.01, 0.9), min_size=1, max_size=10),
    place=st.integers(0, 9),
    more=st.floats(0.01, 0.09),
)
def test_risk_rises_with_every_hazard(hazards, place, more):
    higher = np.array(hazards)
    higher[place % len(hazards)] += more
    assert 0 <= risk_of(np.array(hazards)) < risk_of(higher) <= 1
