"""What of a patient lies outside all that the training patients showed, and what was not taken."""

from collections.abc import Collection, Iterable
from itertools import pairwise

import numpy as np
import pandas as pd

MOST_NAMED = 20  # a table of omics of more features is told by how many of them lie outside
ODD = 0.05  # share of known patients who may be unlike the others
NOISE = 1e-9  # share of a limit by which a number that was converted between units may miss it


def read_alone(
    features: pd.DataFrame, visits: pd.DataFrame, omics: pd.DataFrame, reads: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Keep what a design may read: nothing else of a patient is outside what it has seen.

    Args:
        features: Clinical features by patient.
        visits: `patient day name value`.
        omics: `table feature` by patient.
        reads: Of `gcin.intake.halves`.

    Returns:
        The three, without columns, or rows of visits, where the design reads none.
    """
    return (
        features if "clinical" in reads else features.iloc[:, :0],
        visits if "visits" in reads else visits.iloc[:0],
        omics if "omics" in reads else omics.iloc[:, :0],
    )


def outside_experience(
    features: pd.DataFrame, visits: pd.DataFrame, omics: pd.DataFrame, patients: pd.DataFrame
) -> pd.Series:
    """Name the values of new patients that no training patient comes near.

    Args:
        features: Clinical features by patient; numbers are float columns, codes are text.
        visits: `patient day name value`.
        omics: `table feature` by patient, NaN where not measured.
        patients: `patient` and `role`.

    Returns:
        For each new patient, by name, joined by `; `: numbers beyond the lowest or highest of
        training and codes that it never had; that no clinical feature, no visit or nothing of a
        table of omics is known, where some is of every training patient; and of tables of more than
        MOST_NAMED features, how many are beyond, where these are more than any training patient has
        beyond all others.
        Empty text where there are none.
    """
    roles = patients.set_index("patient")["role"]
    train, new = (roles.index[roles == role] for role in ("train", "new"))
    words = [
        unlike_values(features[name].reindex(new), features.loc[features.index.isin(train), name])
        for name in features
    ]
    for name, rows in visits.groupby("name"):
        known = rows.loc[rows["patient"].isin(train), "value"]
        for extreme in ("min", "max"):
            own = rows.groupby("patient")["value"].agg(extreme).reindex(new)
            words.append(unlike_values(own.rename(f"{name} of a visit"), known))
    for table in _tables_of(omics):
        of_table = omics.loc[:, table]
        known, asked = of_table[of_table.index.isin(train)], of_table.reindex(new)
        measured = of_table.index[of_table.notna().any(axis=1)]
        words.append(_without(f"omics {table[0].split()[0]}", measured, train, new))
        if len(table) > MOST_NAMED:
            words.append(_many_unlike(asked, known))
        else:
            words += [unlike_values(asked[name], known[name]) for name in table]
    words.append(_without("visit", visits["patient"], train, new))
    _, theirs, counts = _known_features(features, train, new)
    have = (theirs > 0).all()
    words.append(["no clinical feature is known" * bool(have and not count) for count in counts])
    told = [dict.fromkeys(filter(None, row)) for row in zip(*words, strict=True)]
    return pd.Series(["; ".join(row) for row in told], index=new, dtype=object)


def _without(what: str, measured: pd.Index, train: pd.Index, new: pd.Index) -> list[str]:
    """Say of whom there is none of what every training patient has."""
    told = f"no {what} (all training patients have some)" if train.isin(measured).all() else ""
    return ["" if patient else told for patient in new.isin(measured)]


def joined(clinical: pd.Series, genomic: pd.Series) -> pd.Series:
    """Put together what is said of the same patients; empty text where nothing is."""
    words = zip(clinical, genomic.reindex(clinical.index), strict=True)
    return pd.Series(["; ".join(filter(None, row)) for row in words], index=clinical.index)


def not_taken(
    features: pd.DataFrame, visits: pd.DataFrame, omics: pd.DataFrame, patients: pd.DataFrame
) -> pd.Series:
    """Name the tables of omics, the visits and how much else new patients lack, unlike training.

    Args:
        features: Clinical features by patient.
        visits: `patient day name value`.
        omics: `table feature` by patient, NaN where not measured.
        patients: `patient` and `role`.

    Returns:
        For each new patient, joined by `; `; of clinical features and of a table of which more are
        missing than in training patients whom it was measured in (`most_of` them), how many. Empty
        text where nothing is lacking.
    """
    roles = patients.set_index("patient")["role"]
    train, new = (roles.index[roles == role] for role in ("train", "new"))
    number, theirs, counts = _known_features(features, train, new)
    most, missing = most_of(number - theirs), number - counts
    told = [f"{count} of {number} clinical features" for count in missing]
    words = [[word if count > most else "" for word, count in zip(told, missing, strict=True)]]
    words += [_lacking(omics.loc[:, table], train, new) for table in _tables_of(omics)]
    if visits["patient"].isin(train).any():
        words.append(["visits" if lacks else "" for lacks in ~new.isin(visits["patient"])])
    told = ["; ".join(filter(None, row)) for row in zip([""] * len(new), *words, strict=True)]
    return pd.Series(told, index=new, dtype=object)


def _known_features(
    features: pd.DataFrame, train: pd.Index, new: pd.Index
) -> tuple[int, pd.Series, pd.Series]:
    """Count the clinical features that any training patient has, and how many are known.

    Returns:
        Their number, and how many of them are known of each training patient and of each new one.
    """
    known = features.reindex(train).dropna(axis=1, how="all")
    counts = features[known.columns].reindex(new).notna().sum(axis=1)
    return known.shape[1], known.notna().sum(axis=1), counts


def _lacking(values: pd.DataFrame, train: pd.Index, new: pd.Index) -> list[str]:
    """Say what new patients lack of a table of omics."""
    known = values[values.index.isin(train)].dropna(axis=1, how="all").dropna(how="all")
    if not len(known):
        return [""] * len(new)
    missing = values[known.columns].reindex(new).isna().sum(axis=1)
    name, of = f"omics {values.columns[0].split()[0]}", known.shape[1]
    most = most_of(known.isna().sum(axis=1))
    counted = [f"{count} of {of} features of {name}" if count < of else name for count in missing]
    return [word if count > most else "" for word, count in zip(counted, missing, strict=True)]


def _tables_of(omics: pd.DataFrame) -> list[list[str]]:
    """Features of each table of omics."""
    names = pd.Series(omics.columns, dtype=object)
    return [own.tolist() for _, own in names.groupby(names.str.split(" ").str[0], sort=False)]


def unlike_values(values: pd.Series, known: pd.Series) -> list[str]:
    """Describe each value outside the known ones; empty text for others and for missing ones."""
    seen = known.dropna()
    if not len(seen):
        return [""] * len(values)
    if pd.api.types.is_numeric_dtype(seen):
        low, high = seen.min(), seen.max()
        numbers = values.astype(float)
        odd = (numbers < low - NOISE * abs(low)) | (numbers > high + NOISE * abs(high))
        words = [f"{values.name} {value:g} (training {low:g} to {high:g})" for value in values]
    else:
        odd = values.notna() & ~values.isin(set(seen))
        words = [f"{values.name} {value} (not in training)" for value in values]
    return [word if unlike else "" for word, unlike in zip(words, odd, strict=True)]


def _many_unlike(values: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """Say of whom more features lie beyond the known patients than any of those has alone."""
    odd, theirs = _beyond_all(values, known)
    table, most = values.columns[0].split()[0], most_of(theirs)
    training = f"training at most {most}" + ", but for few" * bool(most < theirs.max())
    return [
        f"omics {table}: {count} of {values.shape[1]} features ({training})" if count > most else ""
        for count in odd
    ]


def _beyond_all(values: pd.DataFrame, known: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Count the features in which a patient lies beyond all known ones.

    A feature that was measured in one of these alone has no range, and counts for nobody.

    Args:
        values: Patients by features, NaN where not measured.
        known: Known patients by the same features.

    Returns:
        By patient, and by known patient, each held against the others; one of none without known.
    """
    odd, most = np.zeros(len(values), int), np.zeros(max(len(known), 1), int)
    if len(known) < 2:
        return odd, most
    for sign in (1, -1):
        seen = np.nan_to_num(sign * known.to_numpy(float), nan=-np.inf)
        second, first = np.sort(seen, axis=0)[-2:]
        compared = np.isfinite(second)
        most += (compared & (seen == first) & (first > second)).sum(axis=1)
        odd += (compared & (sign * values.to_numpy(float) > first)).sum(axis=1)
    return odd, most


def most_of(counts: Iterable[int]) -> int:
    """Say how many it is in known patients at most, but for few who have far more than all others.

    One specimen that failed would else hide whatever is odd in new ones. Far more is more than
    twice as many as the next, and one besides, which counts then; few are ODD of the patients at
    most.

    Args:
        counts: One of each known patient; there are some.
    """
    ordered = np.sort(np.fromiter(counts, int))
    for lower, higher in pairwise(ordered[int(np.ceil((1 - ODD) * len(ordered))) - 1 :]):
        if higher > 2 * lower + 1:
            return 2 * int(lower) + 1
    return int(ordered[-1])
