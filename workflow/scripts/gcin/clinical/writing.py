"""Clinical tables on disk: Parquet with fixed types, and their receipt."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gcin.generations import receipt

SCHEMA_VERSION = 1


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as {name}.parquet; text columns stay text where all of it is missing."""
    for name, table in tables.items():
        fields = [
            pa.field(column, pa.string() if dtype.kind == "O" else pa.from_numpy_dtype(dtype))
            for column, dtype in table.dtypes.items()
        ]
        if table.index.name is not None:
            fields.append(pa.field(table.index.name, pa.string()))
        pq.write_table(pa.Table.from_pandas(table, pa.schema(fields)), folder / f"{name}.parquet")


def clinical_receipt(
    folder: Path, generation: str, samples: Iterable[str], tables: Mapping[str, pd.DataFrame]
) -> dict:
    """Describe the clinical tables of a generation; counts only, no patient is named.

    Args:
        folder: Where the tables lie.
        generation: Whose artefact they are.
        samples: Samples of the generation.
        tables: The tables as written.

    Returns:
        A mapping to be written as JSON.
    """
    tools = {name: version(name) for name in ("pandas", "pyarrow")}
    files = [folder / f"{name}.parquet" for name in tables]
    patients = tables["patients"]
    return {
        "schema": SCHEMA_VERSION,
        **receipt(generation, samples, tools, folder, files),
        "patients": len(patients),
        "with_genome": int(patients["has_genome"].sum()),
        "rows": {name: len(table) for name, table in tables.items()},
    }
