"""Time before an arm began, which its patients had to live through, is told of."""

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.late_arms import DAYS_PER_MONTH, arm_days, late_arm_checks

NAMES = ["P0", "P1", "P2", "P3"]
ARM = pd.Series(["drug", "drug", "surgery", "drug"], NAMES)
KNOWN = pd.DataFrame({"time": [10.0, 10, 10, 1], "event": [1.0, 0, 1, 1]}, index=NAMES)


def begun(days, **other):
    rows = pd.DataFrame({"patient": NAMES, "name": "arm", "text": ARM.to_numpy(), "day": days})
    return rows.assign(**other)


def checks(treatment, known=KNOWN):
    return list(late_arm_checks(treatment, ARM, known, "os"))


def test_the_share_of_an_arms_time_that_came_before_it_is_measured():
    (row,) = checks(begun([0.0, 2 * DAYS_PER_MONTH, 0, -3]))
    assert (row["check"], row["endpoint"], row["name"]) == ("arm after day 0", "os", "drug")
    assert row["value"] == pytest.approx(2 / 21)
    assert row["n"] == 1
    assert row["raised"]
    assert "1 of 3 patients began it later, 61 days" in row["meaning"]
    assert "had the event before" not in row["meaning"]


def test_nothing_is_said_of_arms_that_began_on_day_0_or_on_no_day():
    assert not checks(begun([0.0, -5, 0, np.nan]))
    assert not checks(begun([9.0, 9, 9, 9], name="dose"))
    assert not checks(begun([90.0] * 4), KNOWN * np.nan)


def test_a_day_is_told_but_raises_nothing():
    (row,) = checks(begun([1.0, 0, 0, 0]))
    assert not row["raised"]
    assert 0 < row["value"] < 0.01


def test_an_event_before_the_arm_is_raised_however_short_the_time():
    """P3 had the event in month 1, and the arm a month later: it cannot be the arm's doing."""
    (row,) = checks(begun([0.0, 0, 0, 2 * DAYS_PER_MONTH]), KNOWN.assign(time=[900.0, 900, 9, 1]))
    assert row["value"] == pytest.approx(1 / 1801)
    assert row["raised"]
    assert row["meaning"].endswith("1 had the event before it began")


def test_the_first_day_of_the_arm_received_is_its_beginning():
    later = begun([0.0, 30, 0, 0]), begun([60.0, 60, 60, 60]), begun([0.0] * 4, text="other")
    days = arm_days(pd.concat(later), ARM)
    assert days.tolist() == [0, 30, 0, 0]
