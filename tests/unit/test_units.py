"""Units: values are converted within a dimension, and refused across."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcin.intake.units import UNITS, convert

PREFIXES = {"": 1, "k": 1e3, "d": 0.1, "c": 0.01, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12}
ATOMS = {"": 1, "g": 1, "mol": 1, "L": 1, "m": 1, "m2": 1, "cm2": 1e-4, "U": 1, "kat": 6e7}
ATOMS |= {"[IU]": 1, "Gy": 1, "s": 1, "min": 60, "h": 3600, "d": 86400, "wk": 604800, "Pa": 1}
PART = f"([{''.join(PREFIXES)}]??)({'|'.join(map(re.escape, ATOMS))})"
CODE = re.compile(rf"(?:10\*(\d+))?{PART}(?:/{PART})?")
METRIC = {code: found for code in UNITS if (found := CODE.fullmatch(code))}
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
        (1, "Hz", "/min", 60),
        (8, "[ppth]", "%", 0.8),
        (150, "[lb_av]", "kg", 68.0388555),
        (70, "[in_i]", "cm", 177.8),
        (120, "mm[Hg]", "kPa", 15.9986865),
        (5, "mg/L", None, 5),
    ],
)
def test_values_are_converted(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected)


def size_of(code):
    """Size of a metric code, as its prefixes say."""
    power, prefix, atom, below, per = METRIC[code].groups(default="")
    above = 10 ** int(power or 0) * PREFIXES[prefix] * ATOMS[atom]
    return above / (PREFIXES[below] * ATOMS[per])


@pytest.mark.parametrize("code", METRIC)
def test_prefixes_say_how_large_a_unit_is(code):
    for other in METRIC:
        if UNITS[other].dimension == UNITS[code].dimension:
            assert convert(size_of(other), code, other) == pytest.approx(size_of(code))


@given(pair=st.sampled_from(SAME), value=st.floats(-1e6, 1e6))
def test_there_and_back_is_the_same(pair, value):
    unit, to = pair
    assert convert(convert(value, unit, to), to, unit) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    ("unit", "to", "message"),
    [
        ("mg/dL", "mmol/L", "mass concentration.*cannot become.*amount concentration"),
        ("g/dl", None, "unknown unit 'g/dl'.*perhaps g/dL is meant"),
        ("10^9/l", None, r"unknown unit '10\^9/l'.*perhaps 10\*9/L is meant"),
        ("IU/l", None, r"unknown unit 'IU/l'.*perhaps \[IU\]/L is meant"),
        ("G/L", None, r"unknown unit 'G/L'.*perhaps 10\*9/L is meant"),
        ("d", "month", "unknown unit 'month'"),
    ],
)
def test_what_would_need_a_silent_factor_is_refused(unit, to, message):
    with pytest.raises(ValueError, match=message):
        convert(1.0, unit, to)
