"""Values of a column: codes, numbers and units; what is missing stays missing."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.clinical.tables import MISSING, Faults, Table, shown
from gcin.clinical.unknown import require_measured
from gcin.intake.recorded import matching_code
from gcin.intake.spelling import other_spellings
from gcin.intake.units import convert

# What spreadsheets write where a formula failed; that nothing was found (#N/A) is missing.
ERRORS = ("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


def read_values(mapping: Mapping, table: Table, column: str, faults: Faults) -> pd.Series:
    """Read a mapped column.

    Args:
        mapping: Its mapping, type `number`, `binary` or `category`.
        table: The table.
        column: The column's own name.
        faults: Where values that mean nothing are noted.

    Returns:
        Indexed by row: float64 for numbers (in the unit kept) and binaries (0 or 1), else text;
        NaN or None where missing.
    """
    text = present(table.column(column), mapping["codes"])
    if mapping["codes"] is not None:
        text = _decode(text, mapping["codes"], table, column, faults)
    if mapping["type"] == "category":
        if mapping["codes"] is None:
            _require_no_errors(text, table, column, faults)
            _require_one_spelling(text, table, column, faults)
        return text
    numbers = _numbers(text, mapping["type"], table, column, faults)
    if mapping["type"] == "binary":
        return _binary(numbers, table, column, faults)
    if mapping["missing"] is not None:
        numbers = numbers.mask(numbers.isin(mapping["missing"]))
    if mapping["missing"] != []:
        require_measured(numbers, table, column, faults)
    _require_scale(numbers, mapping["transform"], table, column, faults)
    return convert(numbers, mapping["unit"], mapping["to"]) if mapping["unit"] else numbers


def present(text: pd.Series, codes: Mapping | None) -> pd.Series:
    """Blank what says "missing", unless the codes give it a meaning."""
    return text.astype(object).where(~text.isin(MISSING - set(codes or ())), None)


def constant(mapping: Mapping) -> float | str:
    """Read the value that a mapping gives to every patient."""
    if mapping["type"] == "category":
        return as_text(mapping["value"])
    number = float(mapping["value"])
    return convert(number, mapping["unit"], mapping["to"]) if mapping["unit"] else number


def as_text(value: object) -> str:
    """Write a code as text; 1.0 and 1 are the same code."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _decode(
    text: pd.Series, codes: Mapping, table: Table, column: str, faults: Faults
) -> pd.Series:
    """Replace source values by their codes; `1.0` matches the code `1`."""
    meanings = {}
    for value in text.dropna().unique():
        key = matching_code(value, codes)
        if key is None:
            known = ", ".join(map(str, codes))
            for row in text.index[text == value]:
                faults.add(
                    table,
                    row,
                    column,
                    f"unknown code {shown(value)}",
                    f"Known: {known}; correct the row, or add the code to the card",
                )
        elif codes[key] is not None:
            meanings[value] = as_text(
                int(codes[key]) if codes[key] in (True, False) else codes[key]
            )
    return text.map(meanings).astype(object).where(lambda found: found.notna(), None)


def _require_no_errors(text: pd.Series, table: Table, column: str, faults: Faults) -> None:
    """Note errors of a spreadsheet's formulas: patients with one would have a code in common."""
    for row in text.index[text.isin(ERRORS)]:
        problem = f"{text[row]} is the error of a formula"
        faults.add(table, row, column, problem, "Correct it, or empty the cell")


def _require_one_spelling(text: pd.Series, table: Table, column: str, faults: Faults) -> None:
    """Note values that are written in two ways: each would be a code of its own."""
    for other, usual in other_spellings(text.dropna()).items():
        first = text.index[text == usual][0]
        for row in text.index[text == other]:
            # The words are not shown: they may be names of families.
            problem = f"it is written as in row {first} but for capitals, spaces or zeros"
            faults.add(table, row, column, problem, "Write both alike, or map each by codes")


def _numbers(text: pd.Series, kind: str, table: Table, column: str, faults: Faults) -> pd.Series:
    """Read numbers; what is neither a finite number nor missing is a fault."""
    remedies = {
        # Codes that named some values alone would let a new code pass for a number.
        "number": "Write digits with a decimal point or nothing, or name all values under codes:",
        "binary": "Write 0 or 1, or name all values under codes:, such as {yes: 1, no: 0}",
    }
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    for row in text.index[text.notna() & ~np.isfinite(numbers)]:
        problem = f"{shown(text[row])} is no number"
        faults.add(table, row, column, problem, remedies[kind])
    return numbers


def _binary(numbers: pd.Series, table: Table, column: str, faults: Faults) -> pd.Series:
    """Let only 0 and 1 pass."""
    for row in numbers.index[numbers.notna() & ~numbers.isin([0, 1])]:
        problem = f"{numbers[row]:g} is neither 0 nor 1"
        faults.add(table, row, column, problem, "Correct the row, or map it by codes")
    return numbers


def _require_scale(
    numbers: pd.Series, transform: str | None, table: Table, column: str, faults: Faults
) -> None:
    """Note numbers that the transform of the card cannot take."""
    bad = {"log": numbers <= 0, "sqrt": numbers < 0}
    if transform is None:
        return
    for row in numbers.index[bad[transform]]:
        problem = f"{numbers[row]:g} has no {transform}"
        remedy = "Correct the row, name the value under missing:, or remove transform:"
        faults.add(table, row, column, problem, remedy)
