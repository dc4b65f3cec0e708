"""Which transcripts lie at or near which variants."""

import numpy as np
import pandas as pd
from pyranges import PyRanges


def near_transcripts(
    placed: pd.DataFrame, transcripts: pd.DataFrame, distance: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pair every variant with every transcript within a distance.

    Args:
        placed: Variants with `chromosome low high`, see `gcin.annotation.alleles`.
        transcripts: Transcripts with `chromosome start end`, 1-based and inclusive.
        distance: Bases up- and downstream of a transcript that still belong to it.

    Returns:
        Row numbers of variants and of transcripts, one pair a place, variants ascending.
    """
    # pyranges finds nothing for a range that begins before its contig does
    first = (placed["low"] - distance).clip(lower=1)
    queries = _ranges(placed["chromosome"], first, placed["high"] + distance)
    features = _ranges(transcripts["chromosome"], transcripts["start"], transcripts["end"])
    joined = queries.join(features, suffix="_feature").df
    if joined.empty:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rows, columns = joined["Row"].to_numpy(np.int64), joined["Row_feature"].to_numpy(np.int64)
    order = np.lexsort((columns, rows))
    return rows[order], columns[order]


def _ranges(chromosomes: pd.Series, first: pd.Series, last: pd.Series) -> PyRanges:
    """Ranges with the row number of each; pyranges counts from 0 and excludes the end."""
    columns = {"Chromosome": chromosomes.astype(str), "Start": first - 1, "End": last}
    table = pd.DataFrame({name: np.asarray(values) for name, values in columns.items()})
    return PyRanges(table.assign(Row=np.arange(len(table))))
