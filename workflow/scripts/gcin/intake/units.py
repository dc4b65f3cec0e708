"""Units of measurement by their UCUM codes, and conversion between those of one dimension."""

from dataclasses import dataclass
from typing import TypeVar

Numbers = TypeVar("Numbers")


@dataclass(frozen=True)
class Unit:
    """A unit: a value in it is `value * factor + offset` in the base unit of its dimension."""

    dimension: str
    factor: float
    offset: float = 0.0


# UCUM: the mean Gregorian month is a twelfth of the mean Julian year, a = 365.25 d.
UNITS = {
    "1": Unit("number", 1.0),
    "%": Unit("number", 0.01),
    "[ppth]": Unit("number", 1e-3),
    "s": Unit("time", 1 / 86400),
    "min": Unit("time", 1 / 1440),
    "h": Unit("time", 1 / 24),
    "d": Unit("time", 1.0),
    "wk": Unit("time", 7.0),
    "mo": Unit("time", 30.4375),
    "a": Unit("time", 365.25),
    "kg": Unit("mass", 1000.0),
    "g": Unit("mass", 1.0),
    "mg": Unit("mass", 1e-3),
    "ug": Unit("mass", 1e-6),
    "ng": Unit("mass", 1e-9),
    "[lb_av]": Unit("mass", 453.59237),
    "m": Unit("length", 1.0),
    "cm": Unit("length", 0.01),
    "mm": Unit("length", 1e-3),
    "[in_i]": Unit("length", 0.0254),
    "m2": Unit("area", 1.0),
    "cm2": Unit("area", 1e-4),
    "L": Unit("volume", 1.0),
    "dL": Unit("volume", 0.1),
    "mL": Unit("volume", 1e-3),
    "kg/m2": Unit("mass per area", 1000.0),
    "mg/m2": Unit("mass per area", 1e-3),
    "g/L": Unit("mass concentration", 1.0),
    "g/dL": Unit("mass concentration", 10.0),
    "g/mL": Unit("mass concentration", 1000.0),
    "mg/L": Unit("mass concentration", 1e-3),
    "mg/dL": Unit("mass concentration", 0.01),
    "mg/mL": Unit("mass concentration", 1.0),
    "ug/L": Unit("mass concentration", 1e-6),
    "ug/dL": Unit("mass concentration", 1e-5),
    "ug/mL": Unit("mass concentration", 1e-3),
    "ng/L": Unit("mass concentration", 1e-9),
    "ng/dL": Unit("mass concentration", 1e-8),
    "ng/mL": Unit("mass concentration", 1e-6),
    "pg/mL": Unit("mass concentration", 1e-9),
    "mol/L": Unit("amount concentration", 1.0),
    "mmol/L": Unit("amount concentration", 1e-3),
    "umol/L": Unit("amount concentration", 1e-6),
    "nmol/L": Unit("amount concentration", 1e-9),
    "pmol/L": Unit("amount concentration", 1e-12),
    "/L": Unit("number concentration", 1.0),
    "/mL": Unit("number concentration", 1e3),
    "/uL": Unit("number concentration", 1e6),
    "10*3/uL": Unit("number concentration", 1e9),
    "10*6/uL": Unit("number concentration", 1e12),
    "10*6/L": Unit("number concentration", 1e6),
    "10*9/L": Unit("number concentration", 1e9),
    "10*12/L": Unit("number concentration", 1e12),
    "U/L": Unit("catalytic concentration", 1.0),
    "U/mL": Unit("catalytic concentration", 1e3),
    "kat/L": Unit("catalytic concentration", 6e7),
    "ukat/L": Unit("catalytic concentration", 60.0),
    "[IU]/L": Unit("arbitrary concentration", 1.0),
    "[IU]/mL": Unit("arbitrary concentration", 1e3),
    "m[IU]/L": Unit("arbitrary concentration", 1e-3),
    "fL": Unit("cell volume", 1.0),
    "pg": Unit("cell mass", 1.0),
    "mm[Hg]": Unit("pressure", 133.322387415),
    "kPa": Unit("pressure", 1000.0),
    "/min": Unit("frequency", 1.0),
    "Hz": Unit("frequency", 60.0),
    "mL/min": Unit("flow", 1.0),
    "mL/min/{1.73_m2}": Unit("normalised flow", 1.0),
    "L/min": Unit("flow", 1000.0),
    "mm/h": Unit("speed", 1.0),
    "K": Unit("temperature", 1.0),
    "Cel": Unit("temperature", 1.0, 273.15),
    "[degF]": Unit("temperature", 5 / 9, 273.15 - 32 * 5 / 9),
    "mg/d": Unit("dose rate", 1.0),
    "mg/wk": Unit("dose rate", 1 / 7),
    "ug/d": Unit("dose rate", 1e-3),
    "mg/kg": Unit("dose by mass", 1.0),
    "ug/kg": Unit("dose by mass", 1e-3),
    "Gy": Unit("absorbed dose", 1.0),
    "cGy": Unit("absorbed dose", 0.01),
    "[pH]": Unit("pH", 1.0),
    "{score}": Unit("score", 1.0),
}

# Giga and tera of cells, as laboratories write them, and no mass.
CELLS = {"G/L": "10*9/L", "T/L": "10*12/L"}


def unit_of(code: str) -> Unit:
    """Look up a UCUM code.

    Raises:
        ValueError: The code is unknown; the message lists the nearest known ones.
    """
    if code not in UNITS:
        meant = _bare(CELLS.get(code, code))
        alike = sorted(name for name in UNITS if _bare(name) == meant)
        hint = f"perhaps {alike[0]} is meant" if alike else f"known: {' '.join(UNITS)}"
        raise ValueError(f"unknown unit '{code}' (UCUM code, case counts); {hint}")
    return UNITS[code]


def _bare(code: str) -> str:
    """Write a unit as those do who know no UCUM: `10^9/l` for `10*9/L`, `IU/l` for `[IU]/L`."""
    plain = code.lower().replace("^", "*").replace("µ", "u").replace("μ", "u")
    return plain.replace("[", "").replace("]", "").replace("x10*", "10*").replace(" ", "")


def require_compatible(unit: str, to: str) -> None:
    """Refuse a conversion between dimensions, as from mass to amount: it needs a substance.

    Raises:
        ValueError: Names both units and their dimensions.
    """
    source, target = unit_of(unit), unit_of(to)
    if source.dimension != target.dimension:
        raise ValueError(
            f"unit '{unit}' ({source.dimension}) cannot become '{to}' ({target.dimension}): "
            "give a unit of the same dimension"
        )


def convert(value: Numbers, unit: str, to: str | None) -> Numbers:
    """Convert numbers (scalar, array or Series) to another unit of the same dimension.

    Args:
        value: What to convert; missing values stay missing.
        unit: UCUM code of the values.
        to: UCUM code wanted, or None to keep `unit`.

    Raises:
        ValueError: A unit is unknown, or the two differ in dimension.
    """
    if to is None or to == unit:
        unit_of(unit)
        return value
    require_compatible(unit, to)
    source, target = unit_of(unit), unit_of(to)
    return (value * source.factor + (source.offset - target.offset)) / target.factor
