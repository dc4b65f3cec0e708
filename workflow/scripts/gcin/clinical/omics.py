"""Tables of omics: measurements by feature, taken before treatment, of some of the patients."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.clinical.reading import read_numbers, read_rows
from gcin.clinical.tables import MISSING, shown
from gcin.intake.spelling import plain_name
from gcin.reference.pathways import read_gmt

logger = logging.getLogger(__name__)

# Of fewer the mean tells which genes they are rather than how active the set is.
MEASURED_SHARE = 0.5


@dataclass(frozen=True)
class Read:
    """Tables of omics of a cohort.

    Attributes:
        features: Patients by features that models read, `table feature`, NaN where not measured,
            float32.
        genes: Patients by the genes that means of sets were taken of, `table gene`, in the same
            way; no column where no table has sets.
        sets: Which these are: `table set gene`.
    """

    features: pd.DataFrame
    genes: pd.DataFrame
    sets: pd.DataFrame


def read_omics(tables: Mapping[str, Mapping], patients: Iterable[str]) -> Read:
    """Read the tables of omics of a card.

    Nothing is estimated from patients here: a set's value is the mean of its genes in the patient,
    and missing where fewer than half of those that the table has were measured in the patient.

    Args:
        tables: Name to the keys of `omics` on the card.
        patients: Patients of the cohort.

    Raises:
        ValueError: A table cannot be read as the card says; names file, row, column and value.
    """
    index = pd.Index(patients, name="patient", dtype="object")
    blocks, genes = [pd.DataFrame(index=index)], [pd.DataFrame(index=index)]
    sets = [pd.DataFrame(columns=["table", "set", "gene"], dtype=object)]
    for name, table in tables.items():
        read = _read(table)
        _require_patients(read.index, index, table)
        limit = table["limit"]
        values = read if limit is None else read.clip(-limit, limit)
        if table["sets"] is not None:
            held = held_sets(values.columns, table)
            rows = [(name, place, gene) for place, own in held.items() for gene in own]
            sets.append(pd.DataFrame(rows, columns=sets[0].columns, dtype=object))
            averaged = values[pd.unique(sets[-1]["gene"])].reindex(index)
            genes.append(averaged.add_prefix(f"{name} "))
            values = _means(values, held)
        values = values.reindex(index)
        known = values.notna().any(axis=1).sum()
        logger.info("%s: %d features of %d patients", name, values.shape[1], known)
        blocks.append(values.add_prefix(f"{name} "))
    wide = (pd.concat(parts, axis=1).astype("float32") for parts in (blocks, genes))
    return Read(*wide, pd.concat(sets, ignore_index=True))


def _read(table: Mapping) -> pd.DataFrame:
    """One row per patient, one column per feature."""
    file, patient = table["file"], table["patient"]
    if table["feature"] is None:
        return _read_wide(file, patient, table["columns"])
    rows = read_rows(file, [patient, table["feature"], table["value"]])
    _refuse_twice(rows, [patient, table["feature"]], file)
    values = _numbers(rows, [table["value"]], file)[table["value"]]
    places = pd.MultiIndex.from_arrays([rows[patient], rows[table["feature"]]])
    wide = values.set_axis(places).unstack()  # noqa: PD010 - keeps all
    if table["absent"] is not None:
        # A row without a value says that there is none, not that it is the value of absent rows.
        has_row = pd.Series(1.0, places).unstack()  # noqa: PD010
        wide = wide.where(has_row.notna(), table["absent"])
    if table["columns"] is None:
        return wide
    fill = float("nan") if table["absent"] is None else table["absent"]
    return wide.reindex(columns=table["columns"], fill_value=fill)


def _read_wide(file: str, patient: str, columns: list[str] | None) -> pd.DataFrame:
    rows = read_numbers(file, patient, columns, MISSING)
    is_read = rows is not None and _fits(rows.drop(columns=patient)).all(axis=None)
    if not is_read:
        rows = read_rows(file, [patient, *columns] if columns else None)
    names = columns or [name for name in rows if name != patient]
    _refuse_twice(rows, [patient], file)
    values = rows[names] if is_read else _numbers(rows, names, file)
    return values.set_axis(rows[patient])


def _fits(values: pd.DataFrame) -> pd.DataFrame:
    """Tell which values are missing, or numbers that a feature can hold."""
    return (values.abs() <= np.finfo("float32").max) | values.isna()


def _require_patients(named: pd.Index, known: pd.Index, table: Mapping) -> None:
    """Refuse a table whose patients, all or some, are written in another way than the cohort's.

    Some are where a spreadsheet has made 7 of 007 and left 123: whoever it renamed would pass for
    not measured.
    """
    if len(named) and not named.isin(known).any():
        raise ValueError(
            f"{table['file']}, column {table['patient']}: none of its {len(named)} patients is one "
            "of the cohort. Write patients as in the sheet and in the clinical tables."
        )
    without = {plain_name(patient) for patient in known.difference(named)}
    lost = [name for name in named.difference(known) if plain_name(name) in without]
    if lost:
        rows = read_rows(table["file"], [table["patient"]])[table["patient"]]
        raise ValueError(
            f"{table['file']}, row {rows.index[rows.isin(lost)][0]}, column {table['patient']}: "
            f"the patient is written with other capitals or leading zeros than in the cohort, as "
            f"are {len(lost)} of {len(named)}. Write patients as in the sheet and in the clinical "
            "tables."
        )


def _refuse_twice(rows: pd.DataFrame, keys: list[str], file: str) -> None:
    again = rows.duplicated(keys)
    if again.any():
        raise ValueError(
            f"{file}, row {again.idxmax()}, column {keys[-1]}: it repeats an earlier row's "
            f"{' and '.join(keys)}. Keep one of them."
        )


def _numbers(rows: pd.DataFrame, names: list[str], file: str) -> pd.DataFrame:
    text = rows[names].where(~rows[names].isin(MISSING))
    values = text.apply(pd.to_numeric, errors="coerce")
    bad = text.notna() & ~(_fits(values) & values.notna())
    if bad.to_numpy().any():
        column = bad.any().idxmax()
        row = bad[column].idxmax()
        raise ValueError(
            f"{file}, row {row}, column {column}: {shown(rows.loc[row, column])} is no number. "
            "Correct it, or leave the column out under columns: of the card."
        )
    return values


def held_sets(features: pd.Index, table: Mapping) -> dict[str, pd.Index]:
    """Take the sets of which a table has enough genes, and these.

    Args:
        features: Of the table.
        table: Keys of `omics` on the card.

    Raises:
        ValueError: There is no such set.
    """
    sets = {name: features.intersection(genes) for name, genes in read_gmt(table["sets"]).items()}
    held = {name: genes for name, genes in sets.items() if len(genes) >= table["min_genes"]}
    if not held:
        raise ValueError(
            f"{table['sets']}: no set holds {table['min_genes']} features of {table['file']}. "
            "Name features by gene symbol, or lower min_genes: of the card."
        )
    logger.info("%d of %d sets: %d genes and more", len(held), len(sets), table["min_genes"])
    return held


def _means(values: pd.DataFrame, held: Mapping[str, pd.Index]) -> pd.DataFrame:
    means = pd.DataFrame({name: values[genes].mean(axis=1) for name, genes in held.items()})
    share = pd.DataFrame({name: values[genes].notna().mean(axis=1) for name, genes in held.items()})
    is_thin = (share > 0) & (share < MEASURED_SHARE)
    logger.info("%d means left out: few of the set's genes were measured", is_thin.to_numpy().sum())
    return means.mask(is_thin)
