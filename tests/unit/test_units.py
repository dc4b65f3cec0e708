"""Units: values are converted within a dimension, and refused across."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcin.intake.units import UNITS, convert

SAME = [(a, b) for a in UNITS for b in UNITS if UNITS[a].dimension == UNITS[b].dimension]


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (365.25, "d", "mo", 12),
        (30.4375, "d", "mo", 1),
        (2, "a", "wk", 730.5 / 7),
        (9.1, "g/dL", "g/L", 91),
        (12, "10*3/uL", "10*9/L", 12),
        (98.6, "[degF]", "Cel", 37),
        (310.15, "K", "Cel", 37),
        (45, "%", "1", 0.45),
        (1, "ukat/L", "U/L", 60),
        (5, "mg/L", None, 5),
    ],
)
def test_values_are_converted(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected)


@given(pair=st.sampled_from(SAME), value=st.floats(-1e6, 1e6))
def test_there_and_back_is_the_same(pair, value):
    unit, to = pair
    assert convert(convert(value, unit, to), to, unit) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    ("unit", "to", "message"),
    [
        ("mg/dL", "mmol/L", "mass concentration.*cannot become.*amount concentration"),
        ("g/dl", None, "unknown unit 'g/dl'.*did you mean g/dL"),
        ("d", "month", "unknown unit 'month'"),
    ],
)
def test_what_would_need_a_silent_factor_is_refused(unit, to, message):
    with pytest.raises(ValueError, match=message):
        convert(1.0, unit, to)
