"""Patients who are never divided: families, and whoever else belongs together."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def groups_of(patients: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Number the groups that are never divided: rows that share a value of any column.

    Args:
        patients: Indexed by patient, with the grouping columns; a missing value groups nobody.
        columns: The grouping columns.

    Returns:
        A group number per patient.
    """
    positions = pd.Series(np.arange(len(patients)), index=patients.index)
    links = [np.empty((0, 2), dtype=np.int64)]
    for column in columns:
        known = patients[column].dropna()
        own = positions.loc[known.index]
        first = own.groupby(known).transform("min")
        links.append(np.column_stack([own, first]))
    ends = np.concatenate(links)
    shape = (len(patients), len(patients))
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=shape)
    return pd.Series(connected_components(graph, directed=False)[1], index=patients.index)
