"""Facts of the common data model: what a card's mappings say of each patient, and when."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.clinical.tables import Faults, Table, source_of
from gcin.clinical.timeline import CENTURY, days_of, days_of_dates
from gcin.clinical.values import constant, read_values
from gcin.intake.spelling import plain_name
from gcin.intake.units import UNITS, convert

logger = logging.getLogger(__name__)

COLUMNS = {
    "patient": "str",
    "name": "str",
    "value": "float64",
    "text": "object",
    "unit": "object",
    "source": "object",
    "day": "float64",
    "undated": "bool",
}


@dataclass(frozen=True)
class Sources:
    """What facts are read from.

    Attributes:
        tables: The clinical tables.
        index: Index dates by patient.
        patients: Every patient, sorted.
        faults: Where bad rows are noted.
    """

    tables: Mapping[str, Table]
    index: pd.Series
    patients: list[str]
    faults: Faults


def facts(name: str, mapping: Mapping, sources: Sources) -> pd.DataFrame:
    """Read one mapping.

    Args:
        name: What it is called.
        mapping: A mapping with every key filled in.
        sources: What to read from.

    Returns:
        One row per value that is not missing, in the order of the table: `patient name`, `value`
        (numbers, binaries and dates) or `text` (categories), `unit` (UCUM), `source` (as written;
        never a date), `day` (from the index date, missing where unknown) and `undated` (the card
        names no day: the value holds from day 0). The index is the row of the table.
    """
    if mapping["column"] is None:
        rows = pd.DataFrame({"patient": sources.patients, "source": None, "day": float("nan")})
        values = pd.Series(constant(mapping), rows.index)
    else:
        table, column = source_of(mapping, sources.tables, "column")
        values = _values(name, mapping, table, column, sources)
        rows = pd.DataFrame(
            {
                "patient": table.rows["patient"],
                "source": None if mapping["type"] == "date" else table.column(column),
                "day": _days(name, mapping, table, sources),
            }
        )
    is_text = mapping["type"] == "category"
    rows = rows.assign(
        name=name,
        value=float("nan") if is_text else values,
        text=values if is_text else None,
        unit=_unit(mapping),
        undated=mapping["day"] is None,
    )
    return rows.loc[values.notna(), list(COLUMNS)].astype(COLUMNS)


def _values(name: str, mapping: Mapping, table: Table, column: str, sources: Sources) -> pd.Series:
    """Read a column's values; dates become a time since the index date."""
    if mapping["type"] != "date":
        return read_values(mapping, table, column, sources.faults)
    # who was born when is told by whoever knows how old people get
    most = {"most": np.inf} if name == "age" else {}
    days = days_of_dates(table, column, sources.index, sources.faults, **most)
    return convert(days, "d", mapping["to"])


def _days(name: str, mapping: Mapping, table: Table, sources: Sources) -> pd.Series | float:
    """Read the day of each value; the day stands in the same table."""
    if mapping["day"] is None:
        return float("nan")
    dated, column = source_of(mapping, sources.tables, "day")
    if dated is not table:
        raise ValueError(f"{name}: its day stands in another table than its column. Use one table.")
    return days_of(dated, column, sources.index, sources.faults)


def _unit(mapping: Mapping) -> str | None:
    """Name the unit that is kept."""
    written = "d" if mapping["type"] == "date" else mapping["unit"]
    return mapping["to"] or written


def is_time(mapping: Mapping) -> bool:
    """Tell whether a mapping counts time from the index date."""
    unit = _unit(mapping)
    return unit is not None and UNITS[unit].dimension == "time"


def all_facts(section: Mapping, sources: Sources) -> pd.DataFrame:
    """Read every mapping of a section, one below the other."""
    read = [facts(name, mapping, sources) for name, mapping in section.items() if mapping]
    if not read:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})
    return pd.concat(read)


def require_after_index(outcomes: pd.DataFrame, section: Mapping, sources: Sources) -> None:
    """Note outcomes that came before the index date, or after all who could tell of them."""
    for name, mapping in section.items():
        if mapping["column"] is None:
            continue
        own = outcomes[outcomes["name"] == name]
        table, column = source_of(mapping, sources.tables, "column")
        early = (own["day"] < 0) | (is_time(mapping) & (own["value"] < 0))
        for row in own.index[early]:
            problem = f"the outcome {name} lies before the index date"
            remedy = "Correct the time, or map the column as a measurement"
            sources.faults.add(table, row, column, problem, remedy)
        if mapping["type"] == "date" or not is_time(mapping):
            continue  # a date is held against today
        for row in own.index[convert(own["value"], _unit(mapping), "d") > CENTURY]:
            problem = f"the outcome {name} lies more than a century after the index date"
            sources.faults.add(table, row, column, problem, "Correct it, or the unit in the card")


def require_lasting(outcomes: pd.DataFrame, section: Mapping, sources: Sources) -> None:
    """Note a yes of which a later row of the patient says no: the latest counts, and loses it.

    So a response that ended in progression reads as none, and a patient seen again after the event
    as one without.
    """
    for name, mapping in section.items():
        if mapping["type"] != "binary" or mapping["day"] is None:
            continue
        own = outcomes[outcomes["name"] == name]
        first = own[own["value"] == 1].groupby("patient")["day"].min()
        table, column = source_of(mapping, sources.tables, "column")
        for row in own.index[(own["value"] == 0) & (own["day"] > own["patient"].map(first))]:
            problem = f"the patient had the outcome {name} on an earlier day"
            remedy = "Keep the row that counts: of a response the best one, of an event the first"
            sources.faults.add(table, row, column, problem, remedy)


def require_one_spelling(sources: Sources, genomes: Iterable[str]) -> None:
    """Note patients without a genome whose name is another's but for capitals or leading zeros.

    They would count twice, one with the genome and the other with the facts.

    Args:
        sources: What is read from.
        genomes: Patients of the sample sheet.
    """
    names = pd.Series(sources.patients, dtype=object)
    spelt = names.groupby(names.map(plain_name)).transform("size")
    doubtful = names[(spelt > 1) & ~names.isin(set(genomes))]
    for table in sources.tables.values():
        patients = table.rows["patient"].drop_duplicates()
        for row in patients.index[patients.isin(doubtful)]:
            problem = "the patient is written with other capitals or leading zeros elsewhere"
            sources.faults.add(table, row, table.patient, problem, "Write it as in the sheet")


def dated_by_itself(rows: pd.DataFrame, section: Mapping) -> pd.DataFrame:
    """Let a date for which the card names no day be of its own day.

    One after day 0, such as that of a relapse, was not known on day 0.

    Args:
        rows: Facts of a section.
        section: Its mappings.
    """
    dates = {name for name, mapping in section.items() if mapping["type"] == "date"}
    later = rows["name"].isin(dates) & rows["undated"] & (rows["value"] > 0)
    return rows.assign(day=rows["day"].mask(later, rows["value"]), undated=rows["undated"] & ~later)


def baseline(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep what was known on day 0.

    A value without a day, in a mapping that names one, could be later: it is left out.
    """
    known = rows["undated"] | (rows["day"] <= 0)
    if (~known).any():
        unknown = (~rows["undated"] & rows["day"].isna()).sum()
        logger.info(
            "left out of the features: %d values after day 0, %d of unknown day",
            (~known).sum() - unknown,
            unknown,
        )
    return rows[known]


def arms_of_day_0(rows: pd.DataFrame, section: Mapping, sources: Sources) -> pd.DataFrame:
    """Keep of a patient's several arms that of day 0.

    A later one is known only of those who lived to be given it, and would be credited with the time
    before. Several arms with none on day 0 are a fault.

    Args:
        rows: Facts of the section `treatment`.
        section: Its mappings.
        sources: What they were read from.
    """
    if not len(rows) or section["arm"]["day"] is None:
        return rows
    patients = rows.groupby("patient")
    several = patients[_kept_in(section["arm"])].transform("nunique") > 1
    begins = rows["day"] == 0
    unknown = several & ~begins.groupby(rows["patient"]).transform("any")
    table, column = source_of(section["arm"], sources.tables, "column")
    for row in rows.index[unknown & ~rows["patient"].duplicated()]:
        problem = "the patient has several arms, and none of them on day 0"
        remedy = "Give the arm of day 0 the day 0, or keep its row alone"
        sources.faults.add(table, row, column, problem, remedy)
    late = rows["patient"][~several & (rows["day"] > 0)].nunique()
    logger.info("%d patients of several arms have that of day 0, of %d the only arm began later",
                rows["patient"][several].nunique(), late)  # fmt: skip
    return rows[~several | begins]


def one_per_patient(rows: pd.DataFrame, section: Mapping, sources: Sources) -> dict[str, pd.Series]:
    """Make one column of each name: the latest value of each patient.

    Values of one day have no latest, nor have those without a day: where a patient has two that
    differ it is a fault.

    Returns:
        By name, values indexed by patient.
    """
    columns = {}
    for name, mapping in section.items():
        own = rows[rows["name"] == name]
        kind = _kept_in(mapping)
        _require_one_value(own, kind, mapping, sources)
        latest = own.sort_values("day", kind="stable").drop_duplicates("patient", keep="last")
        columns[name] = latest.set_index("patient")[kind]
    return columns


def _kept_in(mapping: Mapping) -> str:
    """Name the column of facts that holds a mapping's values."""
    return "text" if mapping["type"] == "category" else "value"


def _require_one_value(rows: pd.DataFrame, kind: str, mapping: Mapping, sources: Sources) -> None:
    """Note rows whose value is another than one that is no earlier and no later."""
    values = rows.groupby(["patient", "day"], dropna=False, sort=False)[kind]
    second = rows[kind] != values.transform("first")
    lost = rows["day"].isna() & (rows.groupby("patient")[kind].transform("nunique") > 1)
    if mapping["day"] is None:
        found = {"the patient has another value in an earlier row": second}
        remedy = "Keep one, or name the column of its day in the card"
    else:
        found = {
            "the patient has another value, and when this one was is missing": lost,
            "an earlier row has another value of the same patient and day": second & ~lost,
        }
        remedy = "Keep one of them, or correct the day"
    for problem, faulty in found.items():
        for row in rows.index[faulty]:
            table, column = source_of(mapping, sources.tables, "column")
            sources.faults.add(table, row, column, problem, remedy)
