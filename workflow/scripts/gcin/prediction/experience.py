"""What of a patient lies outside all that the training patients showed."""

import pandas as pd


def outside_experience(features: pd.DataFrame, patients: pd.DataFrame) -> pd.Series:
    """Name the clinical values of new patients that no training patient comes near.

    Args:
        features: Clinical features by patient; numbers are float columns, codes are text.
        patients: `patient` and `role`.

    Returns:
        For each new patient, by name: numbers beyond the lowest or highest of training and codes
        that it never had, in words, joined by `; `; empty text where there are none.
    """
    roles = patients.set_index("patient")["role"]
    known = features[features.index.isin(roles.index[roles == "train"])]
    new = features.reindex(roles.index[roles == "new"])
    words = pd.DataFrame({name: _unlike(new[name], known[name]) for name in features})
    joined = [[word for word in row if word] for row in words.to_numpy()]
    return pd.Series(["; ".join(row) for row in joined], index=new.index, dtype=object)


def _unlike(values: pd.Series, known: pd.Series) -> list[str]:
    """Describe each value outside the known ones; empty text for others and for missing ones."""
    seen = known.dropna()
    if not len(seen):
        return [""] * len(values)
    if pd.api.types.is_numeric_dtype(seen):
        low, high = seen.min(), seen.max()
        odd = values.notna() & ~values.astype(float).between(low, high)
        words = [f"{values.name} {value:g} (training {low:g} to {high:g})" for value in values]
    else:
        odd = values.notna() & ~values.isin(set(seen))
        words = [f"{values.name} {value} (not in training)" for value in values]
    return [word if unlike else "" for word, unlike in zip(words, odd, strict=True)]
