"""Visits before treatment: what was measured again and again, by patient and day."""

from collections.abc import Mapping

import pandas as pd

from gcin.clinical.records import Sources, all_facts, baseline
from gcin.clinical.tables import MISSING, source_of
from gcin.intake.references import REFERENCE_KEYS, mappings_of, split_reference

VISITS = "visits"
COLUMNS = ["patient", "day", "name", "value"]


def tables_of_visits(card: Mapping) -> set[str]:
    """Name the tables of which visits alone are read; they make nobody a patient of the cohort."""
    readers = {}
    for section, _, mapping in mappings_of(card):
        for reference in filter(None, (mapping[key] for key in REFERENCE_KEYS)):
            readers.setdefault(split_reference(reference)[0], set()).add(section)
    return {table for table, sections in readers.items() if sections == {VISITS}}


def visit_rows(card: Mapping, sources: Sources) -> pd.DataFrame:
    """Read what a card maps as visits, at or before day 0; what came later is left out.

    Args:
        card: With every key filled in.
        sources: What to read from; patients whom nothing but visits names, and other values of a
            patient and day, are noted as faults.

    Returns:
        `patient day name value`, a row per value that is not missing, by patient, day and name;
        `day` from the index date, 0 or less.
    """
    for name in tables_of_visits(card):
        _require_known(card["tables"][name]["patient"], name, sources)
    section = card[VISITS]
    rows = baseline(all_facts(section, sources))
    for name, mapping in section.items():
        own = rows[rows["name"] == name]
        table, column = source_of(mapping, sources.tables, "column")
        first = own.groupby(["patient", "day"])["value"].transform("first")
        for row in own.index[own["value"] != first]:
            problem = "an earlier row has another value of the same patient and day"
            sources.faults.add(table, row, column, problem, "Keep one of them")
    # An export that joins tables repeats a visit for each row of the other one.
    kept = rows[COLUMNS].drop_duplicates()
    return kept.sort_values(["patient", "day", "name"], ignore_index=True)


def _require_known(column: str, name: str, sources: Sources) -> None:
    table = sources.tables[name]
    patients = table.rows["patient"]
    unknown = ~patients.isin(sources.patients) & ~patients.isin(MISSING)
    for row in patients.index[unknown]:
        problem = "neither another table nor the sheet names this patient"
        sources.faults.add(table, row, column, problem, "Correct the patient, or remove the row")
