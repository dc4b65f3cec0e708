"""What hospitals write where nothing is known, and what would be read as a fact.

Which words are missing wherever they stand, `gcin.intake.recorded` says. Others are so only where
they would make one family, site or arm of all whom nothing is known of, and numbers only where
nothing else in the column is like them.
"""

from collections.abc import Mapping

import pandas as pd

from gcin.clinical.tables import Faults, Table, shown, source_of

WORDS = {"unknown", "unk", "notknown", "notavailable", "notreported", "notrecorded"}
WORDS |= {"notapplicable", "missing", "na", "n.a", "n/a", "-9", "-99", "-999", "-", "--", "?"}
# Of a family or a site that there is none, and of an arm that nothing was given.
NONE = {"none"}
OF_TOGETHER = ("family", "site")
BRACKETS = "[](){}<>. "
# Codes of statistical programs and of PLINK; the first is also a number that may be measured.
STAND_INS = (-9, -99, -999, -9999, -88, -888, -77, -777)
FEWEST = 2  # rows in which a stand-in of one digit, or one above 0, is no measured value
FAR_OUT = tuple(-code for code in STAND_INS if code < STAND_INS[0])  # no few are so by chance
ENOUGH = 10  # other rows by which it shows that one above 0 lies far out


def require_known(
    rows: pd.DataFrame, mappings: Mapping, tables: Mapping[str, Table], faults: Faults
) -> None:
    """Note families, sites and arms that are none, but words for what nobody knows.

    All whom they are written of would be one family, tested as a whole, or one arm to be given.

    Args:
        rows: Facts by name, see `gcin.clinical.records.facts`.
        mappings: By name; codes of the card may give any word a meaning.
        tables: The clinical tables.
        faults: Where they are noted.
    """
    for name in (*OF_TOGETHER, "arm"):
        mapping = mappings.get(name)
        if mapping is None or mapping["column"] is None or mapping["codes"] is not None:
            continue
        own = rows.loc[rows["name"] == name, "text"].dropna()
        plain = own.str.casefold().str.split().str.join("").str.strip(BRACKETS)
        table, column = source_of(mapping, tables, "column")
        for row, word in own[plain.isin(WORDS | (NONE if name != "arm" else set()))].items():
            problem = f"{shown(word)} would be one {name} of all who have it"
            remedy = "Empty the cell, or map all values by codes in the card (null = missing)"
            faults.add(table, row, column, problem, remedy)


def require_measured(numbers: pd.Series, table: Table, column: str, faults: Faults) -> None:
    """Note numbers that stand for a missing value: the only ones below 0, or others far out.

    Far out are those of two digits and more that lie further beyond all other numbers of the column
    than these lie apart, such as -999 beside an excess of base, or 99 beside grades.

    Args:
        numbers: The column, as it is written, but for what the card says is missing.
        table: Its table.
        column: Its own name.
        faults: Where they are noted.
    """
    below = numbers[numbers < 0]
    alone = below.isin(STAND_INS).all() and (numbers >= 0).any()
    if alone and not (below.eq(STAND_INS[0]).all() and len(below) < FEWEST):
        found = dict.fromkeys(below.index, "no other is below 0")
    else:
        far = "it lies further from all others than these lie apart"
        found = dict.fromkeys(_far_out(numbers), far)
    for row, why in found.items():
        number = numbers[row]
        problem = f"{number:g} seems to say that the value is missing, as {why}"
        remedy = f"Empty the cell, or write missing: [{number:g}] in the card ([] if measured)"
        faults.add(table, row, column, problem, remedy)


def _far_out(numbers: pd.Series) -> pd.Index:
    """Rows of stand-ins that lie far from all other numbers of a column."""
    is_code = numbers.abs().isin(FAR_OUT)
    others = numbers[numbers.notna() & ~is_code]
    if others.nunique() < FEWEST:
        return others.index[:0]
    low, high = others.min(), others.max()
    is_below = is_code & (low - numbers > high - low)
    is_above = is_code & (numbers - high > high - low)
    is_above &= (numbers.groupby(numbers).transform("size") >= FEWEST) & (len(others) >= ENOUGH)
    return numbers.index[is_below | is_above]
