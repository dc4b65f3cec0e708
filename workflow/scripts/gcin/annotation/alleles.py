"""Where an allele lies and what kind it is, as Ensembl VEP sees it."""

import numpy as np
import pandas as pd

BASES = r"^[ACGTN]+$"


def place_alleles(variants: pd.DataFrame) -> pd.DataFrame:
    """Trim the base that REF and ALT of an indel share, and place what is left.

    Args:
        variants: `chromosome position reference alternate`, one alternate allele a row.

    Returns:
        The same rows with `start end` (1-based; an insertion lies between `end` and `start`, and
        has `start = end + 1`), `low high` (the outermost bases it touches), `allele` (`-` when
        nothing is left), `kind` (VEP's VARIANT_CLASS) and `is_sequence` (false for symbolic
        alleles and for `*`).
    """
    ref, alt = variants["reference"].str.upper(), variants["alternate"].str.upper()
    is_sequence = ref.str.match(BASES) & alt.str.match(BASES)
    ref_length, alt_length = ref.str.len(), alt.str.len().where(is_sequence, 1)
    is_anchored = is_sequence & (ref_length != alt_length) & (ref.str[0] == alt.str[0])
    start = variants["position"] + is_anchored
    end = variants["position"] + ref_length - 1
    placed = variants.assign(start=start, end=end)
    placed["low"], placed["high"] = np.minimum(start, end), np.maximum(start, end)
    rest = alt.where(~is_anchored, alt.str[1:]).where(is_sequence, variants["alternate"])
    placed["allele"] = rest.where(rest.ne(""), "-")
    placed["kind"] = _kinds(ref_length - is_anchored, alt_length - is_anchored, is_sequence)
    placed["is_sequence"] = is_sequence
    return placed


def _kinds(old: pd.Series, new: pd.Series, is_sequence: pd.Series) -> np.ndarray:
    """Name the kind of change from the lengths of the trimmed alleles."""
    return np.select(
        [~is_sequence, (old == 1) & (new == 1), old == 0, new == 0, old == new],
        ["sequence_alteration", "SNV", "insertion", "deletion", "substitution"],
        "indel",
    )
