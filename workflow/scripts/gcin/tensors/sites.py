"""The site table: one row per allele and gene, written in genome order as it grows."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

KEY = ["position", "reference", "alternate", "gene_index"]
SCHEMA = pa.schema(
    [
        ("chromosome", pa.string()),
        ("position", pa.int32()),
        ("reference", pa.string()),
        ("alternate", pa.string()),
        ("gene", pa.string()),
        ("gene_index", pa.int32()),
        ("transcript", pa.string()),
        ("consequence", pa.string()),
        ("impact", pa.string()),
        ("hgvsp", pa.string()),
        ("protein_position", pa.float32()),
        ("protein_fraction", pa.float32()),
        ("population_af", pa.float32()),
        ("cadd", pa.float32()),
        ("revel", pa.float32()),
        ("spliceai", pa.float32()),
        ("clinical_significance", pa.string()),
        ("hotspot", pa.bool_()),
    ]
)
MARKER_SCHEMA = pa.schema(
    [SCHEMA.field(name) for name in ("chromosome", "position", "reference", "alternate")]
    + [SCHEMA.field("population_af")]
)


class SiteTable:
    """A Parquet file of sites that grows by blocks in genome order.

    Rows have a number as they come (counted by the caller, from 0 on) and another once their
    block is sorted and rid of repeats; `final` leads from the first to the second.
    """

    def __init__(self, path: str | Path, genes: Sequence[str]) -> None:
        """Open the file.

        Args:
            path: File to write.
            genes: Symbols, in the order of `gene_index`.
        """
        self._writer = pq.ParquetWriter(path, SCHEMA)
        self._genes = np.asarray(genes, dtype=object)
        self._final = []
        self.rows = 0

    def __enter__(self) -> Self:
        """Use as a context, so that the file is closed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, also after an error."""
        self._writer.close()

    @property
    def final(self) -> np.ndarray:
        """Row in the table of each row as it came, int32."""
        return np.concatenate([np.empty(0, np.int32), *self._final])

    def append(self, chromosome: str, rows: list[dict]) -> None:
        """Add a block: rows of one chromosome, behind all earlier ones and not next to them."""
        if not rows:
            return
        block = pd.DataFrame(rows)
        order = block.sort_values(KEY, kind="stable").index.to_numpy()
        first = ~block.loc[order].duplicated(KEY).to_numpy()
        final = np.empty(len(block), np.int32)
        final[order] = self.rows + np.cumsum(first) - 1
        self._final.append(final)

        # one source of an allele may know its frequency where another knows none
        known = block.groupby(KEY)["population_af"].transform("first")
        block = block.assign(population_af=known).loc[order[first]]
        block["chromosome"] = chromosome
        block["gene"] = self._genes[block["gene_index"].to_numpy()]
        self._writer.write_table(
            pa.Table.from_pandas(block, schema=SCHEMA, preserve_index=False, safe=False)
        )
        self.rows += len(block)
