"""Patients who are never divided: families, and whoever else belongs together."""

import numpy as np
import pandas as pd


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
    return connected(np.concatenate(links), patients.index)


def connected(links: np.ndarray, index: pd.Index) -> pd.Series:
    """Number the groups of rows that links join, directly or through others.

    Args:
        links: `(links, 2)`, positions of the two rows that each joins.
        index: Of the rows.

    Returns:
        A group number per row.
    """
    # Every start of the workflow reads this module, and few divide patients.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(links)), links.astype(int).T), shape=(len(index), len(index)))
    return pd.Series(connected_components(graph, directed=False)[1], index=index)
