"""From a cohort's card and its tables to the small common data model, and to model inputs."""

import logging
from collections.abc import Iterable, Mapping

import pandas as pd

from gcin.clinical.records import (
    Sources,
    all_facts,
    arms_of_day_0,
    baseline,
    dated_by_itself,
    one_per_patient,
    require_after_index,
    require_lasting,
    require_one_spelling,
)
from gcin.clinical.tables import MISSING, Faults, Table, read_tables, shown, source_of
from gcin.clinical.timeline import index_dates
from gcin.clinical.unknown import require_known
from gcin.clinical.visits import tables_of_visits, visit_rows
from gcin.intake.sexes import SEXES
from gcin.intake.units import convert

logger = logging.getLogger(__name__)

# Years; less than 0 is a slip, and so is more, or a birth date (1900-01-01) for an unknown one.
HIGHEST = 110
OLDEST = 90.0  # years; HIPAA Safe Harbor holds ages over 89 as one group
PERSON = ("sex", "age", "family", "site")
NO_FAMILY = ("0", 0)  # what PLINK writes of who has none, as text or number
LONG = ["patient", "name", "value", "text", "unit", "source", "day"]


def harmonise(card: Mapping, genomes: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Bring a cohort's clinical tables into the common data model.

    Every patient of a table or of the sheet is kept: without a genome (`has_genome` false) or
    without clinical data (all missing). No identifier but `patient`, no family or site but in
    `person` and `patients`, and no date is in any table.

    Args:
        card: The cohort's card with every key filled in.
        genomes: Patients of the sample sheet.

    Returns:
        By name:
        - `person`: `patient sex age family site has_genome`, age in years at day 0;
        - `condition treatment measurement outcome`: one row per fact, `patient name value text
          unit source day`;
        - `visits`: `patient day name value`, at or before day 0;
        - `features`: what was known on day 0, one column per name, indexed by patient; numbers
          are float64, categories text;
        - `patients`: `patient cancer_type arm family site has_genome` and one column per outcome.

    Raises:
        ValueError: Lists the bad rows of all tables, or no patient is in both.
    """
    faults, genomes = Faults(), set(genomes)
    tables = read_tables(card, faults)
    _require_common(tables, genomes)
    sources = Sources(tables, index_dates(tables, faults), _patients(card, tables, genomes), faults)
    require_one_spelling(sources, genomes)
    sections = {
        name: all_facts(card[name], sources)
        for name in ("condition", "treatment", "measurement", "outcome")
    }
    require_after_index(sections["outcome"], card["outcome"], sources)
    require_lasting(sections["outcome"], card["outcome"], sources)
    require_known(sections["treatment"], card["treatment"], tables, faults)
    person = _person(card["person"], sources, genomes)
    columns = {name: _columns(sections, card, name, sources) for name in sections}
    visits = visit_rows(card, sources)
    faults.stop()

    _count(person, tables)
    index = pd.Index(sources.patients, name="patient", dtype="object")
    known = columns["condition"] | columns["measurement"]
    return {
        "person": person.reset_index(),
        **{name: rows[LONG].reset_index(drop=True) for name, rows in sections.items()},
        "visits": visits,
        "features": pd.DataFrame(person[["age", "sex"]].to_dict("series") | known, index=index),
        "patients": _patient_table(person, columns),
    }


def _patients(card: Mapping, tables: Mapping[str, Table], genomes: set[str]) -> list[str]:
    """List every patient of the sheet and of the tables, sorted."""
    naming = [tables[name] for name in tables.keys() - tables_of_visits(card)]
    named = {patient for table in naming for patient in table.rows["patient"]}
    return sorted((named - MISSING) | genomes)


def _require_common(tables: Mapping[str, Table], genomes: set[str]) -> None:
    """Refuse tables of other names than the sheet's: every genome would lack its outcome."""
    named = {patient for table in tables.values() for patient in table.rows["patient"]}
    if tables and genomes and named.isdisjoint(genomes):
        files = ", ".join(table.file for table in tables.values())
        raise ValueError(
            f"none of the {len(genomes)} patients of the sheet is among the {len(named)} of "
            f"{files}. Write column patient of the sheet as the tables have it, or name under "
            "patient: on the card the column that the sheet is written by."
        )


def _person(section: Mapping, sources: Sources, genomes: set[str]) -> pd.DataFrame:
    """Make the table of persons, indexed by patient; what the card does not map is missing."""
    mappings = {name: mapping for name, mapping in section.items() if mapping}
    if "age" in mappings:
        mappings["age"] = _age_mapping(mappings["age"])
    rows = all_facts(mappings, sources)
    # Who somebody is holds on every day; an age of a later day tells how long the patient lived.
    ages = _on_day_0(baseline(rows[rows["name"] == "age"]), mappings.get("age"))
    rows = pd.concat([rows[rows["name"] != "age"], ages])
    require_known(rows, mappings, sources.tables, sources.faults)
    found = one_per_patient(rows, mappings, sources)
    _require_ages(rows[rows["name"] == "age"], mappings.get("age"), sources)
    _require_sexes(rows[rows["name"] == "sex"], mappings.get("sex"), sources)
    index = pd.Index(sources.patients, name="patient", dtype="object")
    table = pd.DataFrame(index=index)
    for name in PERSON:
        table[name] = found.get(name, pd.Series(dtype=float if name == "age" else object))
    table["age"] = _years(table["age"], mappings.get("age"))
    table["family"] = _families(table["family"])
    table["has_genome"] = index.isin(genomes)
    return table


def _age_mapping(mapping: Mapping) -> Mapping:
    """Have age in years: converted from its unit, or counted from a birth date."""
    if mapping["type"] == "date":
        return {**mapping, "to": None}
    return {**mapping, "type": "number", "unit": mapping["unit"] or "a", "to": "a"}


def _on_day_0(rows: pd.DataFrame, mapping: Mapping | None) -> pd.DataFrame:
    """Let ages of earlier days be those of day 0; a birth date gives these already."""
    if mapping is None or mapping["type"] == "date":
        return rows
    return rows.assign(value=rows["value"] - convert(rows["day"].fillna(0), "d", "a"))


def _years(age: pd.Series, mapping: Mapping | None) -> pd.Series:
    """Finish ages: those over 89 are one group."""
    return _in_years(age.astype(float), mapping).clip(upper=OLDEST)


def _in_years(age: pd.Series, mapping: Mapping | None) -> pd.Series:
    """Count ages in years; a birth date lies before day 0."""
    is_date = mapping is not None and mapping["type"] == "date"
    return convert(-age, "d", "a") if is_date else age


def _require_ages(rows: pd.DataFrame, mapping: Mapping | None, sources: Sources) -> None:
    """Note ages that nobody has.

    Raises:
        ValueError: All patients have one that the card gives them.
    """
    years = _in_years(rows["value"].astype(float), mapping)
    bad = (years < 0) | (years > HIGHEST)
    if bad.any() and mapping["column"] is None:
        raise ValueError(f"person.age of the card is {mapping['value']}. Write an age in years.")
    for row in rows.index[bad]:
        table, column = source_of(mapping, sources.tables, "column")
        problem = f"the age is below 0 or above {HIGHEST} years"
        sources.faults.add(table, row, column, problem, "Correct the row, or the unit in the card")


def _require_sexes(rows: pd.DataFrame, mapping: Mapping | None, sources: Sources) -> None:
    """Note sexes that are written as no other part of the project would know them.

    Raises:
        ValueError: The card gives one to all patients.
    """
    bad = ~rows["text"].isin(SEXES)
    if bad.any() and mapping["column"] is None:
        raise ValueError(f"person.sex of the card is {mapping['value']!r}. Write male or female.")
    for row, word in rows["text"][bad].items():
        table, column = source_of(mapping, sources.tables, "column")
        problem = f"the sex is {shown(word)}, which is neither male nor female"
        remedy = "Map it by codes in the card, such as {M: male, F: female, U: null}"
        sources.faults.add(table, row, column, problem, remedy)


def _families(names: pd.Series) -> pd.Series:
    """Let who is of family 0 be of none: to PLINK all of them are strangers."""
    without = names.isin(NO_FAMILY)
    logger.info("%d patients have no family, as the table says 0", without.sum())
    return names.mask(without, None)


def _columns(
    sections: Mapping[str, pd.DataFrame], card: Mapping, name: str, sources: Sources
) -> dict[str, pd.Series]:
    """Make one column per name of a section; of all but outcomes only what day 0 knew."""
    rows = sections[name]
    if name == "treatment":
        rows = arms_of_day_0(rows, card[name], sources)
    elif name != "outcome":
        rows = baseline(dated_by_itself(rows, card[name]))
    return one_per_patient(rows, card[name], sources)


def _patient_table(
    person: pd.DataFrame, columns: Mapping[str, Mapping[str, pd.Series]]
) -> pd.DataFrame:
    """Make the table that splits and endpoints are drawn from."""
    missing = pd.Series(dtype=object)
    table = pd.DataFrame(index=person.index)
    table["cancer_type"] = columns["condition"].get("cancer_type", missing)
    table["arm"] = columns["treatment"].get("arm", missing)
    table = table.join(person[["family", "site", "has_genome"]])
    for name, values in columns["outcome"].items():
        table[name] = values
    return table.reset_index()


def _count(person: pd.DataFrame, tables: Mapping[str, Table]) -> None:
    """Log how many patients there are; none is named."""
    named = {patient for table in tables.values() for patient in table.rows["patient"]}
    clinical = person.index.isin(named)
    logger.info(
        "%d patients: %d with a genome, %d of these without clinical data, %d without a genome",
        len(person),
        person["has_genome"].sum(),
        (person["has_genome"] & ~clinical).sum(),
        (~person["has_genome"]).sum(),
    )
